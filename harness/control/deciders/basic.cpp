// SPDX-License-Identifier: Apache-2.0
#include "harness/control/deciders/deciders.hpp"

namespace stagger::control {
namespace {

TaskIndex nth_member(TaskMask mask, std::uint64_t n) {
    for (; n > 0; --n) mask &= mask - 1;
    return lowest(mask);
}

bool change_is_due(Segment& segment) {
    Execution& execution = segment.execution;
    const Plan& plan = segment.plan;
    if (execution.change_next >= plan.change_count) return false;
    if (plan.changes[execution.change_next] > execution.decisions) return false;
    ++execution.change_next;
    return true;
}

// One choice in so many looks at spurious wake-ups at all: they are legal but rare.
constexpr std::uint64_t kSpuriousOdds = 32;

}  // namespace

TaskIndex any_of(Segment& segment, TaskMask candidates) {
    return nth_member(candidates, draw(segment.execution, population(candidates)));
}

TaskIndex next_in_order(TaskMask candidates, TaskIndex after) {
    const TaskMask above = after + 1 >= kMaxTasks ? 0 : candidates & ~(bit(after + 1) - 1);
    return lowest(above != 0 ? above : candidates);
}

TaskIndex highest_priority(const Execution& execution, TaskMask candidates) {
    TaskIndex best = lowest(candidates);
    for (TaskMask rest = candidates & (candidates - 1); rest != 0; rest &= rest - 1) {
        const TaskIndex task = lowest(rest);
        if (execution.priorities[task] > execution.priorities[best]) best = task;
    }
    return best;
}

TaskIndex decide_calm(Segment&, const Question& question) {
    return question.calm;
}

TaskIndex decide_random(Segment& segment, const Question& question) {
    const TaskMask wakeable = segment.execution.wakeable;
    if (wakeable != 0 && question.kind == ChoiceKind::Run &&
        draw(segment.execution, kSpuriousOdds) == 0) {
        return any_of(segment, wakeable);
    }
    return any_of(segment, question.candidates);
}

// Burckhardt, Kothari, Musuvathi, Nagarakatte: "A Randomized Scheduler with Probabilistic
// Guarantees of Finding Bugs", ASPLOS 2010. The highest priority runs; at each of depth - 1 change
// points the running task falls below all others.
TaskIndex decide_pct(Segment& segment, const Question& question) {
    if (change_is_due(segment) && question.self != kNobody) lower_priority(segment, question.self);
    return highest_priority(segment.execution, question.candidates);
}

// Emmi, Qadeer, Rakamaric: "Delay-Bounded Scheduling", POPL 2011. The calm course, but at each
// delay the task whose turn it is must wait for the next one in order.
TaskIndex decide_delay(Segment& segment, const Question& question) {
    if (!change_is_due(segment)) return question.calm;
    return next_in_order(question.candidates, question.calm);
}

}  // namespace stagger::control
