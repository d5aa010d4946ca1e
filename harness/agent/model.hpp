// SPDX-License-Identifier: Apache-2.0
//
// Modelled waiting, the second of the three ways: where the kernel or libc would choose whom to
// wake, the choice is a decision. Who waits for a condition, barrier or futex stands in the
// control segment, by key. Private to the agent.
#pragma once

#include <cstdint>

#include "harness/agent/point.hpp"
#include "harness/control/layout.hpp"

namespace stagger::agent {

// Joins those who wait for `key` (no point, no yielding yet), so that a notify from now on counts.
void enlist(control::Key key);
// True if some task has joined those and not left them, asleep or not.
bool enlisted(control::Key key);
// Leaves them again.
void withdraw();

// Sleeps until granted or `deadline`. Requires: enlist. True if granted.
bool sleep_until_granted(std::int64_t deadline);

// The same, but Signalled after each signal that it handles; it still waits then, until it
// withdraws.
Woken doze_until_granted(std::int64_t deadline);

// How many sleep there now.
std::uint32_t waiting(control::Key key);

// Wakes one waiter, by decision, or all. Returns how many.
std::uint32_t grant_one(control::Key key);
std::uint32_t grant_all(control::Key key);

// How many a barrier waits for; 0: it is none. Requires: use_segment.
void set_parties(control::Key barrier, std::uint32_t parties);
std::uint32_t parties_of(control::Key barrier);
void forget_barrier(control::Key barrier);

}  // namespace stagger::agent
