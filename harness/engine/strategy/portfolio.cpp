// SPDX-License-Identifier: Apache-2.0
//
// The default: bugs differ in what finds them, so all strategies run, and each gets the more
// executions the more new behaviour it brings. Where there are few interleavings, a search of all
// of them has every other execution after the first ones, until it is complete or proves too long.
#include <algorithm>

#include "harness/engine/strategy/strategy.hpp"

namespace stagger::engine {
namespace {

struct Arm {
    std::unique_ptr<Planner> planner;
    double base;  // its weight when it brings nothing new
    double gain;  // new features of an execution, lately; to begin with a guess
    std::uint64_t runs = 0;
};

// What the arm that gains the most weighs more than its base; others in proportion.
constexpr double kBonus = 20;
// If none gains even this, all are left with little more than their bases.
constexpr double kLeastGain = 0.05;
// More features than this in one execution say no more: the first few bring them by the dozen.
constexpr std::uint32_t kMostFeatures = 8;
constexpr std::uint64_t kOpening = 12;
// Executions before the search of all interleavings begins, the logarithm of how many of them are
// few, and when it is given up.
constexpr std::uint64_t kSampled = 64;
constexpr double kSmall = 9;
constexpr std::uint64_t kLongestSearch = 50'000;
constexpr std::uint64_t kTickets = 1u << 20;

// How fast an arm's past is forgotten: half of it with the next execution.
constexpr double kMemory = 0.5;

class Portfolio final : public Planner {
public:
    Portfolio() {
        add(make_constraint(), 2, 8);
        add(make_surw(), 0.75, 3);
        add(make_random(), 0.75, 1.5);
        add(make_pos(), 0.5, 1.5);
        add(make_pct(), 1, 1.5);
        add(make_delay(), 0.5, 1);
    }

    void plan(const Planning& planning, control::Plan& plan) override {
        if (planning.index == kSampled && !planning.whole_budget && !has_inputs_)
            is_small_ = planning.knowledge->log_interleavings() < kSmall;
        searching_ = is_small_ && planning.index >= kSampled && planning.index % 2 == 0;
        if (searching_) {
            Planning own = planning;
            own.index = searched_++;
            all_->plan(own, plan);
            return;
        }
        current_ = choose(planning);
        Arm& arm = arms_[current_];
        Planning own = planning;
        own.index = arm.runs++;
        own.seed = control::mix(planning.seed, current_);
        own.depth = 1 + static_cast<std::uint32_t>(own.index % (planning.depth + 1));
        arm.planner->plan(own, plan);
    }

    void learn(const Outcome& outcome) override {
        // The search does not vary them, so it never proves anything.
        has_inputs_ |= outcome.segment.inputs.count > 0;
        if (has_inputs_) is_small_ = false;
        if (searching_) {
            all_->learn(outcome);
            if (searched_ >= kLongestSearch) is_small_ = false;
            return;
        }
        Arm& arm = arms_[current_];
        const double novelty = std::min(outcome.new_features, kMostFeatures);
        arm.gain = kMemory * arm.gain + (1 - kMemory) * novelty;
        arm.planner->learn(outcome);
    }

    bool finished() const override { return all_->finished() && !has_inputs_; }

    void claim(Claims& claims) const override {
        if (finished()) all_->claim(claims);
        if (has_inputs_) claims.limits.push_back("what any() gives is sampled, not enumerated");
        for (const Arm& arm : arms_) {
            Claims own;
            arm.planner->claim(own);
            for (const auto& [depth, runs] : own.pct_runs) claims.pct_runs[depth] += runs;
        }
    }

private:
    void add(std::unique_ptr<Planner> planner, double base, double gain) {
        Arm arm;
        arm.planner = std::move(planner);
        arm.base = base;
        arm.gain = gain;
        arms_.push_back(std::move(arm));
    }

    // The first executions go in turn, one aimed, one not; then there is a lottery, so that what an
    // arm brings counts at once.
    std::size_t choose(const Planning& planning) const {
        if (planning.index < kOpening) {
            return planning.index % 2 == 0 ? 0 : 1 + planning.index / 2 % (arms_.size() - 1);
        }
        double most = kLeastGain, total = 0;
        for (const Arm& arm : arms_) most = std::max(most, arm.gain);
        const auto weight = [&](const Arm& arm) {
            const double share = arm.gain / most;
            return arm.base + kBonus * share * share + (arm.planner->has_aims() ? kBonus : 0);
        };
        for (const Arm& arm : arms_) total += weight(arm);
        double ticket = total * static_cast<double>(planning.draw(1, kTickets)) / kTickets;
        for (std::size_t i = 0; i + 1 < arms_.size(); ++i) {
            if (ticket < weight(arms_[i])) return i;
            ticket -= weight(arms_[i]);
        }
        return arms_.size() - 1;
    }

    std::unique_ptr<Planner> all_ = make_exhaustive_unbounded();
    bool is_small_ = false, searching_ = false, has_inputs_ = false;
    std::uint64_t searched_ = 0;
    std::vector<Arm> arms_;
    std::size_t current_ = 0;
};

}  // namespace

std::unique_ptr<Planner> make_portfolio() {
    return std::make_unique<Portfolio>();
}

}  // namespace stagger::engine
