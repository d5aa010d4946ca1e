// SPDX-License-Identifier: Apache-2.0
//
// Burckhardt, Kothari, Musuvathi, Nagarakatte: "A Randomized Scheduler with Probabilistic
// Guarantees of Finding Bugs", ASPLOS 2010: n tasks, k choices, depth d: a random order of
// priorities and d - 1 change points, each uniform in [1, k]; a bug of depth d is found with
// probability at least 1 / (n * k^(d-1)).
#include <algorithm>

#include "harness/engine/strategy/strategy.hpp"

namespace stagger::engine {
namespace {

class Pct final : public Planner {
public:
    void plan(const Planning& planning, control::Plan& plan) override {
        plan_filtered(planning, control::StrategyKind::Pct, plan);
        shuffle_priorities(planning, plan);
        const std::uint32_t depth =
            std::clamp<std::uint32_t>(planning.depth, 1, control::kMaxChanges);
        const std::uint64_t range = planning.knowledge->choices();
        for (std::uint32_t i = 0; i + 1 < depth; ++i) {
            plan.changes[plan.change_count++] = 1 + planning.draw(1 + i, range);
        }
        std::sort(plan.changes, plan.changes + plan.change_count);
        ++runs_[depth];
    }

    void claim(Claims& claims) const override { claims.pct_runs = runs_; }

private:
    std::map<std::uint32_t, std::uint64_t> runs_;
};

}  // namespace

std::unique_ptr<Planner> make_pct() {
    return std::make_unique<Pct>();
}

}  // namespace stagger::engine
