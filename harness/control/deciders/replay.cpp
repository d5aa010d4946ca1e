// SPDX-License-Identifier: Apache-2.0
#include "harness/control/deciders/deciders.hpp"

namespace stagger::control {
namespace {

bool is_before(const Decision& planned, const TaskSlot& slot) {
    if (planned.point != slot.point) return planned.point < slot.point;
    return planned.turn < slot.turn;
}

void note_misfit(Execution& execution, const Decision& planned) {
    if (execution.misfits++ == 0) execution.first_misfit = planned;
}

}  // namespace

const Decision* next_planned(Segment& segment, TaskSlot& slot) {
    while (slot.replay_next < slot.replay_end) {
        const Decision& planned = segment.plan.replay[slot.replay_next];
        if (!is_before(planned, slot)) {
            const bool here = planned.point == slot.point && planned.turn == slot.turn;
            if (!here) return nullptr;
            ++slot.replay_next;
            return &planned;
        }
        note_misfit(segment.execution, planned);
        ++slot.replay_next;
    }
    return nullptr;
}

// Where a planned decision cannot be taken the calm one is, and it counts.
TaskIndex decide_replay(Segment& segment, const Question& question) {
    if (question.self == kNobody) {
        const TaskIndex start = segment.plan.start;
        const bool possible = start < kMaxTasks && (question.candidates & bit(start)) != 0;
        return segment.execution.points == 0 && possible ? start : question.calm;
    }
    const Decision* planned = next_planned(segment, segment.tasks[question.self]);
    if (planned == nullptr) return question.calm;
    const TaskMask wakeable = question.kind == ChoiceKind::Run ? segment.execution.wakeable : 0;
    const bool possible = planned->choice == question.kind && planned->target < kMaxTasks &&
                          ((question.candidates | wakeable) & bit(planned->target)) != 0;
    if (possible) return planned->target;
    note_misfit(segment.execution, *planned);
    return question.calm;
}

}  // namespace stagger::control
