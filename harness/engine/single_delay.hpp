// SPDX-License-Identifier: Apache-2.0
//
// The schedule that a person would hope for: one task held once, at one of its steps. Delta
// debugging only removes decisions, and may end at two that cannot be removed although a single
// other one would do. Used when findings are minimised.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "harness/engine/runner.hpp"

namespace stagger::engine {

using Shows = std::function<bool(const std::vector<control::Decision>&)>;

// Tries every single delay at a step of the execution with these inputs and no other decision, up
// to so many. Nothing if none shows.
std::optional<std::vector<control::Decision>> find_single_delay(
    Runner&, const Shows&, const std::vector<control::Decision>& inputs, spec::Lifetime,
    std::size_t most_tries);

}  // namespace stagger::engine
