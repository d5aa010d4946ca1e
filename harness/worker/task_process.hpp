// SPDX-License-Identifier: Apache-2.0
//
// The body of a task process: forked by the builder, it makes its threads, parks, and then runs
// what each execution asks of it, until it is killed. Never returns to the builder's code.
#pragma once

#include <cstdint>

#include "harness/worker/interpreter.hpp"

namespace stagger::worker {

// Becomes process `process` of the case, with all tasks of the layout that belong to it. Each task
// writes one byte to `parked` (a pipe) once it waits for its turn.
[[noreturn]] void run_task_process(Surroundings&, std::uint32_t process, int parked);

}  // namespace stagger::worker
