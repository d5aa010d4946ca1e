// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/strategy/strategy.hpp"

#include <algorithm>
#include <numeric>

#include "harness/control/key.hpp"

namespace stagger::engine {

std::uint64_t Planning::random(std::uint64_t salt) const {
    return control::mix(control::mix(seed, index), salt);
}

const std::vector<Strategy>& all_strategies() {
    static const std::vector<Strategy> table = {
        {"portfolio", "mixes those below, by what each brings; the default", make_portfolio},
        {"random", "at each choice any task that can run, with equal odds", make_random},
        {"pct", "random priorities with a few change points (Burckhardt et al. 2010)", make_pct},
        {"delay", "one fixed order with a few delays (Emmi et al. 2011)", make_delay},
        {"pos", "a random priority for every event, drawn anew where two race (Yuan et al. 2018)",
         make_pos},
        {"surw", "one object's events interleaved uniformly (Zhao et al. 2025)", make_surw},
        {"constraint", "aims at who reads from whom, at pairs not seen yet (Wolff et al. 2024)",
         make_constraint},
        {"exhaustive",
         "few delays first, then every interleaving up to equivalence, until it can say so",
         make_exhaustive},
        {"replay", "follows a schedule; what `stagger replay` does", nullptr},
    };
    return table;
}

std::unique_ptr<Planner> make_planner(std::string_view name) {
    for (const Strategy& strategy : all_strategies()) {
        if (strategy.name == name && strategy.make != nullptr) return strategy.make();
    }
    return nullptr;
}

void plan_calm(control::Plan& plan) {
    plan.strategy = control::StrategyKind::Calm;
    plan.filtered = plan.prioritised = plan.shuffled = false;
    plan.change_count = plan.constraint_count = plan.replay_count = plan.strike_count = 0;
    plan.start = control::kNobody;
    plan.asleep = 0;
    plan.sleep_from = plan.sleep_count = 0;
    plan.draws_inputs = plan.inputs_wrap = false;
    plan.input_count = 0;
}

void plan_inputs(const std::vector<control::Decision>& decisions, control::Plan& plan) {
    for (const control::Decision& decision : decisions) {
        const bool input = decision.choice == control::ChoiceKind::Input;
        if (input && plan.input_count < control::kMaxDecisions) {
            plan.inputs[plan.input_count++] = decision;
        }
    }
    std::stable_sort(plan.inputs, plan.inputs + plan.input_count,
                     [](const control::Decision& a, const control::Decision& b) {
                         return a.task != b.task ? a.task < b.task : a.point < b.point;
                     });
}

void plan_filtered(const Planning& planning, control::StrategyKind kind, control::Plan& plan) {
    plan_calm(plan);
    plan.strategy = kind;
    plan.seed = planning.random(0);
    plan.draws_inputs = true;
    plan.filtered = true;
    plan.contended = planning.knowledge->contended();
}

// Fisher-Yates.
void shuffle_priorities(const Planning& planning, control::Plan& plan) {
    std::iota(std::begin(plan.priorities), std::end(plan.priorities),
              static_cast<std::uint8_t>(control::kMaxChanges + 1));
    for (std::uint32_t i = control::kMaxTasks - 1; i > 0; --i) {
        std::swap(plan.priorities[i], plan.priorities[planning.draw(100 + i, i + 1)]);
    }
}

void plan_strike(const control::Decision& decision, control::Plan& plan) {
    if (plan.strike_count >= control::kMaxStrikes) return;
    plan.strikes[plan.strike_count++] = {decision.task,
                                         0,
                                         decision.point,
                                         decision.turn,
                                         control::kind_of_target(decision.target),
                                         control::variant_of_target(decision.target)};
}

void plan_replay(const std::vector<control::Decision>& decisions, control::Plan& plan) {
    plan_calm(plan);
    plan.strategy = control::StrategyKind::Replay;
    plan_inputs(decisions, plan);
    for (const control::Decision& decision : decisions) {
        if (decision.choice == control::ChoiceKind::Input) continue;
        if (decision.task == control::kNobody) {
            plan.start = decision.target;
        } else if (decision.choice == control::ChoiceKind::Fault) {
            plan_strike(decision, plan);
        } else if (plan.replay_count < control::kMaxDecisions) {
            plan.replay[plan.replay_count++] = decision;
        }
    }
    std::stable_sort(plan.replay, plan.replay + plan.replay_count,
                     [](const control::Decision& a, const control::Decision& b) {
                         if (a.task != b.task) return a.task < b.task;
                         if (a.point != b.point) return a.point < b.point;
                         return a.turn < b.turn;
                     });
}

}  // namespace stagger::engine
