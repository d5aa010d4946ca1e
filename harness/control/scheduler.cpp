// SPDX-License-Identifier: Apache-2.0
#include "harness/control/scheduler.hpp"

#include <algorithm>
#include <cstring>

#include "harness/control/decider.hpp"
#include "harness/control/tracer.hpp"

namespace stagger::control {
namespace {

// What a point costs in virtual time; only deadlines and `visible` bounds ever see it.
constexpr std::int64_t kPointNs = 100;

// A task that has passed so many points in a row may spin on what another has to change, in a way
// that is not recognised: the others go first for once.
constexpr std::uint64_t kFairPoints = 10'000;

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

bool jump_to_next_deadline(Segment& segment) {
    Execution& execution = segment.execution;
    if (execution.next_deadline == kNoDeadline) return false;
    if (segment.trace.on) trace_jump(segment);
    execution.clock = std::max(execution.clock, execution.next_deadline);
    expire_deadlines(segment);
    return true;
}

// Who may run: those who yielded only if nobody else can.
TaskMask candidates_of(Execution& execution) {
    const TaskMask eager = execution.ready & ~execution.yielded;
    if (eager != 0) return eager;
    execution.yielded = 0;
    return execution.ready;
}

// The calm course when the present task cannot go on: a server first, so that requests are
// answered as they come; then who ran before; then the next in order.
TaskIndex calm_successor(const Execution& execution, TaskMask candidates) {
    const TaskMask servers = candidates & execution.silent;
    if (servers != 0) return lowest(servers);
    const TaskIndex last = execution.last_client;
    if (last == kNobody) return lowest(candidates);
    if ((candidates & bit(last)) != 0) return last;
    const TaskMask after = candidates & ~((bit(last) << 1) - 1);
    return lowest(after != 0 ? after : candidates);
}

bool roles_ended(const Execution& execution) {
    return (execution.roles & ~execution.ended) == 0;
}

// Nobody is ready. Returns true if somebody is now; otherwise `ending` says why not.
bool revive(Segment& segment) {
    Execution& execution = segment.execution;
    if (roles_ended(execution)) {
        if (execution.parent == 0) {
            execution.ending = Ending::Completed;
            return false;
        }
        if (segment.trace.on) trace_jump(segment);
        execution.roles |= execution.parent;
        make_ready(segment, lowest(execution.parent));
        execution.parent = 0;
        return true;
    }
    if (jump_to_next_deadline(segment)) return true;
    execution.ending = execution.out_of_sight != 0 ? Ending::Nobody : Ending::Deadlock;
    return false;
}

// `chosen` goes on from its point.
void take_effect(Segment& segment, const Question& question, TaskIndex chosen) {
    if (segment.trace.on) trace_event(segment, question, chosen);
    observe(segment, chosen);
}

void note_choice(Segment& segment, const Question& question, TaskIndex chosen) {
    Execution& execution = segment.execution;
    take_effect(
        segment,
        {question.self, question.candidates | execution.wakeable, question.calm, question.kind},
        chosen);
    if ((execution.wakeable & bit(chosen)) != 0) {  // chosen although nobody notified it
        segment.tasks[chosen].notified = true;
        make_ready(segment, chosen);
    }
    if (execution.holder != chosen) {
        ++execution.switches;
        execution.run_start = execution.points;
    }
    execution.holder = chosen;
    if ((execution.silent & bit(chosen)) == 0) execution.last_client = chosen;
}

// Nobody is ready; but somebody may wake without being asked to. kNobody: nobody does.
TaskIndex choose_at_rest(Segment& segment, TaskIndex self) {
    const TaskMask wakeable = segment.execution.wakeable;
    if (self == kNobody || wakeable == 0) return kNobody;
    const Question question{self, wakeable, kNobody, ChoiceKind::Run};
    const TaskIndex chosen = decide_at_rest(segment, question);
    if (chosen != kNobody) {
        note_choice(segment, question, chosen);
    } else if (segment.trace.on) {
        trace_rest(segment, question);
    }
    ++segment.tasks[self].turn;
    return chosen;
}

bool waits_for(const TaskSlot& slot, Key key) {
    if (slot.wait_count > kMaxWaitKeys) return true;
    for (std::uint32_t i = 0; i < slot.wait_count; ++i) {
        if (slot.wait_keys[i] == key) return true;
    }
    return false;
}

// A task that goes on waiting keeps its state; its deadline moves to the new clock, which starts
// at 0 again.
void reset_slot(TaskSlot& slot, bool keep_waiting, std::int64_t old_clock) {
    slot.point = 0;
    slot.turn = 0;
    slot.spin_key = kNoKey;
    slot.spin_count = 0;
    slot.replay_next = slot.replay_end = 0;
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
    execution.clock = 0;
    execution.next_deadline = kNoDeadline;
    execution.points = execution.decisions = execution.switches = execution.run_start = 0;
    execution.point_limit = segment.settings.step_limit;
    execution.generation = generation;
    execution.log_full = false;
    execution.logged = execution.misfits = 0;
    begin_decisions(segment);
    execution.detail[0] = '\0';
    segment.history.used = 0;
    segment.history.records = 0;
    segment.history.overflow = false;
    segment.trace.count = 0;
    segment.trace.full = false;
}

// Daemons that go on although the roles have ended are stopped, for the parent to look at what is
// left; it gets as many points again.
TaskIndex stop_at_limit(Segment& segment, TaskIndex self) {
    Execution& execution = segment.execution;
    const char* why = "the step limit was reached";
    if (!roles_ended(execution)) {
        finish(segment, Ending::Livelock, self, why);
        return kNobody;
    }
    if (execution.parent == 0) {
        finish(segment, Ending::Completed, self, why);
        return kNobody;
    }
    bool stopped = false;
    for (TaskMask rest = execution.ready; rest != 0; rest &= rest - 1) {
        TaskSlot& slot = segment.tasks[lowest(rest)];
        if (slot.kind != TaskKind::Daemon && slot.kind != TaskKind::Helper) continue;
        slot.state = TaskState::Stopped;
        execution.ready &= ~bit(lowest(rest));
        stopped = true;
    }
    if (!stopped) {
        finish(segment, Ending::Livelock, self, why);
        return kNobody;
    }
    execution.point_limit += segment.settings.step_limit;
    return pick_successor(segment, self);
}

}  // namespace

void begin_execution(Segment& segment, Phase phase, TaskMask tasks, TaskMask roles,
                     TaskMask parent) {
    const std::int64_t old_clock = segment.execution.clock;
    reset_execution(segment, phase);
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

TaskIndex pass_point(Segment& segment, TaskIndex self) {
    Execution& execution = segment.execution;
    TaskSlot& slot = segment.tasks[self];
    ++slot.point;
    slot.turn = 0;
    execution.yielded &= bit(self);
    advance_clock(segment, kPointNs);
    if (++execution.points > execution.point_limit) return stop_at_limit(segment, self);
    if (slot.opaque) {
        take_effect(segment, {self, bit(self), self, ChoiceKind::Run}, self);
        return self;
    }
    if (execution.points - execution.run_start >= kFairPoints) {
        execution.run_start = execution.points;
        yield(segment, self);
    }
    const bool alone = execution.ready == bit(self) && execution.wakeable == 0;
    if (alone && !follows_plan(segment.plan)) {
        // As if decided, so that turns and yields are those that a replay will see.
        execution.yielded = 0;
        take_effect(segment, {self, bit(self), self, ChoiceKind::Run}, self);
        ++slot.turn;
        return self;
    }
    const TaskMask candidates = candidates_of(execution);
    const TaskIndex calm =
        (candidates & bit(self)) != 0 ? self : calm_successor(execution, candidates);
    const Question question{self, candidates, calm, ChoiceKind::Run};
    const TaskIndex chosen = decide(segment, question);
    note_choice(segment, question, chosen);
    ++slot.turn;
    return chosen;
}

TaskIndex pick_successor(Segment& segment, TaskIndex self) {
    Execution& execution = segment.execution;
    while (execution.ready == 0) {
        const TaskIndex awake = choose_at_rest(segment, self);
        if (awake != kNobody) return awake;
        if (!revive(segment)) return kNobody;
    }
    const TaskMask candidates = candidates_of(execution);
    const TaskIndex calm = calm_successor(execution, candidates);
    const Question question{self, candidates, calm, ChoiceKind::Run};
    const TaskIndex chosen = decide(segment, question);
    note_choice(segment, question, chosen);
    if (self != kNobody) ++segment.tasks[self].turn;
    return chosen;
}

void block(Segment& segment, TaskIndex self, const Key* keys, std::uint32_t count,
           std::int64_t deadline) {
    Execution& execution = segment.execution;
    TaskSlot& slot = segment.tasks[self];
    if (segment.trace.on) trace_wait(segment, self, keys, count);
    slot.state = TaskState::Blocked;
    slot.timed_out = false;
    slot.wait_count = count;
    std::copy_n(keys, std::min(count, kMaxWaitKeys), slot.wait_keys);
    slot.deadline = deadline;
    execution.ready &= ~bit(self);
    execution.blocked |= bit(self);
    execution.next_deadline = std::min(execution.next_deadline, deadline);
    if (deadline <= execution.clock) expire_deadlines(segment);
}

void end_task(Segment& segment, TaskIndex self) {
    Execution& execution = segment.execution;
    TaskSlot& slot = segment.tasks[self];
    slot.state = TaskState::Ended;
    execution.ready &= ~bit(self);
    execution.ended |= bit(self);
    take_effect(segment, {self, bit(self), self, ChoiceKind::Run}, self);
    touch(segment, make_key(KeySpace::TaskEnd, self));
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

void yield(Segment& segment, TaskIndex self) {
    segment.execution.yielded |= bit(self);
    lower_priority(segment, self);
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

TaskIndex choose_waiter(Segment& segment, TaskIndex self, TaskMask candidates, TaskIndex longest) {
    const Question question{self, candidates, longest, ChoiceKind::Wake};
    const TaskIndex chosen = decide(segment, question);
    if (segment.trace.on) trace_wake(segment, question, chosen);
    ++segment.tasks[self].turn;
    return chosen;
}

void finish(Segment& segment, Ending ending, TaskIndex culprit, const char* detail) {
    Execution& execution = segment.execution;
    execution.ending = ending;
    execution.culprit = culprit;
    std::strncpy(execution.detail, detail, kDetailBytes - 1);
    execution.detail[kDetailBytes - 1] = '\0';
}

void advance_clock(Segment& segment, std::int64_t ns) {
    Execution& execution = segment.execution;
    execution.clock += ns;
    if (execution.clock >= execution.next_deadline) expire_deadlines(segment);
}

}  // namespace stagger::control
