// SPDX-License-Identifier: Apache-2.0
#include "harness/control/faults.hpp"

#include <gtest/gtest.h>

#include "harness/control/scheduler.hpp"
#include "tests/unit/control/toy.hpp"

namespace stagger::control {
namespace {

constexpr auto kKill = static_cast<std::size_t>(FaultKind::Kill);
constexpr Key kKey = make_key(KeySpace::Memory, 7);

// `tasks` roles, each a process of its own unless said otherwise; kills may strike them all.
void begin(Segment& segment, std::uint32_t tasks) {
    segment.settings = {tasks, false, 1'000'000};
    segment.plan.fault_kinds = 1u << kKill;
    const TaskMask all = bit(tasks) - 1;
    segment.plan.victims[kKill] = all;
    for (TaskIndex i = 0; i < tasks; ++i) segment.tasks[i].process = i;
    begin_execution(segment, Phase::Main, all, all, 0);
    segment.execution.holder = 0;
}

void plan(Segment& segment, const Strike& strike) {
    segment.plan.strikes[segment.plan.strike_count++] = strike;
}

TEST(Faults, NothingStrikesWhereNothingIsPlanned) {
    testing::ToySegment segment;
    begin(*segment, 1);
    for (int i = 0; i < 10; ++i) EXPECT_FALSE(strikes(*segment, 0, FaultKind::Kill));
    EXPECT_EQ(segment->execution.logged, 0u);
    EXPECT_EQ(segment->execution.faults.chances[kKill][0], 10u);
}

TEST(Faults, AStrikeComesOnceAtItsChanceAndIsLoggedWithItsPoint) {
    testing::ToySegment segment;
    begin(*segment, 2);
    plan(*segment, {0, 2, 0, 0, FaultKind::Kill, 0});
    pass_point(*segment, 0);
    EXPECT_FALSE(strikes(*segment, 0, FaultKind::Kill));
    EXPECT_FALSE(strikes(*segment, 1, FaultKind::Kill)) << "another task's chances do not count";
    pass_point(*segment, 0);
    EXPECT_TRUE(strikes(*segment, 0, FaultKind::Kill));
    EXPECT_FALSE(strikes(*segment, 0, FaultKind::Kill));
    ASSERT_EQ(segment->execution.logged, 1u);
    const Decision& logged = segment->log[0];
    EXPECT_EQ(logged.task, 0u);
    EXPECT_EQ(logged.point, 2u);
    EXPECT_EQ(logged.turn, 0u);
    EXPECT_EQ(logged.choice, ChoiceKind::Fault);
    EXPECT_EQ(kind_of_target(logged.target), FaultKind::Kill);
    EXPECT_EQ(segment->execution.faults.struck, 1u);
}

TEST(Faults, AStrikeMayBeNamedByItsPointAndTheChanceThere) {
    testing::ToySegment segment;
    begin(*segment, 1);
    plan(*segment, {0, 0, 2, 1, FaultKind::Kill, 0});
    pass_point(*segment, 0);
    EXPECT_FALSE(strikes(*segment, 0, FaultKind::Kill));
    EXPECT_FALSE(strikes(*segment, 0, FaultKind::Kill));
    pass_point(*segment, 0);
    EXPECT_FALSE(strikes(*segment, 0, FaultKind::Kill));
    EXPECT_TRUE(strikes(*segment, 0, FaultKind::Kill));
}

TEST(Faults, WhoIsNoVictimHasNoChances) {
    testing::ToySegment segment;
    begin(*segment, 2);
    segment->plan.victims[kKill] = bit(1);
    plan(*segment, {0, 1, 0, 0, FaultKind::Kill, 0});
    EXPECT_FALSE(strikes(*segment, 0, FaultKind::Kill));
    EXPECT_EQ(segment->execution.faults.chances[kKill][0], 0u);
}

TEST(Faults, NothingStrikesWhileProcessesJoin) {
    testing::ToySegment segment;
    begin(*segment, 1);
    segment->execution.phase = Phase::Attach;
    plan(*segment, {0, 1, 0, 0, FaultKind::Kill, 0});
    EXPECT_FALSE(strikes(*segment, 0, FaultKind::Kill));
}

TEST(Faults, WithAProcessDieAllItsTasksAndWhoWaitsMayLookAgain) {
    testing::ToySegment segment;
    begin(*segment, 4);
    segment->tasks[1].process = 0;  // two threads of one process
    block(*segment, 1, &kKey, 1, kNoDeadline);
    block(*segment, 2, &kKey, 1, kNoDeadline);
    die(*segment, 0, false);
    const Execution& execution = segment->execution;
    EXPECT_TRUE(execution.ended == (bit(0) | bit(1)));
    EXPECT_TRUE(execution.faults.killed == (bit(0) | bit(1)));
    EXPECT_TRUE(execution.ready == (bit(2) | bit(3)));
    EXPECT_NE(pick_successor(*segment, 0), 0u);
}

TEST(Faults, WhoStartsAgainCanRunAndItsOtherThreadsWaitUntilItHasJoined) {
    testing::ToySegment segment;
    begin(*segment, 3);
    segment->tasks[1].process = 0;
    segment->tasks[0].pid = segment->tasks[0].tid = 4711;
    segment->tasks[0].point = 9;
    die(*segment, 0, true);
    const Execution& execution = segment->execution;
    EXPECT_TRUE(execution.ended == 0);
    EXPECT_TRUE(execution.ready == (bit(0) | bit(2)));
    EXPECT_TRUE(execution.blocked == bit(1));
    EXPECT_TRUE(execution.faults.unborn == (bit(0) | bit(1)));
    EXPECT_EQ(segment->tasks[0].point, 9u) << "points name decisions: they are counted on";
    touch(*segment, make_key(KeySpace::TaskEnd, kMaxTasks + 0));
    EXPECT_TRUE(execution.ready == (bit(0) | bit(1) | bit(2)));
}

TEST(Faults, ATimeOutThatIsHurriedComesAfterSoManyPointsOfOthers) {
    testing::ToySegment segment;
    begin(*segment, 2);
    block(*segment, 1, &kKey, 1, 1'000'000'000);
    hurry(*segment, 1, 3);
    for (int i = 0; i < 2; ++i) pass_point(*segment, 0);
    EXPECT_TRUE(segment->execution.blocked == bit(1));
    for (int i = 0; i < 2; ++i) pass_point(*segment, 0);
    EXPECT_TRUE(segment->execution.blocked == 0);
    EXPECT_TRUE(segment->tasks[1].timed_out);
    EXPECT_GE(segment->execution.clock, 1'000'000'000);
}

TEST(Faults, APauseIsLongerThanAnyTimeOutThatWasWaitedFor) {
    testing::ToySegment segment;
    begin(*segment, 1);
    constexpr std::int64_t kDay = std::int64_t{24} * 3600 * 1'000'000'000;
    note_wait(segment->execution, kDay);
    EXPECT_GT(longest_pause(segment->execution), kDay);
}

}  // namespace
}  // namespace stagger::control
