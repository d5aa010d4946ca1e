// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/strategy/strategy.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <tuple>

#include "tests/unit/control/toy.hpp"

namespace stagger::engine {
namespace {

using control::StrategyKind;
using testing::Toy;
using Order = Toy::Order;

// What a plan says, without the parts that its strategy does not read.
using Essence =
    std::tuple<StrategyKind, std::uint64_t, std::vector<std::uint64_t>, std::vector<std::uint8_t>>;

Essence essence(const control::Plan& plan) {
    const bool draws = plan.strategy == StrategyKind::Random || plan.strategy == StrategyKind::Pct;
    std::vector<std::uint8_t> priorities;
    if (plan.strategy == StrategyKind::Pct) {
        priorities.assign(std::begin(plan.priorities), std::end(plan.priorities));
    }
    return {plan.strategy,
            draws ? plan.seed : 0,
            {plan.changes, plan.changes + plan.change_count},
            priorities};
}

Essence planned(Planner planner, std::uint64_t index, std::uint64_t seed) {
    const auto plan = std::make_unique<control::Plan>();
    Planning planning;
    planning.index = index;
    planning.seed = seed;
    planning.decisions = 50;
    planning.tasks = 4;
    planner(planning, *plan);
    return essence(*plan);
}

std::vector<Essence> first_plans(Planner planner, std::uint64_t seed, std::uint64_t count) {
    std::vector<Essence> plans;
    for (std::uint64_t i = 0; i < count; ++i) plans.push_back(planned(planner, i, seed));
    return plans;
}

std::vector<Strategy> explorers() {
    std::vector<Strategy> strategies;
    for (const Strategy& strategy : all_strategies()) {
        if (strategy.plan != nullptr) strategies.push_back(strategy);
    }
    return strategies;
}

TEST(Planners, PlanTheSameForTheSameSeedAndNumber) {
    for (const Strategy& strategy : explorers()) {
        EXPECT_EQ(first_plans(strategy.plan, 42, 100), first_plans(strategy.plan, 42, 100))
            << strategy.name;
    }
}

TEST(Planners, PlanDifferentlyForAnotherSeed) {
    for (const Strategy& strategy : explorers()) {
        EXPECT_NE(first_plans(strategy.plan, 42, 100), first_plans(strategy.plan, 43, 100))
            << strategy.name;
    }
}

TEST(Planners, DoNotDependOnWhatWasPlannedBefore) {
    for (const Strategy& strategy : explorers()) {
        const auto plan = std::make_unique<control::Plan>();
        Planning planning;
        planning.seed = 5;
        planning.decisions = 50;
        for (const std::uint64_t index : {90u, 3u, 0u, 17u, 4u}) {
            planning.index = index;
            strategy.plan(planning, *plan);
            const auto untouched = std::make_unique<control::Plan>();
            strategy.plan(planning, *untouched);
            EXPECT_EQ(essence(*plan), essence(*untouched)) << strategy.name << " " << index;
        }
    }
}

// Of 300 random plans with different seeds for the decider none is like another.
TEST(Planners, RandomDrawsFromANewStreamEachTime) {
    const auto plans = first_plans(plan_random, 1, 300);
    EXPECT_EQ(std::set<Essence>(plans.begin(), plans.end()).size(), 300u);
}

TEST(Planners, PctGivesEachTaskAPriorityOfItsOwnAboveAllLoweredOnes) {
    const auto plan = std::make_unique<control::Plan>();
    Planning planning;
    planning.seed = 9;
    planning.decisions = 20;
    planning.depth = 4;
    for (planning.index = 0; planning.index < 100; ++planning.index) {
        plan_pct(planning, *plan);
        const std::set<std::uint8_t> distinct(std::begin(plan->priorities),
                                              std::end(plan->priorities));
        EXPECT_EQ(distinct.size(), control::kMaxTasks);
        EXPECT_GT(*distinct.begin(), control::kMaxChanges);
        ASSERT_EQ(plan->change_count, 3u);
        EXPECT_TRUE(std::is_sorted(plan->changes, plan->changes + 3));
        EXPECT_GE(plan->changes[0], 1u);
        EXPECT_LE(plan->changes[2], 20u);
    }
}

std::uint64_t count_of(Toy& toy, Planner planner, Planning planning, const Order& wanted,
                       std::uint64_t runs) {
    std::uint64_t found = 0;
    for (planning.index = 0; planning.index < runs; ++planning.index) {
        planner(planning, toy.plan());
        found += toy.run() == wanted ? 1 : 0;
    }
    return found;
}

// The step of task 1 between the two of task 0 is a bug of depth 2: task 0 must have the higher
// priority (1/2), and of the 3 choices of the calm course the change must be at the third (1/3).
// 1/6 is exactly the bound 1/(n k^(d-1)) of the paper. Of 3000 runs 500, with a standard deviation
// of sqrt(3000 * 1/6 * 5/6) = 20.4; the seed is fixed, four deviations leave room.
TEST(Planners, PctFindsABugOfDepthTwoWithThePromisedOdds) {
    Toy toy = Toy::of_lengths({2, 1});
    Planning planning;
    planning.seed = 1;
    planning.decisions = 3;
    planning.tasks = 2;
    planning.depth = 2;
    EXPECT_NEAR(static_cast<double>(count_of(toy, plan_pct, planning, {0, 1, 0}, 3000)), 500, 82);
    planning.depth = 1;
    EXPECT_EQ(count_of(toy, plan_pct, planning, {0, 1, 0}, 3000), 0u);
}

// Random meets the same bug: task 0 does its first step before task 1 does its only one with 1/2,
// by symmetry. Then task 0, at its second point, gives way with 1/2, and task 1 does its step with
// 1/2 or gives back with 1/2: q = 1/2 * (1/2 + 1/2 * q) = 1/3. Together 1/6.
TEST(Planners, RandomFindsItWithTheOddsOfItsMarkovChain) {
    Toy toy = Toy::of_lengths({2, 1});
    Planning planning;
    planning.seed = 1;
    EXPECT_NEAR(static_cast<double>(count_of(toy, plan_random, planning, {0, 1, 0}, 3000)), 500,
                82);
}

TEST(Planners, DelayStartsCalmAndThenDelaysEachChoiceOfTheCalmCourseOnce) {
    for (const std::uint64_t choices : {1u, 2u, 7u, 60u}) {
        const auto plan = std::make_unique<control::Plan>();
        Planning planning;
        planning.seed = 11;
        planning.decisions = choices;
        plan_delay(planning, *plan);
        EXPECT_EQ(plan->change_count, 0u);
        std::set<std::uint64_t> delayed;
        for (planning.index = 1; planning.index <= choices; ++planning.index) {
            plan_delay(planning, *plan);
            ASSERT_EQ(plan->change_count, 1u);
            delayed.insert(plan->changes[0]);
        }
        EXPECT_EQ(delayed.size(), choices);
        EXPECT_EQ(*delayed.begin(), 1u);
        EXPECT_EQ(*delayed.rbegin(), choices);
        plan_delay(planning, *plan);
        EXPECT_GE(plan->change_count, 2u);
    }
}

TEST(Planners, DelayFindsWhatASingleDelayShowsWithinTheChoicesOfTheCalmCourse) {
    Toy toy = Toy::of_lengths({5, 1});
    Planning planning;
    for (planning.seed = 1; planning.seed <= 20; ++planning.seed) {
        planning.decisions = 6;  // the start, and five points of task 0
        EXPECT_EQ(count_of(toy, plan_delay, planning, {0, 0, 0, 1, 0, 0}, 7), 1u);
    }
}

TEST(Planners, PortfolioGivesEachOfItsMembersAThird) {
    std::map<StrategyKind, int> members;
    for (const Essence& plan : first_plans(plan_portfolio, 3, 300)) ++members[std::get<0>(plan)];
    EXPECT_EQ(members, (std::map<StrategyKind, int>{{StrategyKind::Delay, 100},
                                                    {StrategyKind::Random, 100},
                                                    {StrategyKind::Pct, 100}}));
}

TEST(Planners, PortfolioTriesEveryDepthUpToItsOwn) {
    std::set<std::size_t> changes;
    for (const Essence& plan : first_plans(plan_portfolio, 3, 300)) {
        if (std::get<0>(plan) == StrategyKind::Pct) changes.insert(std::get<2>(plan).size());
    }
    EXPECT_EQ(changes, (std::set<std::size_t>{0, 1, 2, 3}));
}

// Whatever random did, its log leads to the same order again, and every decision fits.
TEST(Planners, AReplayOfWhatRandomDidDoesTheSameAgain) {
    Toy toy = Toy::of_lengths({6, 4, 5, 1});
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        Planning planning;
        planning.seed = seed;
        plan_random(planning, toy.plan());
        const Order order = toy.run();
        const auto decisions = toy.decisions();
        plan_replay(decisions, toy.plan());
        EXPECT_EQ(toy.run(), order) << "seed " << seed;
        EXPECT_EQ(toy.execution().misfits, 0u) << "seed " << seed;
        EXPECT_EQ(toy.decisions().size(), decisions.size()) << "seed " << seed;
    }
}

TEST(Planners, AReplayTakesDecisionsInAnyOrder) {
    Toy toy = Toy::of_lengths({4, 4});
    plan_replay({{1, 0, 3, 0, control::ChoiceKind::Run, control::Call::Start, 0, control::kNoSite},
                 {0, 1, 2, 0, control::ChoiceKind::Run, control::Call::Start, 0, control::kNoSite}},
                toy.plan());
    EXPECT_EQ(toy.run(), (Order{0, 1, 1, 0, 0, 0, 1, 1}));
    EXPECT_EQ(toy.execution().misfits, 0u);
}

TEST(Planners, AreFoundByTheirNamesAndReplayDoesNotExplore) {
    EXPECT_EQ(find_planner("pct"), plan_pct);
    EXPECT_EQ(find_planner("portfolio"), plan_portfolio);
    EXPECT_EQ(find_planner("replay"), nullptr);
    EXPECT_EQ(find_planner("no-such"), nullptr);
}

}  // namespace
}  // namespace stagger::engine
