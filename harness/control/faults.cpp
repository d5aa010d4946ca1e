// SPDX-License-Identifier: Apache-2.0
#include "harness/control/faults.hpp"

#include <algorithm>

#include "harness/control/decider.hpp"
#include "harness/control/record.hpp"
#include "harness/control/scheduler.hpp"
#include "harness/control/tracer.hpp"

namespace stagger::control {
namespace {

bool is_due(const Strike& strike, const TaskSlot& slot, std::uint32_t ordinal, std::uint16_t turn) {
    if (strike.ordinal != 0) return strike.ordinal == ordinal;
    return strike.point == slot.point && strike.turn == turn;
}

void record(Segment& segment, TaskIndex self, FaultKind kind, std::uint8_t variant) {
    Record entry{};
    entry.kind = RecordKind::Strike;
    entry.task = static_cast<std::uint8_t>(self);
    entry.site = segment.tasks[self].site;
    entry.a = static_cast<std::uint32_t>(kind);
    entry.b = variant;
    append(segment, entry, {});
}

// Its first task joins the backends anew; the others of its process go on when that is done.
void be_born_again(Segment& segment, TaskIndex task, TaskIndex first) {
    TaskSlot& slot = segment.tasks[task];
    slot.pid = 0;  // until it is there; the old thread's number is still asked about
    slot.token.store(0, std::memory_order_relaxed);
    slot.site = slot.object = kNoSite;
    slot.call = Call::Start;
    slot.key = slot.spin_key = kNoKey;
    slot.spin_count = slot.signal_count = 0;
    slot.reads_only = false;
    segment.execution.faults.unborn |= bit(task);
    segment.execution.ended &= ~bit(task);
    make_ready(segment, task);
    if (task == first) return;
    const Key joined = make_key(KeySpace::TaskEnd, kMaxTasks + slot.process);
    block(segment, task, &joined, 1, kNoDeadline);
}

// Time has passed, and the others have come no further.
void time_out_hurried(Segment& segment) {
    Faults& faults = segment.execution.faults;
    const TaskSlot& slot = segment.tasks[faults.hurried];
    faults.hurried = kNobody;
    if (slot.state != TaskState::Blocked || slot.deadline == kNoDeadline) return;
    advance_clock(segment, std::max<std::int64_t>(slot.deadline - segment.execution.clock, 0));
}

void note_chance(Segment& segment, const Chance& chance) {
    ChanceLog& log = segment.chances;
    if (!segment.trace.on) return;
    log.full |= log.count >= kMaxChances;
    if (log.count < kMaxChances) log.entries[log.count++] = chance;
}

// `task` is of a process that dies. `first`: of those that start again with it, kNobody if none
// does.
void take_along(Segment& segment, TaskIndex task, TaskIndex first) {
    Execution& execution = segment.execution;
    TaskSlot& slot = segment.tasks[task];
    segment.registry.waiters[task].key = kNoKey;
    execution.faults.killed |= bit(task);
    if (slot.kind == TaskKind::Parent) {  // it only looks at what is left, if it can
        if (first == kNobody) execution.parent &= ~bit(task);
        return;
    }
    slot.joined |= slot.kind == TaskKind::Helper;
    if (slot.state != TaskState::Ended) make_ready(segment, task);
    if (first != kNobody && slot.kind != TaskKind::Helper) {
        be_born_again(segment, task, first);
    } else if (slot.state != TaskState::Ended) {
        execution.faults.unborn &= ~bit(task);
        slot.call = Call::End;
        slot.key = kNoKey;
        end_task(segment, task);
    }
}

}  // namespace

bool has_children(const Segment& segment, std::uint32_t process) {
    for (TaskIndex i = 0; i < segment.settings.task_count; ++i) {
        const TaskSlot& slot = segment.tasks[i];
        const bool child = slot.kind == TaskKind::Helper && slot.process != process &&
                           slot.parent == process && slot.state != TaskState::Ended;
        if (child) return true;
    }
    return false;
}

std::optional<std::uint8_t> strikes(Segment& segment, TaskIndex self, FaultKind kind) {
    const auto at = static_cast<std::size_t>(kind);
    Execution& execution = segment.execution;
    const bool possible =
        execution.phase == Phase::Main && (segment.plan.victims[at] & bit(self)) != 0;
    if (!possible) return std::nullopt;
    TaskSlot& slot = segment.tasks[self];
    const std::uint32_t ordinal = ++execution.faults.chances[at][self];
    const std::uint16_t turn = slot.chances[at]++;
    note_chance(segment, {slot.point, turn, static_cast<std::uint8_t>(self), kind});
    for (std::uint32_t i = 0; i < std::min(segment.plan.strike_count, kMaxStrikes); ++i) {
        const Strike& strike = segment.plan.strikes[i];
        if ((execution.faults.struck >> i & 1) != 0 || strike.task != self) continue;
        if (strike.kind != kind || !is_due(strike, slot, ordinal, turn)) continue;
        execution.faults.struck |= 1u << i;
        log_decision(segment, {self, target_of(kind, strike.variant), slot.point, turn,
                               ChoiceKind::Fault, slot.call, 0, slot.site});
        record(segment, self, kind, strike.variant);
        return strike.variant;
    }
    return std::nullopt;
}

void come_to_point(Segment& segment, TaskIndex self) {
    TaskSlot& slot = segment.tasks[self];
    std::fill(std::begin(slot.chances), std::end(slot.chances), std::uint16_t{0});
    Faults& faults = segment.execution.faults;
    const bool due = faults.hurried < kMaxTasks && segment.execution.points >= faults.hurried_at;
    if (due) time_out_hurried(segment);
}

void hurry(Segment& segment, TaskIndex self, std::uint64_t points) {
    segment.execution.faults.hurried = self;
    segment.execution.faults.hurried_at = segment.execution.points + points;
    if (points == 0) time_out_hurried(segment);
}

std::int64_t longest_pause(const Execution& execution) {
    constexpr std::int64_t kHour = std::int64_t{3600} * 1'000'000'000;
    return std::max(kHour, 2 * std::min(execution.faults.longest_wait, kNoDeadline / 8));
}

void note_wait(Execution& execution, std::int64_t deadline) {
    if (deadline == kNoDeadline) return;
    std::int64_t& longest = execution.faults.longest_wait;
    longest = std::max(longest, deadline - execution.clock);
}

void begin_faults(Segment& segment) {
    Faults& faults = segment.execution.faults;
    segment.chances.count = 0;
    segment.chances.full = false;
    if (segment.plan.fault_kinds == 0) return;
    faults = Faults{};
    faults.hurried = kNobody;
}

void die(Segment& segment, TaskIndex self, bool starts_again) {
    TaskSlot& dying = segment.tasks[self];
    dying.call = Call::Death;
    dying.key = kAnyKey;
    dying.reads_only = false;
    if (segment.trace.on) trace_event(segment, {self, bit(self), self, ChoiceKind::Run}, self);
    segment.execution.dying = {dying.pid, dying.pid, dying.process};
    touch_all(segment);  // a robust mutex, a pipe, and what else goes with its owner
    TaskIndex first = kNobody;
    for (TaskIndex i = 0; i < segment.settings.task_count; ++i) {
        const TaskSlot& slot = segment.tasks[i];
        const bool goes = slot.process == dying.process && slot.state != TaskState::Unused &&
                          (slot.state != TaskState::Ended || starts_again);
        if (!goes) continue;
        if (first == kNobody && slot.kind != TaskKind::Helper) first = i;
        take_along(segment, i, starts_again ? first : kNobody);
    }
    if (has_children(segment, dying.process)) {
        finish(segment, Ending::Overflow, self, kOrphans);
    }
}

}  // namespace stagger::control
