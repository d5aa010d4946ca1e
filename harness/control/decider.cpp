// SPDX-License-Identifier: Apache-2.0
#include "harness/control/decider.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "harness/control/deciders/deciders.hpp"
#include "harness/control/draw.hpp"

namespace stagger::control {
namespace {

struct Decider {
    TaskIndex (*decide)(Segment&, const Question&);
    void (*observe)(Segment&, TaskIndex);  // null: it remembers nothing
};

// In the order of StrategyKind.
constexpr std::array<Decider, 9> kDeciders = {{
    {decide_calm, nullptr},
    {decide_random, nullptr},
    {decide_pct, nullptr},
    {decide_delay, nullptr},
    {decide_replay, nullptr},
    {decide_pos, observe_pos},
    {decide_surw, observe_surw},
    {decide_guided, observe_guided},
    {decide_follow, observe_follow},
}};

const Decider& decider_of(const Segment& segment) {
    return kDeciders[static_cast<std::size_t>(segment.plan.strategy) % kDeciders.size()];
}

void log_deviation(Segment& segment, const Question& question, TaskIndex target) {
    if (question.self == kNobody) {
        const Decision start{kNobody, target, 0, 0, question.kind, Call::Start, 0, kNoSite};
        return log_decision(segment, start);
    }
    const TaskSlot& slot = segment.tasks[question.self];
    log_decision(segment, Decision{question.self, target, slot.point, slot.turn, question.kind,
                                   slot.call, 0, slot.site});
}

// Constraints are what guided decides by; any other strategy decides what they leave open.
bool has_constraints_on_top(const Plan& plan) {
    return plan.constraint_count > 0 && plan.strategy != StrategyKind::Guided;
}

// True where no strategy could gain by a choice: the task itself goes on with what nobody sees.
bool needs_no_choice(const Segment& segment, const Question& question) {
    if (!segment.plan.filtered || question.self == kNobody) return false;
    if (question.kind != ChoiceKind::Run || question.calm != question.self) return false;
    return is_quiet(segment.plan, footprint_of(segment.tasks[question.self]));
}

}  // namespace

bool is_quiet(const Plan& plan, const Footprint& footprint) {
    return plan.filtered && is_quiet(plan.contended, footprint);
}

bool is_quiet(const KeySet& contended, const Footprint& footprint) {
    if (touches_nothing(footprint)) return true;
    if (footprint.key == kNoKey || footprint.key == kAnyKey) return false;
    if (is_private_memory(footprint.key)) return false;
    // That an operation has ended is seen the better the sooner it does: an oracle can only
    // object to more if more is known to come after it.
    return footprint.call == Call::Response || !contended.has(footprint.key);
}

void log_decision(Segment& segment, const Decision& decision) {
    Execution& execution = segment.execution;
    if (execution.logged < kMaxDecisions) {
        segment.log[execution.logged++] = decision;
    } else {
        execution.log_full = true;
    }
}

TaskIndex decide(Segment& segment, const Question& question) {
    const bool choice =
        (question.candidates & (question.candidates - 1)) != 0 || segment.execution.wakeable != 0;
    if (!follows_plan(segment.plan)) {
        if (!choice || needs_no_choice(segment, question)) return question.calm;
    }
    segment.execution.decisions += choice ? 1 : 0;
    const Question narrowed = has_constraints_on_top(segment.plan)
                                  ? narrowed_by_constraints(segment, question)
                                  : question;
    const TaskIndex chosen = decider_of(segment).decide(segment, narrowed);
    if (chosen != question.calm) log_deviation(segment, question, chosen);
    return chosen;
}

TaskIndex decide_at_rest(Segment& segment, const Question& question) {
    if (segment.plan.strategy != StrategyKind::Replay) return kNobody;
    const Decision* planned = next_planned(segment, segment.tasks[question.self]);
    if (planned == nullptr || planned->choice != ChoiceKind::Run) return kNobody;
    const TaskIndex target = planned->target;
    if (target >= kMaxTasks || (question.candidates & bit(target)) == 0) return kNobody;
    log_deviation(segment, question, target);
    return target;
}

void note_misfit(Execution& execution, const Decision& planned) {
    if (execution.misfits++ == 0) execution.first_misfit = planned;
}

void observe(Segment& segment, TaskIndex task) {
    const Decider& decider = decider_of(segment);
    if (decider.observe != nullptr) decider.observe(segment, task);
    if (has_constraints_on_top(segment.plan)) observe_guided(segment, task);
}

void begin_decisions(Segment& segment) {
    Execution& execution = segment.execution;
    const Plan& plan = segment.plan;
    execution.random = plan.seed;
    execution.change_next = 0;
    execution.next_low_priority = kMaxChanges;
    execution.intended = kNobody;
    execution.follow_next = 0;
    std::fill(std::begin(execution.followed), std::end(execution.followed), 0);
    execution.asleep = plan.asleep;
    execution.sleep_seen = plan.sleep_from;
    execution.redundant = false;
    forget_inputs(segment.inputs);
    std::memcpy(execution.priorities, plan.priorities, sizeof(execution.priorities));
    std::memcpy(execution.remaining, plan.remaining, sizeof(execution.remaining));
    std::fill(std::begin(execution.scores), std::end(execution.scores), 0);
    std::fill(std::begin(execution.held_until), std::end(execution.held_until), 0);
    std::fill(std::begin(execution.constraints), std::end(execution.constraints),
              ConstraintState{});
}

// All start above kMaxChanges; who is lowered gets the next smaller number, so that the order of
// falling is kept. Spinning may exhaust the numbers; the last one is then shared.
void lower_priority(Segment& segment, TaskIndex task) {
    Execution& execution = segment.execution;
    if (execution.next_low_priority > 0) --execution.next_low_priority;
    execution.priorities[task] = static_cast<std::uint8_t>(execution.next_low_priority);
}

// SplitMix64; the modulo bias is below 2^-57 for 128 tasks.
std::uint64_t draw(Execution& execution, std::uint64_t bound) {
    return mix(++execution.random, 0) % bound;
}

}  // namespace stagger::control
