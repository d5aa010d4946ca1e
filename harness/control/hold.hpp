// SPDX-License-Identifier: Apache-2.0
//
// Holding one task at one of its points, for a debugger. The plan of a replay names the point by a
// decision of kind Hold. Until the task has come there every point is looked at, by the check of
// the step limit, which fails at once: so nothing of this costs anything where nobody is held.
// `watch_for_hold` is the controller's; the rest is for the task that holds the token.
#pragma once

#include "harness/control/layout.hpp"

namespace stagger::control {

// What pass_point gives instead of who goes on: `self` is where it is to be held.
inline constexpr TaskIndex kHeld = kNobody - 1;

// In Execution::over while a task is held, for the controller to see. Whoever puts it back to 0,
// while that task is stopped or not, lets it go on.
inline constexpr std::uint32_t kOverIsHeld = 2;

// Requires: an execution has begun, and its plan has a Hold.
void watch_for_hold(Segment&);

// Whether the plan has `self` held at the point that it has come to; true once.
bool is_held_here(Segment&, TaskIndex self);

// The choice at the point where `self` was held: what pass_point would have given.
TaskIndex leave_hold(Segment&, TaskIndex self);

}  // namespace stagger::control
