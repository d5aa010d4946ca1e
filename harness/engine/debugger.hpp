// SPDX-License-Identifier: Apache-2.0
//
// A debugger, as the engine sees it: somebody who looks at one task of a replay, and may hold it
// for as long as a person thinks. Implemented by the command line (cli/debugger); called in the
// controller, by the thread that runs the case.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.hpp"

namespace stagger::engine {

// A task that waits at its point, with the token: nobody else runs. It waits on a futex word of the
// control segment, and goes on as soon as anybody puts 0 there.
struct HeldTask {
    std::int32_t pid = 0, tid = 0;
    std::function<bool()> waits;  // false once it may go on
};

class Debugger {
public:
    virtual ~Debugger() = default;

    // The task of that name is about to be held at that point, which is where it is about to do
    // `label`. Called before the execution.
    virtual void announce(const std::string& task, std::uint32_t point,
                          const std::string& label) = 0;
    // Stops the task where it waits, and then lets it go on as soon as whoever looks wants it to.
    // Fails if it cannot: the execution is given up.
    virtual Status attach(const HeldTask& task) = 0;
    // Whether it is up to it how long the task takes now: no limit of time holds.
    virtual bool is_in_charge() = 0;
    // The execution is over: returns once nobody looks any more.
    virtual void leave() = 0;
};

// Which task is to be held, and where. `point`: a number, as schedules count a task's points, or a
// step as they label it, the first of that label; none: its first delay in the schedule, else its
// first operation.
struct Hold {
    std::string task;
    std::optional<std::string> point;
    Debugger* debugger = nullptr;
};

}  // namespace stagger::engine
