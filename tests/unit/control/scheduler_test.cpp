// SPDX-License-Identifier: Apache-2.0
#include "harness/control/scheduler.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/unit/control/toy.hpp"

namespace stagger::control {
namespace {

using testing::Toy;
using testing::ToySegment;
using Order = Toy::Order;

constexpr Key kApples = make_key(KeySpace::Object, 1);
constexpr Key kPears = make_key(KeySpace::Object, 2);
constexpr std::int64_t kSecond = 1'000'000'000;

// A segment in which tasks 0 to 2 have just begun, task 0 having the token.
class Begun {
public:
    Begun() {
        segment_->settings.task_count = 3;
        begin_execution(*segment_, Phase::Main, 0b111, 0b111, 0);
        pick_successor(*segment_, kNobody);
    }
    Segment& operator*() const { return *segment_; }
    Segment* operator->() const { return &*segment_; }
    void block_on(TaskIndex task, Key key, std::int64_t deadline = kNoDeadline) const {
        block(*segment_, task, &key, 1, deadline);
    }

private:
    ToySegment segment_;
};

TEST(Scheduler, ATouchWakesThoseWhoWaitForThatKeyAndNobodyElse) {
    const Begun segment;
    segment.block_on(1, kApples);
    segment.block_on(2, kPears);
    touch(*segment, kApples);
    EXPECT_EQ(segment->tasks[1].state, TaskState::Ready);
    EXPECT_EQ(segment->tasks[2].state, TaskState::Blocked);
    EXPECT_EQ(segment->execution.ready, TaskMask{0b011});
}

TEST(Scheduler, ATaskThatWaitsForSeveralKeysIsWokenByAny) {
    const Begun segment;
    const Key keys[] = {kApples, kPears};
    block(*segment, 1, keys, 2, kNoDeadline);
    touch(*segment, kPears);
    EXPECT_EQ(segment->tasks[1].state, TaskState::Ready);
}

TEST(Scheduler, WhoWaitsForMoreKeysThanFitIsWokenByEveryTouch) {
    const Begun segment;
    Key keys[kMaxWaitKeys + 1];
    for (std::uint32_t i = 0; i <= kMaxWaitKeys; ++i) keys[i] = make_key(KeySpace::Lock, i);
    block(*segment, 1, keys, kMaxWaitKeys, kNoDeadline);
    block(*segment, 2, keys, kMaxWaitKeys + 1, kNoDeadline);
    touch(*segment, kApples);
    EXPECT_EQ(segment->tasks[1].state, TaskState::Blocked);
    EXPECT_EQ(segment->tasks[2].state, TaskState::Ready);
}

TEST(Scheduler, ACallWithoutAFootprintWakesWhoeverWaitsForAnythingButNotASleeper) {
    const Begun segment;
    segment.block_on(1, kApples);
    block(*segment, 2, nullptr, 0, kSecond);
    touch_all(*segment);
    EXPECT_EQ(segment->tasks[1].state, TaskState::Ready);
    EXPECT_EQ(segment->tasks[2].state, TaskState::Blocked);
}

TEST(Scheduler, WhenNobodyCanRunTheClockJumpsToTheEarliestDeadline) {
    const Begun segment;
    segment.block_on(0, kApples, 30 * kSecond);
    segment.block_on(1, kApples, 10 * kSecond);
    segment.block_on(2, kApples, 20 * kSecond);
    EXPECT_EQ(pick_successor(*segment, 2), 1u);
    EXPECT_EQ(segment->execution.clock, 10 * kSecond);
    EXPECT_TRUE(segment->tasks[1].timed_out);
    EXPECT_EQ(segment->tasks[2].state, TaskState::Blocked);
    EXPECT_EQ(segment->execution.next_deadline, 20 * kSecond);
}

TEST(Scheduler, TheClockDoesNotJumpWhileSomebodyCanRun) {
    const Begun segment;
    segment.block_on(1, kApples, kSecond);
    EXPECT_EQ(pass_point(*segment, 0), 0u);
    EXPECT_LT(segment->execution.clock, kSecond);
    EXPECT_EQ(segment->tasks[1].state, TaskState::Blocked);
}

TEST(Scheduler, ADeadlineThatTheClockReachesWhileOthersRunWakesToo) {
    const Begun segment;
    segment.block_on(1, kApples, kSecond);
    advance_clock(*segment, kSecond - 1);
    EXPECT_EQ(segment->tasks[1].state, TaskState::Blocked);
    advance_clock(*segment, 1);
    EXPECT_EQ(segment->tasks[1].state, TaskState::Ready);
    EXPECT_TRUE(segment->tasks[1].timed_out);
}

TEST(Scheduler, ADeadlineInThePastIsOverAtOnce) {
    const Begun segment;
    segment.block_on(1, kApples, 0);
    EXPECT_EQ(segment->tasks[1].state, TaskState::Ready);
    EXPECT_TRUE(segment->tasks[1].timed_out);
}

TEST(Scheduler, WhoWasTouchedBeforeItsDeadlineDidNotTimeOut) {
    const Begun segment;
    segment.block_on(1, kApples, kSecond);
    touch(*segment, kApples);
    advance_clock(*segment, 2 * kSecond);
    EXPECT_FALSE(segment->tasks[1].timed_out);
}

TEST(Scheduler, WhoYieldsRunsOnlyWhenTheOthersCannotGoOn) {
    std::vector<std::vector<Toy::Step>> tasks(3, {[] { return true; }, [] { return true; }});
    Toy* program = nullptr;
    tasks[0][0] = [&] {
        yield(program->segment(), 0);
        return true;
    };
    Toy spinner(std::move(tasks));
    program = &spinner;
    EXPECT_EQ(spinner.run(), (Order{0, 1, 1, 2, 2, 0}));
}

TEST(Scheduler, WhoYieldsAloneGoesOn) {
    Toy* program = nullptr;
    Toy spinner({{[&] {
                      yield(program->segment(), 0);
                      return true;
                  },
                  [] { return true; }}});
    program = &spinner;
    EXPECT_EQ(spinner.run(), (Order{0, 0}));
    EXPECT_EQ(spinner.execution().ending, Ending::Completed);
}

TEST(Scheduler, AllWaitingForEachOtherIsADeadlock) {
    Toy* program = nullptr;
    Toy toy(
        {{[&] { return program->wait(0, kApples); }}, {[&] { return program->wait(1, kPears); }}});
    program = &toy;
    EXPECT_EQ(toy.run(), Order{});
    EXPECT_EQ(toy.execution().ending, Ending::Deadlock);
}

TEST(Scheduler, WaitingForSomebodyWhoStillRunsIsNoDeadlock) {
    Toy* program = nullptr;
    bool given = false;
    Toy toy({{[&] { return given || program->wait(0, kApples); }}, {[&] {
                 given = true;
                 touch(program->segment(), kApples);
                 return true;
             }}});
    program = &toy;
    EXPECT_EQ(toy.run(), (Order{1, 0}));
    EXPECT_EQ(toy.execution().ending, Ending::Completed);
}

TEST(Scheduler, ATimeOutIsAWayOutOfWhatWouldBeADeadlock) {
    Toy* program = nullptr;
    Toy toy({{[&] {
        return program->segment().tasks[0].timed_out || program->wait(0, kApples, 5 * kSecond);
    }}});
    program = &toy;
    EXPECT_EQ(toy.run(), (Order{0}));
    EXPECT_EQ(toy.execution().ending, Ending::Completed);
    EXPECT_EQ(toy.execution().clock, 5 * kSecond);
}

TEST(Scheduler, WhoSleepsOutOfSightIsNoDeadlockButACallForTheController) {
    const Begun segment;
    for (const TaskIndex task : {0u, 1u}) segment.block_on(task, kApples);
    segment->execution.ready &= ~bit(2);
    segment->execution.out_of_sight = bit(2);
    EXPECT_EQ(pick_successor(*segment, 1), kNobody);
    EXPECT_EQ(segment->execution.ending, Ending::Nobody);
}

TEST(Scheduler, TheEndOfAllRolesIsTheEndEvenIfADaemonWaits) {
    ToySegment segment;
    segment->settings.task_count = 2;
    begin_execution(*segment, Phase::Main, 0b11, 0b01, 0);
    const Key key = kApples;
    block(*segment, 1, &key, 1, kNoDeadline);
    end_task(*segment, 0);
    EXPECT_EQ(pick_successor(*segment, 0), kNobody);
    EXPECT_EQ(segment->execution.ending, Ending::Completed);
}

TEST(Scheduler, TheParentRunsOnceAllRolesHaveEnded) {
    ToySegment segment;
    segment->settings.task_count = 3;
    begin_execution(*segment, Phase::Main, 0b011, 0b011, 0b100);
    EXPECT_EQ(segment->execution.ready, TaskMask{0b011});
    end_task(*segment, 0);
    EXPECT_EQ(pick_successor(*segment, 0), 1u);
    end_task(*segment, 1);
    EXPECT_EQ(pick_successor(*segment, 1), 2u);
    end_task(*segment, 2);
    EXPECT_EQ(pick_successor(*segment, 2), kNobody);
    EXPECT_EQ(segment->execution.ending, Ending::Completed);
}

TEST(Scheduler, MorePointsThanTheStepLimitAreALivelock) {
    Toy toy = Toy::of_lengths({6, 5});
    toy.segment().settings.step_limit = 10;
    EXPECT_EQ(toy.run().size(), 10u);
    EXPECT_EQ(toy.execution().ending, Ending::Livelock);
    EXPECT_EQ(toy.execution().culprit, 1u);
    toy.segment().settings.step_limit = 11;
    EXPECT_EQ(toy.run().size(), 11u);
    EXPECT_EQ(toy.execution().ending, Ending::Completed);
}

// Task 0 ends, the daemon 1 never waits, and the parent 2 has something to look at.
TEST(Scheduler, ADaemonThatGoesOnForEverIsStoppedSoThatTheParentLooks) {
    ToySegment segment;
    segment->settings.task_count = 3;
    segment->settings.step_limit = 10;
    segment->tasks[1].kind = TaskKind::Daemon;
    segment->tasks[2].kind = TaskKind::Parent;
    begin_execution(*segment, Phase::Main, 0b011, 0b001, 0b100);
    TaskIndex self = pick_successor(*segment, kNobody);
    end_task(*segment, 0);
    self = pick_successor(*segment, self);
    while (self == 1) self = pass_point(*segment, self);
    EXPECT_EQ(self, 2u);
    EXPECT_EQ(segment->tasks[1].state, TaskState::Stopped);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(pass_point(*segment, 2), 2u);
    end_task(*segment, 2);
    EXPECT_EQ(pick_successor(*segment, 2), kNobody);
    EXPECT_EQ(segment->execution.ending, Ending::Completed);
}

TEST(Scheduler, AServerThatGoesOnForEverIsALivelockIfTheParentStillHasToLook) {
    ToySegment segment;
    segment->settings.task_count = 3;
    segment->settings.step_limit = 10;
    segment->tasks[1].kind = TaskKind::Server;
    segment->tasks[2].kind = TaskKind::Parent;
    begin_execution(*segment, Phase::Main, 0b011, 0b001, 0b100);
    end_task(*segment, 0);
    TaskIndex self = pick_successor(*segment, 0);
    while (self == 1) self = pass_point(*segment, self);
    EXPECT_EQ(self, kNobody);
    EXPECT_EQ(segment->execution.ending, Ending::Livelock);
    EXPECT_EQ(segment->execution.culprit, 1u);
}

TEST(Scheduler, AnEndedTaskWakesWhoJoinsIt) {
    Toy* program = nullptr;
    Toy toy({{[&] {
                 return (program->execution().ended & bit(1)) != 0 ||
                        program->wait(0, make_key(KeySpace::TaskEnd, 1));
             }},
             {[] { return true; }}});
    program = &toy;
    EXPECT_EQ(toy.run(), (Order{1, 0}));
}

TEST(Scheduler, ASilentServerIsServedFirstAndDecidesNothing) {
    ToySegment segment;
    segment->settings.task_count = 3;
    segment->tasks[2].opaque = true;
    segment->execution.silent = bit(2);
    begin_execution(*segment, Phase::Main, 0b111, 0b011, 0);
    EXPECT_EQ(pick_successor(*segment, kNobody), 2u);
    const std::uint64_t decisions = segment->execution.decisions;
    EXPECT_EQ(pass_point(*segment, 2), 2u);
    EXPECT_EQ(segment->execution.decisions, decisions);
    EXPECT_EQ(segment->execution.last_client, kNobody);
}

TEST(Scheduler, AServerAtRestGoesOnWaitingInTheNextExecution) {
    ToySegment segment;
    segment->settings.task_count = 2;
    begin_execution(*segment, Phase::Main, 0b11, 0b01, 0);
    const Key key = kApples;
    advance_clock(*segment, kSecond);
    block(*segment, 1, &key, 1, 3 * kSecond);
    begin_execution(*segment, Phase::Main, 0b01, 0b01, 0);
    EXPECT_EQ(segment->execution.blocked, bit(1));
    EXPECT_EQ(segment->execution.next_deadline, 2 * kSecond);
    touch(*segment, kApples);
    EXPECT_EQ(segment->execution.ready, TaskMask{0b11});
}

TEST(Scheduler, WhoWaitsLongestIsTheCalmChoiceToWake) {
    const Begun segment;
    EXPECT_EQ(choose_waiter(*segment, 0, 0b110, 2), 2u);
    EXPECT_EQ(choose_waiter(*segment, 0, 0b110, 1), 1u);
    EXPECT_EQ(segment->execution.logged, 0u);
}

TEST(Scheduler, AFinishedExecutionSaysWhoAndWhyAndCutsLongTexts) {
    const Begun segment;
    finish(*segment, Ending::Overflow, 1, "too many names");
    EXPECT_EQ(segment->execution.ending, Ending::Overflow);
    EXPECT_EQ(segment->execution.culprit, 1u);
    EXPECT_STREQ(segment->execution.detail, "too many names");
    finish(*segment, Ending::Crash, 1, std::string(5000, 'x').c_str());
    EXPECT_EQ(std::string(segment->execution.detail).size(), kDetailBytes - 1);
}

TEST(Scheduler, ANewExecutionStartsFromNothing) {
    Toy toy = Toy::of_lengths({4, 4});
    toy.plan().strategy = StrategyKind::Random;
    toy.plan().seed = 3;
    toy.run();
    const std::uint64_t generation = toy.execution().generation;
    begin_execution(toy.segment(), Phase::Main, 0b11, 0b11, 0);
    EXPECT_EQ(toy.execution().generation, generation + 1);
    EXPECT_EQ(toy.execution().points, 0u);
    EXPECT_EQ(toy.execution().logged, 0u);
    EXPECT_EQ(toy.execution().clock, 0);
    EXPECT_EQ(toy.execution().ended, 0u);
    EXPECT_EQ(toy.segment().history.used, 0u);
}

TEST(CallNames, EveryCallHasANameOfItsOwnForPeople) {
    std::set<std::string> names;
    for (std::uint16_t i = 0; i < static_cast<std::uint16_t>(Call::Count); ++i) {
        const std::string name = call_name(static_cast<Call>(i));
        EXPECT_NE(name, "") << i;
        names.insert(name);
    }
    EXPECT_GT(names.size(), static_cast<std::size_t>(Call::Count) / 2);
}

TEST(Keys, TellObjectsSpacesAndOffsetsApart) {
    std::set<Key> keys;
    for (const KeySpace space : {KeySpace::Object, KeySpace::Memory, KeySpace::Lock}) {
        for (std::uint64_t a = 0; a < 50; ++a) {
            for (std::uint64_t b = 0; b < 50; ++b) keys.insert(make_key(space, a, b));
        }
    }
    EXPECT_EQ(keys.size(), 3u * 50 * 50);
    EXPECT_FALSE(keys.contains(kNoKey));
}

}  // namespace
}  // namespace stagger::control
