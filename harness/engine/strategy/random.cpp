// SPDX-License-Identifier: Apache-2.0
//
// The two whose planning is only a seed: all else is in their deciders.
#include "harness/engine/strategy/strategy.hpp"

namespace stagger::engine {
namespace {

class Seeded final : public Planner {
public:
    explicit Seeded(control::StrategyKind kind) : kind_(kind) {}
    void plan(const Planning& planning, control::Plan& plan) override {
        plan_filtered(planning, kind_, plan);
    }

private:
    control::StrategyKind kind_;
};

}  // namespace

std::unique_ptr<Planner> make_random() {
    return std::make_unique<Seeded>(control::StrategyKind::Random);
}

std::unique_ptr<Planner> make_pos() {
    return std::make_unique<Seeded>(control::StrategyKind::Pos);
}

}  // namespace stagger::engine
