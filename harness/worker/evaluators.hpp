// SPDX-License-Identifier: Apache-2.0
//
// Evaluators with all of a scenario's steps compiled. Made in the host before it forks, so that
// the processes of each execution find them ready.
#pragma once

#include <vector>

#include "harness/spec/evaluator.hpp"
#include "harness/spec/scenario.hpp"

namespace stagger::worker {

Result<std::vector<spec::Evaluator>> make_evaluators(const spec::Scenario&, std::uint32_t count);

}  // namespace stagger::worker
