// SPDX-License-Identifier: Apache-2.0
//
// Really asleep, the third of the three ways: a task that sleeps in the kernel at a call that
// nobody intercepts loses the token, and gets in line again when it comes back to a point. Whether
// it still sleeps is read from its /proc stat: the system call that wakes a sleeper makes it
// runnable before it returns. Private to the agent.
#pragma once

#include "harness/agent/self.hpp"

namespace stagger::agent {

inline constexpr char kNoThread = '\0';
// R, S, D, Z, ... of proc_pid_stat(5), or kNoThread.
char thread_state(int pid, int tid);

// This task was taken the token from while it slept: waits until it is chosen again.
void rejoin();
// Until each task that is out of sight is back at a point, or sleeps again.
void settle_sleepers();

// At every entry into the agent. One load and one comparison each, unless somebody is lost.
inline void keep_in_sight() {
    if (self.segment->free.on) return;
    if (self.slot().sight.load(std::memory_order_relaxed) != control::Sight::Seen) rejoin();
    if (self.execution().out_of_sight != 0) settle_sleepers();
}

}  // namespace stagger::agent
