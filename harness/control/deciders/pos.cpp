// SPDX-License-Identifier: Apache-2.0
//
// Yuan, Yang, Gu: "Partial Order Aware Concurrency Sampling", CAV 2018. Every pending event has a
// random priority, drawn when it becomes pending and again when an event that races with it took
// effect; the highest goes first. Events that conflict with nobody do not wait for their turn.
#include "harness/control/deciders/deciders.hpp"

namespace stagger::control {
namespace {

std::uint64_t fresh_score(Execution& execution) {
    return mix(++execution.random, 1);
}

TaskMask quiet_among(const Segment& segment, TaskMask candidates) {
    TaskMask quiet = 0;
    for (TaskMask rest = candidates; rest != 0; rest &= rest - 1) {
        const TaskIndex task = lowest(rest);
        if (is_quiet(segment.plan, footprint_of(segment.tasks[task]))) quiet |= bit(task);
    }
    return quiet;
}

}  // namespace

TaskIndex decide_pos(Segment& segment, const Question& question) {
    if (question.kind == ChoiceKind::Wake) return any_of(segment, question.candidates);
    if (const TaskMask quiet = quiet_among(segment, question.candidates)) return lowest(quiet);
    TaskIndex best = lowest(question.candidates);
    for (TaskMask rest = question.candidates; rest != 0; rest &= rest - 1) {
        const TaskIndex task = lowest(rest);
        std::uint64_t& score = segment.execution.scores[task];
        if (score == 0) score = fresh_score(segment.execution);
        if (score > segment.execution.scores[best]) best = task;
    }
    return best;
}

// The task's next event gets a priority of its own, and those that race with this one another.
void observe_pos(Segment& segment, TaskIndex task) {
    Execution& execution = segment.execution;
    const Footprint now = footprint_of(segment.tasks[task]);
    execution.scores[task] = 0;
    for (TaskMask rest = execution.ready & ~bit(task); rest != 0; rest &= rest - 1) {
        const TaskIndex other = lowest(rest);
        if (conflict(footprint_of(segment.tasks[other]), now)) execution.scores[other] = 0;
    }
}

}  // namespace stagger::control
