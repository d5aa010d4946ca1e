// SPDX-License-Identifier: Apache-2.0
//
// Free mode: all tasks of an execution run at once, with real calls and real time, and the plan's
// edits are delays. What they still share in the segment (the history, who has ended) is guarded by
// a lock. Used by the tasks, and by the controller when it starts an execution or gives it up.
#pragma once

#include "harness/control/layout.hpp"

namespace stagger::control {

// In units of Decision::target: 100 ns each.
inline constexpr std::int64_t kDelayUnitNs = 100;

// Held for well below a microsecond, so that those who wait spin. Does nothing in controlled mode.
class FreeLock {
public:
    explicit FreeLock(Segment&);
    ~FreeLock();
    FreeLock(const FreeLock&) = delete;
    FreeLock& operator=(const FreeLock&) = delete;

private:
    std::atomic<std::uint32_t>* lock_;
};

std::int64_t monotonic_now();  // ns

// By the controller, after begin_execution and before the tasks are let go.
void begin_free(Segment&);

// `self` is done. Returns who has to be started now (the parent, once the roles have ended), `self`
// for nobody, and kNobody if the execution is over.
TaskIndex end_free(Segment&, TaskIndex self);

// Counts a call of `self`; how long it has to be delayed, in ns.
std::int64_t delay_here(Segment&, TaskIndex self);

// Ends the execution, unless it has ended. It stays as it is from then on.
void give_up_free(Segment&, Ending, TaskIndex culprit, const char* detail);

}  // namespace stagger::control
