// SPDX-License-Identifier: Apache-2.0
//
// Emmi, Qadeer, Rakamaric: "Delay-Bounded Scheduling", POPL 2011. The calm order is the
// deterministic scheduler. First no delay, then one at every choice of the calm execution, each
// once, in a shuffled order; then two, three, ... at random.
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

}  // namespace

void plan_delay(const Planning& planning, control::Plan& plan) {
    plan_calm(plan);
    plan.strategy = control::StrategyKind::Delay;
    const std::uint64_t range = std::max<std::uint64_t>(planning.decisions, 1);
    if (planning.index == 0) return;
    if (planning.index <= range) {
        plan.changes[plan.change_count++] = shuffled(planning, planning.index - 1, range);
        return;
    }
    // With delays the execution may take more choices than the calm one.
    const std::uint64_t wider = range + range / 2 + 1;
    const std::uint64_t most = std::clamp<std::uint64_t>(planning.depth, 2, control::kMaxChanges);
    const std::uint64_t delays = 2 + planning.random(3) % (most - 1);
    for (std::uint64_t i = 0; i < delays && i < control::kMaxChanges; ++i) {
        plan.changes[plan.change_count++] = 1 + planning.random(10 + i) % wider;
    }
    std::sort(plan.changes, plan.changes + plan.change_count);
}

}  // namespace stagger::engine
