// SPDX-License-Identifier: Apache-2.0
//
// The default: bugs differ in what finds them, so each strategy gets a third of the executions.
#include "harness/engine/strategy/strategy.hpp"

namespace stagger::engine {

void plan_portfolio(const Planning& planning, control::Plan& plan) {
    Planning own = planning;
    own.index = planning.index / 3;
    // The members count for themselves, but draw from different streams.
    own.seed = control::mix(planning.seed, planning.index % 3);
    switch (planning.index % 3) {
        case 0: plan_delay(own, plan); break;
        case 1: plan_random(own, plan); break;
        default:
            own.depth = 1 + static_cast<std::uint32_t>(own.index % (planning.depth + 1));
            plan_pct(own, plan);
    }
}

}  // namespace stagger::engine
