// SPDX-License-Identifier: Apache-2.0
//
// The default: bugs differ in what finds them, so all strategies run, and each gets the more
// executions the more new behaviour it brings. Where there are few interleavings, a search of all
// of them has every other execution after the first ones, until it is complete or proves too long.
#include <algorithm>
#include <array>

#include "harness/engine/strategy/strategy.hpp"

namespace stagger::engine {
namespace {

struct Arm {
    std::unique_ptr<Planner> planner;
    double base;  // its weight when it brings nothing new
    double gain;  // new features of an execution, lately; to begin with a guess
    // Its plans, but for the first, are made to show something new as well: no execution is lost
    // for that. The bound of pct holds for its own plans only.
    bool takes_aim;
    std::uint64_t runs = 0;
};

// Arms by their numbers, in the order in which they are added.
constexpr std::array<std::size_t, 12> kOpening = {0, 2, 0, 1, 0, 2, 0, 3, 0, 2, 0, 5};
// What the arm that gains the most weighs more than its base; others in proportion.
constexpr double kBonus = 20;
// If none gains even this, all are left with little more than their bases.
constexpr double kLeastGain = 0.05;
// More features than this in one execution say no more: the first few bring them by the dozen.
constexpr std::uint32_t kMostFeatures = 8;
// Executions before the search of all interleavings begins, the logarithm of how many of them are
// few.
constexpr std::uint64_t kSampled = 64;
constexpr double kSmall = 9;
// It is given up where it would take more executions than there are, or than this. From so many of
// its own on it knows enough to say that, and says it every so often.
constexpr std::uint64_t kLongestSearch = 50'000;
constexpr std::uint64_t kAppraised = 32;
constexpr std::uint64_t kTickets = 1u << 20;

// How fast an arm's past is forgotten: half of it with the next execution.
constexpr double kMemory = 0.5;

class Portfolio final : public Planner {
public:
    Portfolio() {
        add(make_constraint(), 2, 8, false);
        add(make_surw(), 0.75, 3, true);
        add(make_random(), 3, 1.5, true);
        add(make_pos(), 0.5, 1.5, true);
        add(make_pct(), 1, 1.5, false);
        add(make_delay(), 0.5, 1, true);
    }

    void plan(const Planning& planning, control::Plan& plan) override {
        if (planning.index == kSampled && !planning.whole_budget && !has_inputs_)
            is_small_ = planning.knowledge->log_interleavings() < kSmall;
        searching_ = is_small_ && planning.index >= kSampled && planning.index % 2 == 0;
        if (searching_) {
            Planning own = planning;
            own.index = searched_++;
            affordable_ = std::min(kLongestSearch, searched_ + planning.left / 2);
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
        if (arm.takes_aim && own.index > 0) arms_.front().planner->add_aim(planning, plan);
    }

    void learn(const Outcome& outcome) override {
        // The search does not vary them, so it never proves anything.
        has_inputs_ |= outcome.segment.inputs.count > 0;
        if (has_inputs_) is_small_ = false;
        if (searching_) {
            all_->learn(outcome);
            if (searched_ % kAppraised == 0 && !all_->finished()) is_small_ = can_end();
            return;
        }
        Arm& arm = arms_[current_];
        const double novelty = std::min(outcome.new_features, kMostFeatures);
        arm.gain = kMemory * arm.gain + (1 - kMemory) * novelty;
        arm.planner->learn(outcome);
    }

    bool plans_faults() const override { return searching_; }
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
    void add(std::unique_ptr<Planner> planner, double base, double gain, bool takes_aim) {
        Arm arm;
        arm.planner = std::move(planner);
        arm.base = base;
        arm.gain = gain;
        arm.takes_aim = takes_aim;
        arms_.push_back(std::move(arm));
    }

    // Whether the search would be over in time if it went on as it did.
    bool can_end() const {
        const double expected = static_cast<double>(searched_) / all_->progress();
        return expected <= static_cast<double>(affordable_);
    }

    // The first executions go in turn, every other one aimed; then there is a lottery, so that what
    // an arm brings counts at once.
    std::size_t choose(const Planning& planning) const {
        if (planning.index < kOpening.size()) return kOpening[planning.index];
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
    std::uint64_t searched_ = 0, affordable_ = 0;
    std::vector<Arm> arms_;
    std::size_t current_ = 0;
};

}  // namespace

std::unique_ptr<Planner> make_portfolio() {
    return std::make_unique<Portfolio>();
}

}  // namespace stagger::engine
