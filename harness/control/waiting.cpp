// SPDX-License-Identifier: Apache-2.0
#include "harness/control/waiting.hpp"
#include "harness/control/faults.hpp"

#include <algorithm>

#include "harness/control/scheduler.hpp"
#include "harness/control/tracer.hpp"

namespace stagger::control {
namespace {

bool waits_for(const TaskSlot& slot, Key key) {
    if (slot.wait_count > kMaxWaitKeys) return true;
    for (std::uint32_t i = 0; i < slot.wait_count; ++i) {
        if (slot.wait_keys[i] == key) return true;
    }
    return false;
}

}  // namespace

void expire_deadlines(Segment& segment) {
    Execution& execution = segment.execution;
    std::int64_t next = kNoDeadline;
    for (TaskMask rest = execution.blocked; rest != 0; rest &= rest - 1) {
        TaskSlot& slot = segment.tasks[lowest(rest)];
        if (slot.deadline <= execution.clock) {
            slot.timed_out = true;
            make_ready(segment, lowest(rest));
        } else {
            next = std::min(next, slot.deadline);
        }
    }
    execution.next_deadline = next;
}

void block(Segment& segment, TaskIndex self, const Key* keys, std::uint32_t count,
           std::int64_t deadline) {
    Execution& execution = segment.execution;
    TaskSlot& slot = segment.tasks[self];
    if (segment.trace.on) trace_wait(segment, self, keys, count);
    slot.state = TaskState::Blocked;
    slot.timed_out = slot.in_handler = false;
    slot.wait_count = count;
    std::copy_n(keys, std::min(count, kMaxWaitKeys), slot.wait_keys);
    slot.deadline = deadline;
    execution.ready &= ~bit(self);
    execution.blocked |= bit(self);
    execution.next_deadline = std::min(execution.next_deadline, deadline);
    if (segment.plan.fault_kinds != 0) note_wait(execution, deadline);
    if (deadline <= execution.clock) expire_deadlines(segment);
}

void allow_spurious_wakeup(Segment& segment, TaskIndex self) {
    if (segment.settings.spurious_wakeups) segment.execution.wakeable |= bit(self);
}

void touch(Segment& segment, Key key) {
    if (segment.free.on) return;  // nobody waits under control
    if (segment.trace.on) trace_footprint(segment, TraceKind::Touch, key);
    for (TaskMask rest = segment.execution.blocked; rest != 0; rest &= rest - 1) {
        const TaskIndex task = lowest(rest);
        if (waits_for(segment.tasks[task], key)) make_ready(segment, task);
    }
}

void touch_all(Segment& segment) {
    if (segment.free.on) return;
    if (segment.trace.on) trace_footprint(segment, TraceKind::Touch, kAnyKey);
    for (TaskMask rest = segment.execution.blocked; rest != 0; rest &= rest - 1) {
        const TaskIndex task = lowest(rest);
        if (segment.tasks[task].wait_count > 0) make_ready(segment, task);
    }
}

void make_ready(Segment& segment, TaskIndex task) {
    TaskSlot& slot = segment.tasks[task];
    slot.state = TaskState::Ready;
    slot.wait_count = 0;
    segment.execution.blocked &= ~bit(task);
    segment.execution.wakeable &= ~bit(task);
    segment.execution.ready |= bit(task);
}

void interrupt(Segment& segment, TaskIndex task) {
    TaskSlot& slot = segment.tasks[task];
    if (slot.state != TaskState::Blocked || !slot.interruptible) return;
    slot.interrupted = true;
    make_ready(segment, task);
}

// Of one that does not queue, a second is lost while the first is pending: signal(7).
bool send_signal(Segment& segment, TaskIndex task, const PendingSignal& signal) {
    constexpr std::int32_t kFirstQueued = 32;
    TaskSlot& slot = segment.tasks[task];
    const auto end = slot.signals + slot.signal_count;
    const bool pending = std::any_of(slot.signals, end, [&](const PendingSignal& other) {
        return other.signal == signal.signal;
    });
    if (pending && signal.signal < kFirstQueued) return true;
    if (slot.signal_count == kMaxSignals) return false;
    slot.signals[slot.signal_count++] = signal;
    if (slot.state == TaskState::Blocked) {
        make_ready(segment, task);
        slot.in_handler = true;
    }
    return true;
}

void lose_sight(Segment& segment, TaskIndex task) {
    segment.tasks[task].state = TaskState::OutOfSight;
    segment.execution.ready &= ~bit(task);
    segment.execution.out_of_sight |= bit(task);
}

void regain_sight(Segment& segment, TaskIndex task) {
    segment.tasks[task].sight.store(Sight::Seen, std::memory_order_relaxed);
    segment.execution.out_of_sight &= ~bit(task);
    make_ready(segment, task);
}

}  // namespace stagger::control
