// SPDX-License-Identifier: Apache-2.0
//
// The deciders: the half of a strategy that runs in the task. Each chooses one of the candidates
// in fixed memory, in tens of nanoseconds. The other half, the planner, is in engine/strategy.
#pragma once

#include "harness/control/footprint.hpp"
#include "harness/control/layout.hpp"

namespace stagger::control {

// One choice to be made. `candidates` has at least one bit; `calm` is one of them.
struct Question {
    TaskIndex self;  // who asks; kNobody at the start
    TaskMask candidates;
    TaskIndex calm;
    ChoiceKind kind;
};

// The strategy's answer: one of the candidates, or a task that a spurious wake-up ends the wait of
// (Execution::wakeable). Counts and logs it if it is not the calm one.
TaskIndex decide(Segment&, const Question&);

// Nobody is ready, but the candidates could wake unasked. kNobody: none of them does, unless a plan
// says so.
TaskIndex decide_at_rest(Segment&, const Question&);

// A decision that was taken, for those who replay it.
void log_decision(Segment&, const Decision&);

// What was planned cannot be done.
void note_misfit(Execution&, const Decision& planned);

// The event that `task` was about to do takes effect now.
void observe(Segment&, TaskIndex task);

// Nobody could tell whether this event comes now or later: it needs no decision.
bool is_quiet(const KeySet& contended, const Footprint&);

// The deciders' state for a new execution, from the plan.
void begin_decisions(Segment&);

// A priority strategy learns that `task` spins and must let the others go first.
void lower_priority(Segment&, TaskIndex task);

// Uniform in [0, bound), from the execution's own generator. Requires: bound > 0.
std::uint64_t draw(Execution&, std::uint64_t bound);

}  // namespace stagger::control
