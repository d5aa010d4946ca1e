// SPDX-License-Identifier: Apache-2.0
//
// What any() gave in the execution under way: how often each task asked, and the first answers.
// Written by the task that asks (draw.hpp), in free mode under its lock; read by the controller
// between executions. Plain data in shared memory, see layout.hpp.
#pragma once

#include <cstdint>

#include "harness/control/task.hpp"

namespace stagger::control {

inline constexpr std::uint32_t kMaxDraws = 4096;

struct Draw {
    TaskIndex task;
    std::uint32_t number;  // of the task's in this execution, from 1
    std::uint32_t site;
    std::uint32_t reserved;
    std::int64_t least, most, value;
};

struct Inputs {
    std::uint32_t asked[kMaxTasks];
    std::uint32_t count;  // of `draws`; those behind the last have no room
    Draw draws[kMaxDraws];
};

}  // namespace stagger::control
