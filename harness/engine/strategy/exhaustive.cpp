// SPDX-License-Identifier: Apache-2.0
//
// The search of harness/search as a planner: it plans one execution ahead, so that it knows when
// it is over.
#include "harness/engine/strategy/strategy.hpp"
#include "harness/search/exploration.hpp"

namespace stagger::engine {
namespace {

class Exhaustive final : public Planner {
public:
    explicit Exhaustive(std::uint32_t deviations) : deviations_(deviations) {}

    void plan(const Planning& planning, control::Plan& plan) override {
        if (!exploration_) {
            search::Exploration::Options options;
            options.seed = planning.random(0);
            options.any_object = planning.compares_objects;
            options.deviations = deviations_;
            exploration_ = std::make_unique<search::Exploration>(options);
            upcoming_ = exploration_->next();
        }
        plan_calm(plan);
        if (upcoming_) search::follow(*upcoming_, plan);
    }

    void learn(const Outcome& outcome) override {
        if (!upcoming_) return;
        exploration_->learn(outcome.segment);
        upcoming_ = exploration_->next();
    }

    bool finished() const override { return exploration_ != nullptr && !upcoming_; }

    double progress() const override {
        return exploration_ == nullptr ? 0 : exploration_->progress();
    }

    void claim(Claims& claims) const override {
        if (exploration_ == nullptr) return;
        claims.complete = exploration_->complete();
        claims.classes = exploration_->classes();
        claims.limits = exploration_->limits();
    }

private:
    std::uint32_t deviations_;
    std::unique_ptr<search::Exploration> exploration_;
    std::optional<search::Directions> upcoming_;
};

}  // namespace

std::unique_ptr<Planner> make_exhaustive() {
    return std::make_unique<Exhaustive>(2);
}

std::unique_ptr<Planner> make_exhaustive_unbounded() {
    return std::make_unique<Exhaustive>(0);
}

}  // namespace stagger::engine
