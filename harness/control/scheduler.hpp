// SPDX-License-Identifier: Apache-2.0
//
// Who runs next: the transitions of an execution's state, and the decisions taken in them. Called
// by the holder of the token inside a task, and by the controller while nobody runs. No allocation,
// no lock, no system call. Passing the token on is the caller's business (agent/token.hpp).
#pragma once

#include "harness/control/layout.hpp"

namespace stagger::control {

// Prepares `execution` and the slots in `tasks` (Ready) for a new execution; server slots keep
// their state, since a server at rest goes on waiting. Called by the controller.
void begin_execution(Segment&, Phase, TaskMask tasks, TaskMask roles, TaskMask parent);

// Counts a point of `self` and chooses who goes on from it; `self` may. kNobody: the execution is
// over, with `ending` set (the step limit).
TaskIndex pass_point(Segment&, TaskIndex self);

// Chooses among the others, after `self` blocked or ended (kNobody for `self`: at the start).
// kNobody: the execution is over, with `ending` set.
TaskIndex pick_successor(Segment&, TaskIndex self);

// `self` cannot go on until one of its keys is touched or `deadline` (virtual ns) has come.
void block(Segment&, TaskIndex self, const Key* keys, std::uint32_t count, std::int64_t deadline);

// `self` is done with this execution.
void end_task(Segment&, TaskIndex self);

// `self`, which will block now, waits on a condition: where contracts allow it, a decision may
// end that wait unasked.
void allow_spurious_wakeup(Segment&, TaskIndex self);

// Something happened to `key`: those who wait for it may try again.
void touch(Segment&, Key key);
// A call without a known footprint: everybody who waits may try again.
void touch_all(Segment&);

// `task` was granted what it waited for, whatever its keys are.
void make_ready(Segment&, TaskIndex task);

// A cancellation of `task`: a wait that it ends is over.
void interrupt(Segment&, TaskIndex task);

// `self` spins or yields: the others go first.
void yield(Segment&, TaskIndex self);

// `task` was sent a signal that it handles when it is chosen; a wait goes on after that. False:
// there is no room for another.
bool send_signal(Segment&, TaskIndex task, const PendingSignal& signal);

// The holder sleeps in the kernel at a call that nobody intercepts: the execution goes on without
// it. Called by the controller, which then picks a successor.
void lose_sight(Segment&, TaskIndex task);
// It has come back to a point (Sight::Returned): it may be chosen again.
void regain_sight(Segment&, TaskIndex task);

// Which of `candidates` a notify wakes; calm is `longest`, who has waited longest.
TaskIndex choose_waiter(Segment&, TaskIndex self, TaskMask candidates, TaskIndex longest);

// Ends the execution from inside a task, e.g. because a bound was reached.
void finish(Segment&, Ending, TaskIndex culprit, const char* detail);

// The virtual clock moves on by `ns`; deadlines that have come make their tasks ready.
void advance_clock(Segment&, std::int64_t ns);

}  // namespace stagger::control
