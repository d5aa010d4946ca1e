// SPDX-License-Identifier: Apache-2.0
#include "harness/control/deciders/deciders.hpp"
#include "harness/control/hold.hpp"

namespace stagger::control {
namespace {

bool is_before(const Decision& planned, const TaskSlot& slot) {
    if (planned.point != slot.point) return planned.point < slot.point;
    return planned.turn < slot.turn;
}

// One event with all it touches: the entries from `first` on, up to the next event.
std::uint32_t end_of_event(const Trace& trace, std::uint32_t first) {
    std::uint32_t end = first + 1;
    while (end < trace.count && trace.entries[end].kind != TraceKind::Event) ++end;
    return end;
}

// A try that failed changed nothing; but what opaque tasks found missing ended their step.
bool took_effect(const Segment& segment, std::uint32_t first, std::uint32_t end) {
    const TraceEntry& event = segment.trace.entries[first];
    if (event.touched || (segment.execution.silent & bit(event.task)) != 0) return true;
    bool waits = false, touches = false;
    for (std::uint32_t i = first + 1; i < end; ++i) {
        waits |= segment.trace.entries[i].kind == TraceKind::Wait;
        touches |= segment.trace.entries[i].kind == TraceKind::Touch;
    }
    return touches || !waits;
}

bool wakes(const Plan& plan, const SleepingAccess& sleeping, const TraceEntry& entry) {
    const Footprint own{sleeping.key, sleeping.call, sleeping.reads_only};
    const Footprint other = footprint_of(entry);
    return conflict(own, other) || (plan.any_object && one_ends_other_begins(own, other));
}

// Those whose next event is dependent with one that took effect since the last decision.
void wake_sleepers(Segment& segment) {
    Execution& execution = segment.execution;
    const Trace& trace = segment.trace;
    while (execution.asleep != 0 && execution.sleep_seen < trace.count) {
        const std::uint32_t first = execution.sleep_seen;
        const std::uint32_t end = end_of_event(trace, first);
        execution.sleep_seen = end;
        if (!took_effect(segment, first, end)) continue;
        for (std::uint32_t i = 0; i < segment.plan.sleep_count; ++i) {
            const SleepingAccess& sleeping = segment.plan.sleeping[i];
            for (std::uint32_t entry = first; entry < end; ++entry) {
                if (!wakes(segment.plan, sleeping, trace.entries[entry])) continue;
                execution.asleep &= ~bit(sleeping.task);
            }
        }
    }
}

// The calm one, or the next in order who is not asleep.
TaskIndex first_awake(Segment& segment, const Question& question) {
    Execution& execution = segment.execution;
    if (question.kind != ChoiceKind::Run || execution.asleep == 0) return question.calm;
    if (segment.trace.count <= segment.plan.sleep_from) return question.calm;
    wake_sleepers(segment);
    const TaskMask awake = question.candidates & ~execution.asleep;
    if ((awake & bit(question.calm)) != 0) return question.calm;
    if (awake != 0) return next_in_order(awake, question.calm);
    const TaskMask unasked = execution.wakeable & ~execution.asleep;
    if (unasked != 0) return lowest(unasked);
    execution.redundant = true;
    return question.calm;
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

bool is_held_here(Segment& segment, TaskIndex self) {
    TaskSlot& slot = segment.tasks[self];
    const Decision* planned = next_planned(segment, slot);
    if (planned == nullptr) return false;
    if (planned->choice == ChoiceKind::Hold) return true;
    --slot.replay_next;  // it is for the choice that comes now
    return false;
}

// Where a planned decision cannot be taken the calm one is, and it counts.
TaskIndex decide_replay(Segment& segment, const Question& question) {
    if (question.self == kNobody) {
        const TaskIndex start = segment.plan.start;
        const bool possible = start < kMaxTasks && (question.candidates & bit(start)) != 0;
        return segment.execution.points == 0 && possible ? start : first_awake(segment, question);
    }
    const Decision* planned = next_planned(segment, segment.tasks[question.self]);
    if (planned == nullptr) return first_awake(segment, question);
    const TaskMask wakeable = question.kind == ChoiceKind::Run ? segment.execution.wakeable : 0;
    const bool possible = planned->choice == question.kind && planned->target < kMaxTasks &&
                          ((question.candidates | wakeable) & bit(planned->target)) != 0;
    if (possible) return planned->target;
    note_misfit(segment.execution, *planned);
    return question.calm;
}

}  // namespace stagger::control
