// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/strategy/strategy.hpp"

#include <algorithm>

#include "harness/control/key.hpp"

namespace stagger::engine {

std::uint64_t Planning::random(std::uint64_t salt) const {
    return control::mix(control::mix(seed, index), salt);
}

const std::vector<Strategy>& all_strategies() {
    static const std::vector<Strategy> table = {
        {"portfolio", "mixes random, pct and delay; the default", plan_portfolio},
        {"random", "at each choice any task that can run, with equal odds", plan_random},
        {"pct", "random priorities with a few change points (Burckhardt et al. 2010)", plan_pct},
        {"delay", "one fixed order with a few delays (Emmi et al. 2011)", plan_delay},
        {"replay", "follows a schedule; what `stagger replay` does", nullptr},
    };
    return table;
}

Planner find_planner(std::string_view name) {
    for (const Strategy& strategy : all_strategies()) {
        if (strategy.name == name) return strategy.plan;
    }
    return nullptr;
}

void plan_calm(control::Plan& plan) {
    plan.strategy = control::StrategyKind::Calm;
    plan.change_count = plan.replay_count = 0;
    plan.start = control::kNobody;
}

void plan_replay(const std::vector<control::Decision>& decisions, control::Plan& plan) {
    plan_calm(plan);
    plan.strategy = control::StrategyKind::Replay;
    for (const control::Decision& decision : decisions) {
        if (decision.task == control::kNobody) {
            plan.start = decision.target;
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
