// SPDX-License-Identifier: Apache-2.0
//
// What gdb is told once it has attached to a task that waits at its point: which thread and frame
// to stand in, which signals are Stagger's own, and to let the task go on when it is resumed. Pure.
#pragma once

#include <cstdint>
#include <string>

namespace stagger::cli {

// Addresses are the task's.
struct Standing {
    int process = 0;
    std::uint64_t word = 0;   // the futex word that the task waits on
    std::uint64_t stack = 0;  // its stack pointer, by which its thread is known
    std::uint64_t agent_begin = 0, agent_end = 0;  // code that is not the user's
    std::size_t threads = 1;                       // of its process
};

// For `gdb -x`.
std::string gdb_script(const Standing&);

}  // namespace stagger::cli
