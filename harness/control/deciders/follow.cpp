// SPDX-License-Identifier: Apache-2.0
//
// Operations begin and end in a given order, such as the one that an execution in free mode had.
// Strictly, whose turn it is runs on until that happens; loosely, what happens inside operations is
// drawn, since the order says nothing about it.
#include "harness/control/deciders/deciders.hpp"

namespace stagger::control {
namespace {

bool is_boundary(const TaskSlot& slot) {
    return slot.call == Call::Invoke || slot.call == Call::Response;
}

// Whose beginning or end comes next; kNobody when the order has come to its end. What happened too
// early, because nobody else could go on, is passed over.
TaskIndex next_in_plan(Segment& segment) {
    Execution& execution = segment.execution;
    const Plan& plan = segment.plan;
    while (execution.follow_next < plan.follow_count) {
        const AccessName& event = plan.follow[execution.follow_next];
        if (event.task < kMaxTasks && execution.followed[event.task] < event.ordinal) {
            return event.task;
        }
        ++execution.follow_next;
    }
    return kNobody;
}

// All but those who would begin or end an operation out of turn.
TaskMask in_order(const Segment& segment, TaskMask candidates, TaskIndex next) {
    TaskMask mask = 0;
    for (TaskMask rest = candidates; rest != 0; rest &= rest - 1) {
        const TaskIndex task = lowest(rest);
        if (task == next || !is_boundary(segment.tasks[task])) mask |= bit(task);
    }
    return mask;
}

}  // namespace

TaskIndex decide_follow(Segment& segment, const Question& question) {
    const bool loosely = segment.plan.follow_loosely;
    if (question.kind == ChoiceKind::Wake) {
        return loosely ? any_of(segment, question.candidates) : question.calm;
    }
    const TaskIndex next = next_in_plan(segment);
    if (next == kNobody) return question.calm;
    const bool possible = (question.candidates & bit(next)) != 0;
    if (!loosely && possible) return next;
    const TaskMask allowed = in_order(segment, question.candidates, next);
    if (loosely) return any_of(segment, allowed != 0 ? allowed : question.candidates);
    // Whose turn it is waits: for one inside an operation rather than for one who begins another.
    if (allowed == 0 || (allowed & bit(question.calm)) != 0) return question.calm;
    return lowest(allowed);
}

void observe_follow(Segment& segment, TaskIndex task) {
    if (is_boundary(segment.tasks[task])) ++segment.execution.followed[task];
}

}  // namespace stagger::control
