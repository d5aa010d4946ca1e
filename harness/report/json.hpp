// SPDX-License-Identifier: Apache-2.0
//
// The results as one JSON object, for programs. The same seed gives the same bytes, except for the
// key `seconds` of each case. Called by the commands; the only place that knows the JSON library.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/engine/case_result.hpp"

namespace stagger::report {

inline constexpr int kJsonFormat = 1;

// Ends in a line break.
std::string to_json(std::uint64_t seed, const std::vector<engine::CaseResult>&);

}  // namespace stagger::report
