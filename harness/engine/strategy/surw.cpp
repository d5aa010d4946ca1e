// SPDX-License-Identifier: Apache-2.0
//
// Zhao, Wolff, Mathur, Roychoudhury: "Selectively Uniform Concurrency Testing", ASPLOS 2025. Each
// execution picks one key that tasks meet in, and interleaves its events uniformly; how many each
// task will do is what executions so far have shown, the calm one first.
#include <algorithm>

#include "harness/engine/strategy/strategy.hpp"

namespace stagger::engine {
namespace {

class Surw final : public Planner {
public:
    void plan(const Planning& planning, control::Plan& plan) override {
        plan_filtered(planning, control::StrategyKind::Surw, plan);
        plan.walked_key = control::kNoKey;
        std::fill(std::begin(plan.remaining), std::end(plan.remaining), 0);
        std::vector<const KeyUse*> objects, words;
        for (const KeyUse& use : planning.knowledge->keys()) {
            if (use.contended() && use.total > 0) (use.operation ? objects : words).push_back(&use);
        }
        // Who waits for its turn at a word often holds a lock that the others need, and so spoils
        // the walk; at the beginning of an operation it does not.
        const bool word = objects.empty() || (!words.empty() && planning.draw(2, 8) == 0);
        const auto& keys = word ? words : objects;
        if (keys.empty()) return;
        const KeyUse& chosen = *keys[planning.draw(1, keys.size())];
        plan.walked_key = chosen.key;
        for (std::size_t task = 0; task < chosen.accesses.size(); ++task) {
            plan.remaining[task] = static_cast<std::uint32_t>(chosen.accesses[task].size());
        }
    }
};

}  // namespace

std::unique_ptr<Planner> make_surw() {
    return std::make_unique<Surw>();
}

}  // namespace stagger::engine
