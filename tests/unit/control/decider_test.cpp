// SPDX-License-Identifier: Apache-2.0
#include "harness/control/decider.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/unit/control/toy.hpp"

namespace stagger::control {
namespace {

using testing::Toy;
using Order = Toy::Order;

void set_changes(Plan& plan, std::initializer_list<std::uint64_t> changes) {
    plan.change_count = 0;
    for (const std::uint64_t change : changes) plan.changes[plan.change_count++] = change;
}

TEST(Deciders, TheCalmOneLetsEachTaskRunToItsEndInOrder) {
    Toy toy = Toy::of_lengths({2, 1, 2});
    toy.plan().strategy = StrategyKind::Calm;
    EXPECT_EQ(toy.run(), (Order{0, 0, 1, 2, 2}));
    EXPECT_EQ(toy.execution().logged, 0u);
    EXPECT_EQ(toy.execution().ending, Ending::Completed);
}

TEST(Deciders, TheSameSeedGivesTheSameOrderAndAnotherSeedAnother) {
    Toy toy = Toy::of_lengths({10, 10, 10});
    toy.plan().strategy = StrategyKind::Random;
    toy.plan().seed = 7;
    const Order first = toy.run();
    EXPECT_EQ(toy.run(), first);
    toy.plan().seed = 8;
    EXPECT_NE(toy.run(), first);
}

// 6000 choices among three: each 2000 times on average with a standard deviation of
// sqrt(6000 * 1/3 * 2/3) = 36.5; the seeds are fixed, four deviations leave room.
TEST(Deciders, RandomChoosesEachCandidateEquallyOften) {
    testing::ToySegment segment;
    segment->plan.strategy = StrategyKind::Random;
    std::map<TaskIndex, int> chosen;
    for (int i = 0; i < 6000; ++i) {
        ++chosen[decide(*segment, {0, bit(1) | bit(4) | bit(63), 1, ChoiceKind::Run})];
    }
    ASSERT_EQ(chosen.size(), 3u);
    for (const auto& [task, times] : chosen) EXPECT_NEAR(times, 2000, 146) << "task " << task;
}

// Of two tasks with one step each both orders; of the start 1/2, then the point of the first: it
// goes on or not, and the same again at the other's point: P(0 first) = 1/2. Of 1000 runs 500, with
// a standard deviation of 15.8.
TEST(Deciders, RandomMeetsBothOrdersOfTwoStepsEquallyOften) {
    Toy toy = Toy::of_lengths({1, 1});
    toy.plan().strategy = StrategyKind::Random;
    int zero_first = 0;
    for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
        toy.plan().seed = seed * 1'000'003;
        zero_first += toy.run() == Order{0, 1} ? 1 : 0;
    }
    EXPECT_NEAR(zero_first, 500, 64);
}

// The step of task 1 between the two of task 0 is a bug of depth 2. With the priorities that let
// task 0 start, only a change at decision 3 (the second point of task 0) finds it: decision 1 is
// who starts, decision 2 the first point.
TEST(Deciders, PctLowersTheRunningTaskExactlyAtItsChangePoint) {
    Toy toy = Toy::of_lengths({2, 1});
    toy.plan().strategy = StrategyKind::Pct;
    toy.plan().priorities[0] = kMaxChanges + 2;
    toy.plan().priorities[1] = kMaxChanges + 1;
    set_changes(toy.plan(), {1});
    EXPECT_EQ(toy.run(), (Order{0, 0, 1}));
    set_changes(toy.plan(), {2});
    EXPECT_EQ(toy.run(), (Order{1, 0, 0}));
    set_changes(toy.plan(), {3});
    EXPECT_EQ(toy.run(), (Order{0, 1, 0}));
    set_changes(toy.plan(), {});
    EXPECT_EQ(toy.run(), (Order{0, 0, 1}));
}

TEST(Deciders, PctKeepsToPrioritiesAmongThoseWhoCanRun) {
    Toy toy = Toy::of_lengths({1, 2, 1});
    toy.plan().strategy = StrategyKind::Pct;
    toy.plan().priorities[0] = 40;
    toy.plan().priorities[1] = 60;
    toy.plan().priorities[2] = 50;
    set_changes(toy.plan(), {});
    EXPECT_EQ(toy.run(), (Order{1, 1, 2, 0}));
}

// Choices in the calm course of lengths 2 and 2: the start, and the two points of task 0 (task 1
// is then alone). Each delay gives an order of its own.
TEST(Deciders, DelayPutsOffTheTaskWhoseTurnItIsOnce) {
    Toy toy = Toy::of_lengths({2, 2});
    toy.plan().strategy = StrategyKind::Delay;
    std::set<Order> orders;
    for (std::uint64_t at = 1; at <= 3; ++at) {
        set_changes(toy.plan(), {at});
        orders.insert(toy.run());
        EXPECT_EQ(toy.execution().logged, 1u) << "delay at choice " << at;
    }
    EXPECT_EQ(orders, (std::set<Order>{{1, 1, 0, 0}, {0, 1, 1, 0}}));
}

TEST(Deciders, TwoDelaysAtOneChoiceAreTwoDelays) {
    Toy toy = Toy::of_lengths({1, 1, 1});
    toy.plan().strategy = StrategyKind::Delay;
    set_changes(toy.plan(), {1, 1});
    toy.run();
    EXPECT_EQ(toy.execution().logged, 2u);
}

TEST(Deciders, ReplayFollowsPlannedDecisionsAndIsCalmOtherwise) {
    Toy toy = Toy::of_lengths({3, 3});
    Plan& plan = toy.plan();
    plan.strategy = StrategyKind::Replay;
    plan.replay_count = 2;
    plan.replay[0] = {0, 1, 2, 0, ChoiceKind::Run, Call::Start, 0, kNoSite};
    plan.replay[1] = {1, 0, 3, 0, ChoiceKind::Run, Call::Start, 0, kNoSite};
    EXPECT_EQ(toy.run(), (Order{0, 1, 1, 0, 0, 1}));
    EXPECT_EQ(toy.execution().misfits, 0u);
    EXPECT_EQ(toy.decisions().size(), 2u);
}

TEST(Deciders, ReplayStartsWithWhomTheScheduleSays) {
    Toy toy = Toy::of_lengths({1, 1});
    toy.plan().strategy = StrategyKind::Replay;
    toy.plan().start = 1;
    EXPECT_EQ(toy.run(), (Order{1, 0}));
    toy.plan().start = kNobody;
    EXPECT_EQ(toy.run(), (Order{0, 1}));
}

TEST(Deciders, ReplayCountsADecisionForATaskThatCannotRunAsAMisfit) {
    Toy toy = Toy::of_lengths({2, 1});
    Plan& plan = toy.plan();
    plan.strategy = StrategyKind::Replay;
    plan.replay_count = 2;
    plan.replay[0] = {0, 1, 1, 0, ChoiceKind::Run, Call::Start, 0, kNoSite};  // fits
    plan.replay[1] = {0, 1, 2, 0, ChoiceKind::Run, Call::Start, 0, kNoSite};  // 1 has ended
    EXPECT_EQ(toy.run(), (Order{1, 0, 0}));
    EXPECT_EQ(toy.execution().misfits, 1u);
    EXPECT_EQ(toy.execution().first_misfit.point, 2u);
}

TEST(Deciders, ReplayCountsADecisionThatWasPassedAsAMisfit) {
    Toy toy = Toy::of_lengths({3, 1});
    Plan& plan = toy.plan();
    plan.strategy = StrategyKind::Replay;
    plan.replay_count = 2;
    plan.replay[0] = {0, 1, 1, 7, ChoiceKind::Run, Call::Start, 0, kNoSite};  // no such turn
    plan.replay[1] = {0, 1, 3, 0, ChoiceKind::Run, Call::Start, 0, kNoSite};
    EXPECT_EQ(toy.run(), (Order{0, 0, 1, 0}));
    EXPECT_EQ(toy.execution().misfits, 1u);
    EXPECT_EQ(toy.execution().first_misfit.turn, 7u);
}

TEST(Deciders, AChoiceOfWhoWakesIsNotMistakenForAChoiceOfWhoRuns) {
    testing::ToySegment segment;
    Plan& plan = segment->plan;
    plan.strategy = StrategyKind::Replay;
    plan.replay_count = 1;
    plan.replay[0] = {0, 2, 1, 0, ChoiceKind::Wake, Call::ConditionSignal, 0, kNoSite};
    segment->settings.task_count = 3;
    begin_execution(*segment, Phase::Main, 0b111, 0b111, 0);
    segment->tasks[0].point = 1;
    EXPECT_EQ(decide(*segment, {0, 0b110, 1, ChoiceKind::Run}), 1u);
    EXPECT_EQ(segment->execution.misfits, 1u);
    begin_execution(*segment, Phase::Main, 0b111, 0b111, 0);
    segment->tasks[0].point = 1;
    EXPECT_EQ(choose_waiter(*segment, 0, 0b110, 1), 2u);
    EXPECT_EQ(segment->execution.misfits, 0u);
}

// About half of the choices deviate; the log holds 2^16 of them.
TEST(Deciders, ALogThatIsFullSaysSoAndTheExecutionGoesOn) {
    constexpr std::size_t kSteps = 3 * kMaxDecisions;
    Toy toy = Toy::of_lengths({kSteps, kSteps});
    toy.plan().strategy = StrategyKind::Random;
    toy.plan().seed = 1;
    EXPECT_EQ(toy.run().size(), 2 * kSteps);
    EXPECT_TRUE(toy.execution().log_full);
    EXPECT_EQ(toy.execution().logged, kMaxDecisions);
    EXPECT_EQ(toy.execution().ending, Ending::Completed);
}

TEST(Deciders, WhoIsLoweredLaterIsBelowWhoWasLoweredBefore) {
    testing::ToySegment segment;
    segment->settings.task_count = 2;
    begin_execution(*segment, Phase::Main, 0b11, 0b11, 0);
    lower_priority(*segment, 0);
    lower_priority(*segment, 1);
    EXPECT_LT(segment->execution.priorities[1], segment->execution.priorities[0]);
    for (std::uint32_t i = 0; i < 2 * kMaxChanges; ++i) lower_priority(*segment, 0);
    EXPECT_EQ(segment->execution.priorities[0], 0);
}

}  // namespace
}  // namespace stagger::control
