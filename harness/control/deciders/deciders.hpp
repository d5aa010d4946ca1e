// SPDX-License-Identifier: Apache-2.0
//
// The deciders, one file each, and what they share. Private to control/decider, which has the
// table. They run in the task that asks: fixed memory, no lock, no system call.
#pragma once

#include "harness/control/decider.hpp"
#include "harness/control/footprint.hpp"

namespace stagger::control {

TaskIndex decide_calm(Segment&, const Question&);
TaskIndex decide_random(Segment&, const Question&);
TaskIndex decide_pct(Segment&, const Question&);
TaskIndex decide_delay(Segment&, const Question&);
TaskIndex decide_replay(Segment&, const Question&);
TaskIndex decide_pos(Segment&, const Question&);
TaskIndex decide_surw(Segment&, const Question&);
TaskIndex decide_guided(Segment&, const Question&);
TaskIndex decide_follow(Segment&, const Question&);

// Without those whom a constraint holds, if that leaves anybody; else the constraints are given up.
Question narrowed_by_constraints(Segment&, const Question&);

// The event that `task` was about to do takes effect.
void observe_pos(Segment&, TaskIndex task);
void observe_surw(Segment&, TaskIndex task);
void observe_guided(Segment&, TaskIndex task);
void observe_follow(Segment&, TaskIndex task);

TaskIndex any_of(Segment&, TaskMask candidates);  // with equal odds; not empty
TaskIndex next_in_order(TaskMask candidates, TaskIndex after);
TaskIndex highest_priority(const Execution&, TaskMask candidates);

// The next decision or edit planned for this point of `slot`, null if there is none. Moves the
// cursor on; those that were passed without being asked about are misfits.
const Decision* next_planned(Segment&, TaskSlot& slot);

// Nobody could tell whether this event comes now or later: it needs no decision.
bool is_quiet(const Plan&, const Footprint&);

}  // namespace stagger::control
