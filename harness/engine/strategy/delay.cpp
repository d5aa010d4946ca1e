// SPDX-License-Identifier: Apache-2.0
//
// Emmi, Qadeer, Rakamaric: "Delay-Bounded Scheduling", POPL 2011. The calm order is the
// deterministic scheduler. First one delay at every choice of the calm execution, each once, in a
// shuffled order; then two, three, ... at random.
#include <algorithm>
#include <numeric>

#include "harness/engine/strategy/strategy.hpp"

namespace stagger::engine {
namespace {

// The index-th of 1 .. range in an order that the seed shuffles: an affine permutation.
std::uint64_t shuffled(const Planning& planning, std::uint64_t index, std::uint64_t range) {
    std::uint64_t step = 1 + control::mix(planning.seed, 1) % range;
    while (std::gcd(step, range) != 1) ++step;
    const std::uint64_t start = control::mix(planning.seed, 2) % range;
    return 1 + (start + index * step) % range;
}

class Delay final : public Planner {
public:
    void plan(const Planning& planning, control::Plan& plan) override {
        plan_filtered(planning, control::StrategyKind::Delay, plan);
        if (range_ == 0) range_ = planning.knowledge->choices();
        if (planning.index < range_) {
            plan.changes[plan.change_count++] = shuffled(planning, planning.index, range_);
            return;
        }
        const std::uint64_t range = planning.knowledge->choices();
        const std::uint64_t most =
            std::clamp<std::uint64_t>(planning.depth, 2, control::kMaxChanges);
        const std::uint64_t delays = 2 + planning.draw(3, most - 1);
        for (std::uint64_t i = 0; i < delays && i < control::kMaxChanges; ++i) {
            plan.changes[plan.change_count++] = 1 + planning.draw(10 + i, range);
        }
        std::sort(plan.changes, plan.changes + plan.change_count);
    }

private:
    std::uint64_t range_ = 0;  // of the round of single delays
};

}  // namespace

std::unique_ptr<Planner> make_delay() {
    return std::make_unique<Delay>();
}

}  // namespace stagger::engine
