// SPDX-License-Identifier: Apache-2.0
#include "harness/control/free.hpp"

#include <sched.h>

#include <ctime>

#include "harness/control/scheduler.hpp"

namespace stagger::control {
namespace {

// Then its holder may need the core that we spin on.
constexpr std::uint32_t kSpins = 100;
// A holder that was killed never lets go: better to write at the wrong moment than to hang.
constexpr std::uint32_t kMostYields = 100'000;

bool is_over(const Execution& execution) {
    return execution.over.load(std::memory_order_acquire) != 0 ||
           execution.ending != Ending::Running;
}

}  // namespace

FreeLock::FreeLock(Segment& segment) : lock_(segment.free.on ? &segment.free.lock : nullptr) {
    if (lock_ == nullptr) return;
    for (std::uint32_t tries = 1; lock_->exchange(1, std::memory_order_acquire) != 0; ++tries) {
        if (tries > kSpins) sched_yield();
        if (tries > kSpins + kMostYields) return;
    }
}

FreeLock::~FreeLock() {
    if (lock_ != nullptr) lock_->store(0, std::memory_order_release);
}

std::int64_t monotonic_now() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void begin_free(Segment& segment) {
    segment.free.lock.store(0, std::memory_order_relaxed);
    segment.free.start = monotonic_now();
    segment.free.on = true;
}

TaskIndex end_free(Segment& segment, TaskIndex self) {
    const FreeLock lock(segment);
    Execution& execution = segment.execution;
    if (is_over(execution)) return self;
    segment.tasks[self].state = TaskState::Ended;
    execution.ready &= ~bit(self);
    execution.ended |= bit(self);
    if ((execution.roles & ~execution.ended) != 0) return self;
    if (execution.parent == 0) {
        execution.ending = Ending::Completed;
        return kNobody;
    }
    const TaskIndex parent = lowest(execution.parent);
    execution.roles |= execution.parent;
    execution.parent = 0;
    make_ready(segment, parent);
    return parent;
}

std::int64_t delay_here(Segment& segment, TaskIndex self) {
    TaskSlot& slot = segment.tasks[self];
    ++slot.point;
    std::int64_t delay = 0;
    while (slot.replay_next < slot.replay_end) {
        const Decision& edit = segment.plan.replay[slot.replay_next];
        if (edit.point > slot.point) break;
        if (edit.point == slot.point) delay += std::int64_t{edit.target} * kDelayUnitNs;
        ++slot.replay_next;
    }
    return delay;
}

void give_up_free(Segment& segment, Ending ending, TaskIndex culprit, const char* detail) {
    const FreeLock lock(segment);
    if (is_over(segment.execution)) return;
    finish(segment, ending, culprit, detail);
    segment.execution.over.store(1, std::memory_order_release);
}

}  // namespace stagger::control
