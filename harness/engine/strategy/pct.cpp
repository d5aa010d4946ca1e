// SPDX-License-Identifier: Apache-2.0
//
// Burckhardt, Kothari, Musuvathi, Nagarakatte: "A Randomized Scheduler with Probabilistic
// Guarantees of Finding Bugs", ASPLOS 2010: n tasks, k choices, depth d: a random order of
// priorities and d - 1 change points, each uniform in [1, k]; a bug of depth d is found with
// probability at least 1 / (n * k^(d-1)).
#include <algorithm>
#include <numeric>

#include "harness/engine/strategy/strategy.hpp"

namespace stagger::engine {
namespace {

// Fisher-Yates over priorities that are all above those of lowered tasks.
void shuffle_priorities(const Planning& planning, control::Plan& plan) {
    std::iota(std::begin(plan.priorities), std::end(plan.priorities),
              static_cast<std::uint8_t>(control::kMaxChanges + 1));
    for (std::uint32_t i = control::kMaxTasks - 1; i > 0; --i) {
        const auto other = planning.random(100 + i) % (i + 1);
        std::swap(plan.priorities[i], plan.priorities[other]);
    }
}

}  // namespace

void plan_pct(const Planning& planning, control::Plan& plan) {
    plan_calm(plan);
    plan.strategy = control::StrategyKind::Pct;
    plan.seed = planning.random(0);
    shuffle_priorities(planning, plan);
    const auto changes = std::min(planning.depth > 0 ? planning.depth - 1 : 0,
                                  control::kMaxChanges - 1);
    const std::uint64_t range = std::max<std::uint64_t>(planning.decisions, 1);
    for (std::uint32_t i = 0; i < changes; ++i) {
        plan.changes[plan.change_count++] = 1 + planning.random(1 + i) % range;
    }
    std::sort(plan.changes, plan.changes + plan.change_count);
}

}  // namespace stagger::engine
