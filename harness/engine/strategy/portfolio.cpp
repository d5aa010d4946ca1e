// SPDX-License-Identifier: Apache-2.0
//
// The default: bugs differ in what finds them, so all strategies run, and each gets the more
// executions the more new behaviour it brings. Shares are followed exactly, by smooth weighted
// round robin, so that a campaign is the same each time.
#include <algorithm>

#include "harness/engine/strategy/strategy.hpp"

namespace stagger::engine {
namespace {

struct Arm {
    std::unique_ptr<Planner> planner;
    double share;         // to begin with
    std::uint32_t depth;  // 0: the campaign's
    std::uint64_t runs = 0;
    double gain = 1;  // how often an execution shows something new, lately
    double credit = 0;
};

// How fast an arm's past is forgotten: half of it after about 7 executions.
constexpr double kMemory = 0.9;
// No arm's weight falls below this part of its first share.
constexpr double kLeast = 0.1;

class Portfolio final : public Planner {
public:
    Portfolio() {
        add(make_constraint(), 30, 0);
        add(make_surw(), 3, 0);
        add(make_pos(), 1, 0);
        for (std::uint32_t depth = 1; depth <= 4; ++depth) add(make_pct(), 0.5, depth);
        add(make_delay(), 1, 0);
        add(make_random(), 1, 0);
    }

    void plan(const Planning& planning, control::Plan& plan) override {
        current_ = choose();
        Arm& arm = arms_[current_];
        Planning own = planning;
        own.index = arm.runs++;
        own.seed = control::mix(planning.seed, current_);
        if (arm.depth > 0) own.depth = arm.depth;
        arm.planner->plan(own, plan);
    }

    void learn(const Outcome& outcome) override {
        Arm& arm = arms_[current_];
        const double novelty = outcome.new_features > 0 ? 1 : 0;
        arm.gain = kMemory * arm.gain + (1 - kMemory) * novelty;
        arm.planner->learn(outcome);
    }

    void claim(Claims& claims) const override {
        for (const Arm& arm : arms_) {
            Claims own;
            arm.planner->claim(own);
            for (const auto& [depth, runs] : own.pct_runs) claims.pct_runs[depth] += runs;
        }
    }

private:
    void add(std::unique_ptr<Planner> planner, double share, std::uint32_t depth) {
        Arm arm;
        arm.planner = std::move(planner);
        arm.share = share;
        arm.depth = depth;
        arms_.push_back(std::move(arm));
    }

    std::size_t choose() {
        double total = 0;
        for (Arm& arm : arms_) {
            const double weight = arm.share * std::max(arm.gain, kLeast);
            arm.credit += weight;
            total += weight;
        }
        const auto best =
            std::max_element(arms_.begin(), arms_.end(),
                             [](const Arm& a, const Arm& b) { return a.credit < b.credit; });
        best->credit -= total;
        return static_cast<std::size_t>(best - arms_.begin());
    }

    std::vector<Arm> arms_;
    std::size_t current_ = 0;
};

}  // namespace

std::unique_ptr<Planner> make_portfolio() {
    return std::make_unique<Portfolio>();
}

}  // namespace stagger::engine
