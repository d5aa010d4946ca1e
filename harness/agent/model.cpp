// SPDX-License-Identifier: Apache-2.0
#include "harness/agent/model.hpp"

namespace stagger::agent {
namespace {

using control::BarrierEntry;
using control::Key;
using control::TaskIndex;
using control::TaskMask;
using control::Waiter;

control::Registry& registry() {
    return process.segment->registry;
}

TaskMask waiters(Key key) {
    TaskMask mask = 0;
    const control::Execution& execution = self.execution();
    for (TaskMask rest = execution.blocked | execution.ready; rest != 0; rest &= rest - 1) {
        const auto task = control::lowest(rest);
        const control::TaskSlot& slot = self.segment->tasks[task];
        const bool waits = slot.state == control::TaskState::Blocked || slot.in_handler;
        if (waits && registry().waiters[task].key == key) mask |= control::bit(task);
    }
    return mask;
}

TaskIndex longest_waiting(TaskMask mask) {
    const Waiter* all = registry().waiters;
    TaskIndex first = control::kNobody;
    for (; mask != 0; mask &= mask - 1) {
        const auto task = control::lowest(mask);
        if (first == control::kNobody || all[task].since < all[first].since) first = task;
    }
    return first;
}

void grant(TaskIndex task) {
    registry().waiters[task].key = control::kNoKey;
    self.segment->tasks[task].notified = true;
    control::make_ready(*self.segment, task);
}

BarrierEntry* find_barrier(Key key) {
    control::Registry& all = registry();
    for (std::uint32_t i = 0; i < all.barrier_count; ++i) {
        if (all.barriers[i].key == key) return &all.barriers[i];
    }
    return nullptr;
}

}  // namespace

void enlist(Key key) {
    self.slot().notified = false;
    registry().waiters[self.index] = {key, ++registry().next_wait};
}

void withdraw() {
    registry().waiters[self.index].key = control::kNoKey;
}

bool enlisted(Key key) {
    for (TaskIndex i = 0; i < self.segment->settings.task_count; ++i) {
        const bool lives = self.segment->tasks[i].state != control::TaskState::Ended;
        if (lives && registry().waiters[i].key == key) return true;
    }
    return false;
}

bool sleep_until_granted(std::int64_t deadline) {
    Woken woken = Woken::Touched;
    do woken = doze_until_granted(deadline);
    while (woken == Woken::Signalled);
    return woken == Woken::Touched;
}

Woken doze_until_granted(std::int64_t deadline) {
    const Woken woken = wait_for(nullptr, 0, deadline);
    // In free mode it was let go, as if by chance.
    const bool granted = self.slot().notified || self.segment->free.on;
    if (granted) {
        withdraw();
        return Woken::Touched;
    }
    if (woken != Woken::Signalled) withdraw();
    return woken == Woken::Touched ? Woken::TimedOut : woken;
}

std::uint32_t waiting(Key key) {
    return control::population(waiters(key));
}

std::uint32_t grant_one(Key key) {
    const TaskMask candidates = waiters(key);
    if (candidates == 0) return 0;
    const TaskIndex longest = longest_waiting(candidates);
    grant(control::choose_waiter(*self.segment, self.index, candidates, longest));
    return 1;
}

std::uint32_t grant_all(Key key) {
    std::uint32_t count = 0;
    for (TaskMask rest = waiters(key); rest != 0; rest &= rest - 1) {
        grant(control::lowest(rest));
        ++count;
    }
    return count;
}

void set_parties(Key barrier, std::uint32_t parties) {
    control::Registry& all = registry();
    BarrierEntry* entry = find_barrier(barrier);
    if (entry == nullptr && all.barrier_count >= control::kMaxBarriers) {
        all.shortage = control::Shortage::Barriers;
        return;
    }
    if (entry == nullptr) entry = &all.barriers[all.barrier_count++];
    *entry = {barrier, parties};
}

std::uint32_t parties_of(Key barrier) {
    const BarrierEntry* entry = find_barrier(barrier);
    return entry != nullptr ? entry->parties : 0;
}

void forget_barrier(Key barrier) {
    BarrierEntry* entry = find_barrier(barrier);
    if (entry == nullptr) return;
    *entry = registry().barriers[--registry().barrier_count];
}

}  // namespace stagger::agent
