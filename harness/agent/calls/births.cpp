// SPDX-License-Identifier: Apache-2.0
#include "harness/agent/calls/births.hpp"

#include <unistd.h>

#include "harness/agent/agent.hpp"
#include "harness/agent/futex.hpp"
#include "harness/agent/futex_model.hpp"
#include "harness/agent/point.hpp"
#include "harness/agent/self.hpp"
#include "harness/agent/signals.hpp"

namespace stagger::agent {
namespace {

using control::bit;
using control::TaskIndex;
using control::TaskSlot;
using control::TaskState;

// The lowest, so that numbers do not depend on what earlier executions did.
bool is_free(const TaskSlot& slot) {
    return slot.kind == control::TaskKind::Helper && slot.state == TaskState::Ended && slot.joined;
}

// A slot that is used again within an execution goes on counting its points: they name decisions.
void clear(TaskSlot& slot, bool first_use) {
    if (first_use) slot.point = slot.turn = 0;
    slot.kind = control::TaskKind::Helper;
    slot.timed_out = slot.notified = slot.joined = false;
    slot.call = control::Call::Start;
    slot.key = slot.spin_key = control::kNoKey;
    slot.site = slot.object = control::kNoSite;
    slot.wait_count = slot.spin_count = 0;
    slot.deadline = control::kNoDeadline;
    slot.lock_holder = 0;
    slot.foreign = slot.interruptible = slot.interrupted = slot.in_handler = false;
    slot.signal_count = 0;
    slot.token.store(0, std::memory_order_relaxed);
    slot.born.store(0, std::memory_order_relaxed);
}

}  // namespace

TaskIndex free_slot() {
    control::Segment& segment = *self.segment;
    std::uint32_t& count = segment.settings.task_count;
    for (TaskIndex i = 0; i < count; ++i) {
        if (!is_free(segment.tasks[i])) continue;
        clear(segment.tasks[i], false);
        return i;
    }
    if (count == control::kMaxTasks) {
        finish_execution(control::Ending::Overflow,
                         "more threads and processes than Stagger can schedule (64)");
        return control::kNobody;
    }
    clear(segment.tasks[count], true);
    return count++;
}

void admit(TaskIndex child, std::uint32_t child_process) {
    TaskSlot& slot = self.segment->tasks[child];
    const InAgent waiting;
    while (slot.born.load(std::memory_order_acquire) == 0) futex_wait(&slot.born, 0);
    control::Execution& execution = self.execution();
    slot.process = child_process;
    slot.parent = process.index;
    slot.opaque = self.slot().opaque;
    slot.state = TaskState::Ready;
    execution.ended &= ~bit(child);
    execution.ready |= bit(child);
    execution.silent = slot.opaque ? execution.silent | bit(child) : execution.silent & ~bit(child);
}

void park_as_helper() {
    TaskSlot& slot = self.slot();
    slot.pid = getpid();
    slot.tid = gettid();
    slot.born.store(1, std::memory_order_release);
    futex_wake(&slot.born);
    await_token();
    handle_signals();
}

void end_as_helper() {
    wake_heirs(self.slot().tid);
    control::touch_all(*self.segment);  // a robust mutex, and what else goes with its owner
    self.execution().dying = {self.slot().pid, self.slot().tid, self.slot().process};
    end_task();
}

void end_tasks_of(std::uint32_t ended, TaskIndex spared) {
    for (TaskIndex i = 0; i < self.segment->settings.task_count; ++i) {
        const TaskSlot& slot = self.segment->tasks[i];
        if (slot.process != ended || i == spared || slot.state == TaskState::Ended) continue;
        if (ended == process.index) wake_heirs(slot.tid);
        self.segment->registry.waiters[i].key = control::kNoKey;
        self.execution().out_of_sight &= ~bit(i);
        control::make_ready(*self.segment, i);
        control::end_task(*self.segment, i);
    }
}

std::uint32_t next_process_index() {
    std::uint32_t next = 0;
    for (TaskIndex i = 0; i < self.segment->settings.task_count; ++i) {
        const TaskSlot& slot = self.segment->tasks[i];
        if (slot.process >= next && !is_free(slot)) next = slot.process + 1;
    }
    return next;
}

}  // namespace stagger::agent
