// SPDX-License-Identifier: Apache-2.0
//
// What the kernel tells of a thread in /proc: does it run or sleep, and how much processor time
// has it used. proc_pid_stat(5). Used by the controller to watch processes without touching them.
#pragma once

#include <cstdint>

namespace stagger::engine {

struct ThreadStat {
    bool exists = false;
    char state = '?';        // R, S, D, Z, ...
    double cpu_seconds = 0;  // user and system
};

ThreadStat thread_stat(int pid, int tid);

// Of the whole process and those that it forked, not of theirs; 0 if it is gone.
double cpu_seconds_with_children(int pid);

}  // namespace stagger::engine
