// SPDX-License-Identifier: Apache-2.0
#include "harness/control/decider.hpp"

#include <array>

namespace stagger::control {
namespace {

TaskIndex nth_member(TaskMask mask, std::uint64_t n) {
    for (; n > 0; --n) mask &= mask - 1;
    return lowest(mask);
}

TaskIndex next_in_order(TaskMask candidates, TaskIndex after) {
    const TaskMask above = after + 1 >= kMaxTasks ? 0 : candidates & ~(bit(after + 1) - 1);
    return lowest(above != 0 ? above : candidates);
}

bool change_is_due(Segment& segment) {
    Execution& execution = segment.execution;
    const Plan& plan = segment.plan;
    if (execution.change_next >= plan.change_count) return false;
    if (plan.changes[execution.change_next] > execution.decisions) return false;
    ++execution.change_next;
    return true;
}

// One choice in so many looks at spurious wake-ups at all: they are legal but rare.
constexpr std::uint64_t kSpuriousOdds = 32;

TaskIndex calm(Segment&, const Question& question) {
    return question.calm;
}

TaskIndex random(Segment& segment, const Question& question) {
    const TaskMask wakeable = segment.execution.wakeable;
    if (wakeable != 0 && question.kind == ChoiceKind::Run &&
        draw(segment.execution, kSpuriousOdds) == 0) {
        return nth_member(wakeable, draw(segment.execution, population(wakeable)));
    }
    return nth_member(question.candidates,
                      draw(segment.execution, population(question.candidates)));
}

// Burckhardt, Kothari, Musuvathi, Nagarakatte: "A Randomized Scheduler with Probabilistic
// Guarantees of Finding Bugs", ASPLOS 2010. The highest priority runs; at each of depth - 1 change
// points the running task falls below all others.
TaskIndex pct(Segment& segment, const Question& question) {
    if (change_is_due(segment) && question.self != kNobody) lower_priority(segment, question.self);
    const auto& priorities = segment.execution.priorities;
    TaskIndex best = kNobody;
    for (TaskMask rest = question.candidates; rest != 0; rest &= rest - 1) {
        const TaskIndex task = lowest(rest);
        if (best == kNobody || priorities[task] > priorities[best]) best = task;
    }
    return best;
}

// Emmi, Qadeer, Rakamaric: "Delay-Bounded Scheduling", POPL 2011. The calm course, but at each
// delay the task whose turn it is must wait for the next one in order.
TaskIndex delay(Segment& segment, const Question& question) {
    if (!change_is_due(segment)) return question.calm;
    return next_in_order(question.candidates, question.calm);
}

bool is_before(const Decision& planned, const TaskSlot& slot) {
    if (planned.point != slot.point) return planned.point < slot.point;
    return planned.turn < slot.turn;
}

void note_misfit(Execution& execution, const Decision& planned) {
    if (execution.misfits++ == 0) execution.first_misfit = planned;
}

// Follows Plan::replay; where a planned decision cannot be taken the calm one is, and it counts.
TaskIndex replay(Segment& segment, const Question& question) {
    if (question.self == kNobody) {
        const TaskIndex start = segment.plan.start;
        const bool possible = start < kMaxTasks && (question.candidates & bit(start)) != 0;
        return segment.execution.points == 0 && possible ? start : question.calm;
    }
    TaskSlot& slot = segment.tasks[question.self];
    while (slot.replay_next < slot.replay_end) {
        const Decision& planned = segment.plan.replay[slot.replay_next];
        if (is_before(planned, slot)) {
            note_misfit(segment.execution, planned);
            ++slot.replay_next;
            continue;
        }
        if (planned.point != slot.point || planned.turn != slot.turn) break;
        ++slot.replay_next;
        const TaskMask wakeable = question.kind == ChoiceKind::Run ? segment.execution.wakeable : 0;
        const bool possible = planned.choice == question.kind && planned.target < kMaxTasks &&
                              ((question.candidates | wakeable) & bit(planned.target)) != 0;
        if (possible) return planned.target;
        note_misfit(segment.execution, planned);
        break;
    }
    return question.calm;
}

using Decider = TaskIndex (*)(Segment&, const Question&);

// In the order of StrategyKind.
constexpr std::array<Decider, 5> kDeciders = {calm, random, pct, delay, replay};

void log_deviation(Segment& segment, const Question& question, TaskIndex target) {
    Execution& execution = segment.execution;
    if (execution.logged >= kMaxDecisions) {
        execution.log_full = true;
        return;
    }
    if (question.self == kNobody) {
        segment.log[execution.logged++] =
            Decision{kNobody, target, 0, 0, question.kind, Call::Start, 0, kNoSite};
        return;
    }
    const TaskSlot& slot = segment.tasks[question.self];
    segment.log[execution.logged++] = Decision{question.self, target,    slot.point, slot.turn,
                                               question.kind, slot.call, 0,          slot.site};
}

}  // namespace

TaskIndex decide(Segment& segment, const Question& question) {
    const bool choice =
        (question.candidates & (question.candidates - 1)) != 0 || segment.execution.wakeable != 0;
    if (!choice && segment.plan.strategy != StrategyKind::Replay) return question.calm;
    segment.execution.decisions += choice ? 1 : 0;
    const auto strategy = static_cast<std::size_t>(segment.plan.strategy);
    const TaskIndex chosen = kDeciders[strategy](segment, question);
    if (chosen != question.calm) log_deviation(segment, question, chosen);
    return chosen;
}

// All start above kMaxChanges; who is lowered gets the next smaller number, so that the order of
// falling is kept. Spinning may exhaust the numbers; the last one is then shared.
void lower_priority(Segment& segment, TaskIndex task) {
    Execution& execution = segment.execution;
    if (execution.next_low_priority > 0) --execution.next_low_priority;
    execution.priorities[task] = static_cast<std::uint8_t>(execution.next_low_priority);
}

// SplitMix64; the modulo bias is below 2^-58 for 64 tasks.
std::uint64_t draw(Execution& execution, std::uint64_t bound) {
    return mix(++execution.random, 0) % bound;
}

}  // namespace stagger::control
