// SPDX-License-Identifier: Apache-2.0
//
// Every trial of bench_strategies as JSON, for whoever compares two runs. The one place in the
// benchmarks that knows nlohmann-json.
#pragma once

#include <string>
#include <vector>

#include "bench/trials.hpp"

namespace stagger::bench {

Status write_json(const std::vector<Score>&, const Settings&, const std::string& path);

}  // namespace stagger::bench
