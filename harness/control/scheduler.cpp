// SPDX-License-Identifier: Apache-2.0
#include "harness/control/scheduler.hpp"

#include <algorithm>
#include <cstring>

#include "harness/control/decider.hpp"
#include "harness/control/faults.hpp"
#include "harness/control/hold.hpp"
#include "harness/control/tracer.hpp"
#include "harness/control/waiting.hpp"

namespace stagger::control {
namespace {

// What a point costs in virtual time; only deadlines and `visible` bounds ever see it.
constexpr std::int64_t kPointNs = 100;

// A task that has passed so many points in a row may spin on what another has to change, in a way
// that is not recognised: the others go first for once.
constexpr std::uint64_t kFairPoints = 10'000;

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

bool may_be_woken_from_outside(const Segment& segment) {
    if (segment.execution.outside) return true;
    for (TaskMask rest = segment.execution.blocked; rest != 0; rest &= rest - 1) {
        if (segment.tasks[lowest(rest)].foreign) return true;
    }
    return false;
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
    if (may_be_woken_from_outside(segment)) {
        finish(segment, Ending::Overflow, kNobody,
               "nobody can go on, but what could wake a task may be outside of what Stagger "
               "accounts for: a signal that a handler catches, a kernel timer (alarm, setitimer, "
               "timer_create), a program that was started, or a descriptor that was not made by "
               "a call it knows");
        return false;
    }
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

// Who goes on from the point that `self` has come to.
TaskIndex choose_at_point(Segment& segment, TaskIndex self) {
    Execution& execution = segment.execution;
    TaskSlot& slot = segment.tasks[self];
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

// A point that needs more than a choice: too many were passed, or a task is to be held at one.
TaskIndex pass_point_beyond_limit(Segment& segment, TaskIndex self) {
    Execution& execution = segment.execution;
    if (execution.point_limit != 0) return stop_at_limit(segment, self);
    const bool held = is_held_here(segment, self);
    const bool beyond = execution.points > segment.settings.step_limit;
    if (held || beyond) execution.point_limit = segment.settings.step_limit;
    if (held) return kHeld;
    return beyond ? stop_at_limit(segment, self) : choose_at_point(segment, self);
}

}  // namespace

TaskIndex pass_point(Segment& segment, TaskIndex self) {
    Execution& execution = segment.execution;
    TaskSlot& slot = segment.tasks[self];
    ++slot.point;
    slot.turn = 0;
    if (segment.plan.fault_kinds != 0) come_to_point(segment, self);
    // Who spins changes nothing: those who gave way before it did still let all others go first.
    if (slot.spin_count == 0) execution.yielded &= bit(self);
    advance_clock(segment, kPointNs);
    if (++execution.points > execution.point_limit) return pass_point_beyond_limit(segment, self);
    return choose_at_point(segment, self);
}

void watch_for_hold(Segment& segment) {
    segment.execution.point_limit = 0;
}

TaskIndex leave_hold(Segment& segment, TaskIndex self) {
    return choose_at_point(segment, self);
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

void end_task(Segment& segment, TaskIndex self) {
    Execution& execution = segment.execution;
    TaskSlot& slot = segment.tasks[self];
    slot.state = TaskState::Ended;
    execution.ready &= ~bit(self);
    execution.ended |= bit(self);
    take_effect(segment, {self, bit(self), self, ChoiceKind::Run}, self);
    touch(segment, make_key(KeySpace::TaskEnd, self));
}

void yield(Segment& segment, TaskIndex self) {
    segment.execution.yielded |= bit(self);
    lower_priority(segment, self);
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
