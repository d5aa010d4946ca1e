// SPDX-License-Identifier: Apache-2.0
//
// Modelled waiting, the second of the three ways: where the kernel or libc would choose whom to
// wake, the choice is a decision. Conditions, barriers and futexes keep their waiters in the
// control segment, found by key. Private to the agent.
#pragma once

#include <cstdint>

#include "harness/agent/point.hpp"
#include "harness/control/layout.hpp"

namespace stagger::agent {

// The entry for `key`, made at first sight. Null if the table is full; the execution is then over.
// Requires: use_segment.
control::ModelEntry* model_of(control::Key key);

// Joins the waiters of `model` (no point, no yielding yet), so that a notify from now on counts.
void enlist(control::ModelEntry& model);

// Sleeps until granted or `deadline`. Requires: enlist. True if granted.
bool sleep_until_granted(control::ModelEntry& model, std::int64_t deadline);

// How many sleep there now.
std::uint32_t waiting(const control::ModelEntry& model);

// Wakes one waiter, by decision, or all. Returns how many.
std::uint32_t grant_one(control::ModelEntry& model);
std::uint32_t grant_all(control::ModelEntry& model);

}  // namespace stagger::agent
