// SPDX-License-Identifier: Apache-2.0
//
// Virtual time: what a controlled task sees of clocks. All clocks start at a fixed instant in each
// execution and move with the execution's own clock. Private to the agent.
#pragma once

#include <ctime>

#include <cstdint>

namespace stagger::agent {

// The execution's clock (ns) at which that clock will show `time`.
std::int64_t virtual_deadline(clockid_t clock, const timespec& time);

// The execution's clock (ns) after that many ns from now; negative: never.
std::int64_t deadline_after(std::int64_t ns);

std::int64_t nanoseconds(const timespec& time);  // saturates

}  // namespace stagger::agent
