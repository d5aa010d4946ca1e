// SPDX-License-Identifier: Apache-2.0
//
// The search of harness/search as a planner: it plans one execution ahead, so that it knows when
// it is over. With faults, the executions in which the same faults strike at the same points of
// their tasks are searched as if that were part of the program: first those without any, of which
// the calm one is tried with each fault at once; then those with one, and so on.
#include <algorithm>
#include <deque>
#include <set>
#include <tuple>

#include "harness/engine/strategy/strategy.hpp"
#include "harness/engine/strategy/strikes.hpp"
#include "harness/search/exploration.hpp"

namespace stagger::engine {
namespace {

// A strike as something to be sorted.
using Place = std::tuple<FaultKind, control::TaskIndex, std::uint32_t, std::uint16_t, std::uint8_t>;
using Places = std::set<Place>;

control::Strike strike_at(const Place& place) {
    const auto [kind, task, point, turn, variant] = place;
    return {task, 0, point, turn, kind, variant};
}

// When others have passed so many points, a time-out that ends early is at another place in each
// interleaving; so only the first and the last moment are searched.
bool is_searched(FaultKind kind, std::uint8_t variant) {
    return kind != FaultKind::Slow || variant == 0 || variant + 1 == variants_of(kind);
}

class Exhaustive final : public Planner {
public:
    explicit Exhaustive(std::uint32_t deviations) : deviations_(deviations) {}

    void plan(const Planning& planning, control::Plan& plan) override {
        if (!begun_) begin(planning);
        plan_calm(plan);
        const Places& strikes = sweep_.empty() ? strikes_ : sweep_.front();
        if (sweep_.empty() && upcoming_) search::follow(*upcoming_, plan);
        for (const Place& place : strikes) {
            if (plan.strike_count < control::kMaxStrikes) {
                plan.strikes[plan.strike_count++] = strike_at(place);
            }
        }
    }

    void learn(const Outcome& outcome) override {
        if (!sweep_.empty()) {
            sweep_.pop_front();
            return;
        }
        if (!upcoming_) return;
        const bool first = chances_.empty() && strikes_.empty();
        note_chances(outcome.segment);
        if (first) {
            for (const Place& chance : chances_) sweep_.push_back({chance});
        }
        exploration_->learn(outcome.segment);
        upcoming_ = exploration_->next();
        while (!upcoming_ && finish_and_go_on()) continue;
    }

    bool plans_faults() const override { return true; }
    bool finished() const override { return begun_ && !upcoming_ && sweep_.empty(); }

    double progress() const override {
        return exploration_ == nullptr ? 0 : exploration_->progress();
    }

    void claim(Claims& claims) const override {
        if (exploration_ == nullptr) return;
        claims.complete = finished() && complete_;
        claims.classes = classes_ + (upcoming_ ? exploration_->classes() : 0);
        claims.limits = limits_;
        if (upcoming_) add_limits(claims.limits);
        if (most_strikes_ > 0 && kinds_ != 0) {
            claims.limits.push_back(most_strikes_ == 1
                                        ? "at most one fault strikes in an execution"
                                        : "no more faults strike in an execution than `max` says");
        }
        if ((kinds_ >> static_cast<unsigned>(FaultKind::Slow) & 1) != 0) {
            claims.limits.push_back("a time-out that ends early does so at once");
        }
    }

private:
    void begin(const Planning& planning) {
        begun_ = true;
        options_.seed = planning.random(0);
        options_.any_object = planning.compares_objects;
        if (planning.faults != nullptr) {
            most_strikes_ = planning.faults->max;
            kinds_ = planning.faults->kinds;
        }
        search({});
    }

    void search(Places strikes) {
        strikes_ = std::move(strikes);
        chances_.clear();
        options_.deviations = strikes_.empty() ? deviations_ : 0;
        exploration_ = std::make_unique<search::Exploration>(options_);
        upcoming_ = exploration_->next();
    }

    void note_chances(const control::Segment& segment) {
        complete_ = complete_ && !segment.chances.full;
        for (std::uint32_t i = 0; i < segment.chances.count; ++i) {
            const control::Chance& chance = segment.chances.entries[i];
            for (std::uint8_t variant = 0; variant < variants_of(chance.kind); ++variant) {
                if (!is_searched(chance.kind, variant)) continue;
                chances_.emplace(chance.kind, chance.task, chance.point, chance.turn, variant);
            }
        }
    }

    // Everything was seen that can happen with these strikes; one more, at any chance there was, is
    // another search. False: there is none left.
    bool finish_and_go_on() {
        complete_ = complete_ && exploration_->complete();
        classes_ += exploration_->classes();
        add_limits(limits_);
        if (strikes_.size() < most_strikes_) {
            for (const Place& chance : chances_) {
                Places more = strikes_;
                if (more.insert(chance).second && known_.insert(more).second) {
                    open_.push_back(std::move(more));
                }
            }
        }
        if (open_.empty()) return false;
        Places next = std::move(open_.front());
        open_.pop_front();
        search(std::move(next));
        return true;
    }

    void add_limits(std::vector<std::string>& limits) const {
        for (const std::string& limit : exploration_->limits()) {
            if (std::find(limits.begin(), limits.end(), limit) == limits.end()) {
                limits.push_back(limit);
            }
        }
    }

    std::uint32_t deviations_;
    bool begun_ = false;
    search::Exploration::Options options_;
    std::unique_ptr<search::Exploration> exploration_;  // of the executions with `strikes_`
    std::optional<search::Directions> upcoming_;
    Places strikes_, chances_;
    std::deque<Places> sweep_, open_;
    std::set<Places> known_;
    std::uint32_t most_strikes_ = 0, kinds_ = 0;
    bool complete_ = true;
    std::uint64_t classes_ = 0;
    std::vector<std::string> limits_;
};

}  // namespace

std::unique_ptr<Planner> make_exhaustive() {
    return std::make_unique<Exhaustive>(2);
}

std::unique_ptr<Planner> make_exhaustive_unbounded() {
    return std::make_unique<Exhaustive>(0);
}

}  // namespace stagger::engine
