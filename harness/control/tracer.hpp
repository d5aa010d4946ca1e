// SPDX-License-Identifier: Apache-2.0
//
// Writes the trace. Called by the scheduler and the agent, in the task that holds the token, only
// while the trace is on. No allocation, no lock, no system call.
#pragma once

#include "harness/control/decider.hpp"
#include "harness/control/layout.hpp"

namespace stagger::control {

// `chosen` goes on from its point as the answer to that question.
void trace_event(Segment&, const Question&, TaskIndex chosen);
// `chosen` is woken by who asked.
void trace_wake(Segment&, const Question&, TaskIndex chosen);
// The event under way touches or reads one more key.
void trace_footprint(Segment&, TraceKind, Key);
// `task` cannot go on: it waits for these keys.
void trace_wait(Segment&, TaskIndex task, const Key* keys, std::uint32_t count);
// Nobody could go on, and those of the question did not wake unasked.
void trace_rest(Segment&, const Question&);
// Nobody could go on.
void trace_jump(Segment&);

}  // namespace stagger::control
