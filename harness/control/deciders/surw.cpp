// SPDX-License-Identifier: Apache-2.0
//
// Zhao, Wolff, Mathur, Roychoudhury: "Selectively Uniform Concurrency Testing", ASPLOS 2025. The
// events of one chosen key are interleaved uniformly: whose event comes next is drawn with the
// number of events that each task still has to do as its weight. Others run without restriction.
#include "harness/control/deciders/deciders.hpp"

namespace stagger::control {
namespace {

// Of an operation only the beginning counts: it is one event of its object.
bool is_walked(const Plan& plan, const TaskSlot& slot) {
    return slot.key == plan.walked_key && slot.call != Call::Response;
}

TaskIndex draw_intended(Segment& segment) {
    Execution& execution = segment.execution;
    const std::uint32_t tasks = segment.settings.task_count;
    std::uint64_t total = 0;
    for (TaskIndex task = 0; task < tasks; ++task) {
        if ((execution.ended & bit(task)) == 0) total += execution.remaining[task];
    }
    if (total == 0) return kNobody;
    std::uint64_t ticket = draw(execution, total);
    for (TaskIndex task = 0; task < tasks; ++task) {
        if ((execution.ended & bit(task)) != 0) continue;
        if (ticket < execution.remaining[task]) return task;
        ticket -= execution.remaining[task];
    }
    return kNobody;
}

// Those whose next event is of the walked key and who were not drawn have to wait.
TaskMask unrestricted(const Segment& segment, TaskMask candidates) {
    TaskMask free = 0;
    for (TaskMask rest = candidates; rest != 0; rest &= rest - 1) {
        const TaskIndex task = lowest(rest);
        const bool waits =
            is_walked(segment.plan, segment.tasks[task]) && segment.execution.intended != task;
        if (!waits) free |= bit(task);
    }
    return free;
}

}  // namespace

TaskIndex decide_surw(Segment& segment, const Question& question) {
    if (question.kind == ChoiceKind::Wake) return any_of(segment, question.candidates);
    Execution& execution = segment.execution;
    if (execution.intended == kNobody) execution.intended = draw_intended(segment);
    const TaskMask free = unrestricted(segment, question.candidates);
    if (free == 0) return any_of(segment, question.candidates);  // who was drawn is blocked
    const bool self_is_free = question.self != kNobody && (free & bit(question.self)) != 0;
    if (self_is_free && is_quiet(segment.plan, footprint_of(segment.tasks[question.self]))) {
        return question.self;
    }
    return any_of(segment, free);
}

void observe_surw(Segment& segment, TaskIndex task) {
    if (!is_walked(segment.plan, segment.tasks[task])) return;
    Execution& execution = segment.execution;
    if (execution.remaining[task] > 0) --execution.remaining[task];
    execution.intended = kNobody;
}

}  // namespace stagger::control
