// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/strategy/strategy.hpp"

namespace stagger::engine {

void plan_random(const Planning& planning, control::Plan& plan) {
    plan_calm(plan);
    plan.strategy = control::StrategyKind::Random;
    plan.seed = planning.random(0);
}

}  // namespace stagger::engine
