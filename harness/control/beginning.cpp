// SPDX-License-Identifier: Apache-2.0
//
// What an execution starts from.
#include <algorithm>

#include "harness/control/decider.hpp"
#include "harness/control/faults.hpp"
#include "harness/control/scheduler.hpp"

namespace stagger::control {
namespace {

// A task that goes on waiting keeps its state; its deadline moves to the new clock, which starts
// at 0 again.
void reset_slot(TaskSlot& slot, bool keep_waiting, std::int64_t old_clock) {
    slot.point = 0;
    slot.turn = 0;
    slot.spin_key = kNoKey;
    slot.spin_count = 0;
    slot.replay_next = slot.replay_end = 0;
    slot.signal_count = 0;
    if (keep_waiting) {
        if (slot.deadline != kNoDeadline) slot.deadline -= old_clock;
        return;
    }
    slot.state = TaskState::Ready;
    slot.timed_out = slot.notified = false;
    slot.site = slot.object = kNoSite;
    slot.call = Call::Start;
    slot.key = kNoKey;
    slot.reads_only = false;
    slot.wait_count = 0;
    slot.deadline = kNoDeadline;
    slot.lock_holder = 0;
    slot.foreign = slot.interruptible = slot.interrupted = slot.in_handler = false;
}

void move_timers(Registry& registry, std::int64_t old_clock) {
    for (std::uint32_t i = 0; i < registry.timer_count; ++i) {
        TimerEntry& timer = registry.timers[i];
        if (timer.next != kNoDeadline) timer.next -= old_clock;
    }
}

// Cuts Plan::replay, which is sorted by task, into one range per task.
void distribute_replay(Segment& segment) {
    const Plan& plan = segment.plan;
    if (!follows_plan(plan)) return;
    for (TaskSlot& slot : segment.tasks) slot.replay_next = slot.replay_end = 0;  // helpers too
    for (std::uint32_t i = 0; i < plan.replay_count; ++i) {
        TaskSlot& slot = segment.tasks[plan.replay[i].task % kMaxTasks];
        if (slot.replay_end == 0) slot.replay_next = i;
        slot.replay_end = i + 1;
    }
}

// Names that an execution gave meaning mean nothing to the next, as if its processes were new.
void forget_names(Registry& registry) {
    if (!registry.has_new_names) return;
    const auto is_new = [](const NameEntry& entry) { return (entry.id & kMadeInExecution) != 0; };
    auto* const end = std::end(registry.names);
    auto* const kept = std::remove_if(std::begin(registry.names), end, [&](const NameEntry& entry) {
        return is_new(entry) && !entry.present;
    });
    std::fill(kept, end, NameEntry{});
    registry.has_new_names = std::any_of(std::begin(registry.names), kept, is_new);
}

void reset_execution(Segment& segment, Phase phase) {
    Execution& execution = segment.execution;
    const TaskMask silent = execution.silent;
    const std::uint64_t generation = execution.generation + 1;
    execution.over.store(0, std::memory_order_relaxed);
    execution.ending = Ending::Running;
    execution.phase = phase;
    execution.holder = execution.last_client = execution.culprit = kNobody;
    execution.ready = execution.blocked = execution.yielded = execution.ended = 0;
    execution.out_of_sight = execution.wakeable = 0;
    execution.silent = silent;
    execution.outside = segment.registry.outside;
    execution.clock = 0;
    execution.next_deadline = kNoDeadline;
    execution.points = execution.decisions = execution.switches = execution.run_start = 0;
    execution.point_limit = segment.settings.step_limit;
    execution.generation = generation;
    execution.log_full = false;
    execution.logged = execution.misfits = 0;
    begin_decisions(segment);
    begin_faults(segment);
    execution.detail[0] = '\0';
    segment.history.used = 0;
    segment.history.records = 0;
    segment.history.overflow = false;
    segment.trace.count = 0;
    segment.trace.full = false;
}

}  // namespace

void begin_execution(Segment& segment, Phase phase, TaskMask tasks, TaskMask roles,
                     TaskMask parent) {
    const std::int64_t old_clock = segment.execution.clock;
    reset_execution(segment, phase);
    move_timers(segment.registry, old_clock);
    forget_names(segment.registry);
    Execution& execution = segment.execution;
    execution.roles = roles;
    execution.parent = parent;
    for (TaskIndex task = 0; task < segment.settings.task_count; ++task) {
        TaskSlot& slot = segment.tasks[task];
        const bool takes_part = ((tasks | parent) & bit(task)) != 0;
        reset_slot(slot, !takes_part, old_clock);
        if (!takes_part && slot.state == TaskState::OutOfSight) {
            execution.out_of_sight |= bit(task);
        }
        if (!takes_part && slot.state == TaskState::Blocked) {
            execution.blocked |= bit(task);
            execution.next_deadline = std::min(execution.next_deadline, slot.deadline);
        }
        if ((tasks & bit(task)) != 0) execution.ready |= bit(task);
        if ((parent & bit(task)) != 0) slot.state = TaskState::Blocked;
    }
    distribute_replay(segment);
}

}  // namespace stagger::control
