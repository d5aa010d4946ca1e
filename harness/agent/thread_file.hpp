// SPDX-License-Identifier: Apache-2.0
//
// What the kernel says of a thread, through libc: the agent's own open() would give the file an
// identity, and how often somebody has to be looked at is up to the kernel, so that no two
// executions would count alike. Private to the agent; in any task.
#pragma once

#include <cstddef>

namespace stagger::agent {

// The text of /proc/PID/task/TID/NAME with a 0 behind it, cut off after `size` bytes; false if
// there is no such thread. proc_pid_task(5).
bool read_thread_file(int pid, int tid, const char* name, char* text, std::size_t size);

}  // namespace stagger::agent
