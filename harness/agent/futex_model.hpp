// SPDX-License-Identifier: Apache-2.0
//
// The futex system call under control. Whoever waits is kept in the control segment, and who of
// several wakes is a decision. Both ways to get here use it: syscall(2) in plugin code, and, with
// libc = "real", the futex calls that libc makes itself. Private to the agent. futex(2).
#pragma once

#include <cstdint>

#include "harness/agent/futex.hpp"

namespace stagger::agent {

// True for the operations that run_futex knows; others are the kernel's.
bool is_modelled(const FutexCall&);

// A point, and then the call. Returns as the kernel does: >= 0, or minus an error number.
// Requires: is_modelled, and the engine's code runs.
long run_futex(const FutexCall&);

// That thread of this process is about to end: of those who wait for a robust mutex that it holds,
// one wakes, as the kernel has it. Who waits in any other way learns by touch_all.
void wake_heirs(int tid);

}  // namespace stagger::agent
