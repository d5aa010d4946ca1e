// SPDX-License-Identifier: Apache-2.0
//
// any(least, most): an input of the scenario that the strategy chooses. It belongs to the task and
// to how often that has asked before, not to when it asks, so that inputs and interleavings vary
// independently. Runs in the task, in fixed memory.
#pragma once

#include "harness/control/layout.hpp"

namespace stagger::control {

// An answer in [least, most]; logged as a decision where it is not the least. Requires: least <=
// most, and both within 2^53 of 0.
std::int64_t draw_input(Segment&, TaskIndex self, std::uint32_t site, std::int64_t least,
                        std::int64_t most);

// For a new execution.
void forget_inputs(Inputs&);

}  // namespace stagger::control
