// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "harness/engine/schedule_codec.hpp"

namespace stagger::engine {
namespace {

using control::Call;
using control::ChoiceKind;

const std::vector<std::string> kLabels = {"load n", "store n"};

std::vector<history::Task> two_workers() {
    std::vector<history::Task> tasks(2);
    tasks[0].name = "worker[0]";
    tasks[1].name = "worker[1]";
    return tasks;
}

control::Decision decision(control::TaskIndex task, control::TaskIndex target, Call call,
                           std::uint32_t site) {
    return {task, target, 4, 2, ChoiceKind::Run, call, 0, site};
}

TEST(ScheduleCodec, NamesTasksAndStepsAsTheScenarioDoes) {
    const auto schedule = to_schedule({decision(0, 1, Call::Invoke, 1)}, two_workers(), kLabels);
    ASSERT_EQ(schedule.decisions.size(), 1u);
    const schedule::Decision& only = schedule.decisions[0];
    EXPECT_EQ(only.task, "worker[0]");
    EXPECT_EQ(only.target, "worker[1]");
    EXPECT_EQ(only.point, 4u);
    EXPECT_EQ(only.turn, 2u);
    EXPECT_EQ(only.label, "store n");
    EXPECT_EQ(only.choice, schedule::Choice::Run);
}

TEST(ScheduleCodec, NamesACallInsideAStepBehindTheStep) {
    const auto schedule = to_schedule(
        {decision(0, 1, Call::MutexLock, 0), decision(0, 1, Call::MutexLock, control::kNoSite)},
        two_workers(), kLabels);
    EXPECT_EQ(schedule.decisions[0].label, "load n: pthread_mutex_lock");
    EXPECT_EQ(schedule.decisions[1].label, "pthread_mutex_lock");
}

TEST(ScheduleCodec, GivesBackTheDecisionsThatAScheduleWasMadeOf) {
    std::vector<control::Decision> decisions = {
        decision(control::kNobody, 1, Call::Start, control::kNoSite),
        decision(1, 0, Call::Invoke, 0), decision(0, 17, Call::Read, 1)};
    decisions[1].choice = ChoiceKind::Wake;
    const auto again = from_schedule(to_schedule(decisions, two_workers(), kLabels), two_workers());
    ASSERT_TRUE(again.ok()) << again.error().message;
    ASSERT_EQ(again.value().size(), decisions.size());
    for (std::size_t i = 0; i < decisions.size(); ++i) {
        const control::Decision& one = again.value()[i];
        EXPECT_EQ(one.task, decisions[i].task) << i;
        EXPECT_EQ(one.target, decisions[i].target) << i;
        EXPECT_EQ(one.point, decisions[i].point) << i;
        EXPECT_EQ(one.turn, decisions[i].turn) << i;
        EXPECT_EQ(one.choice, decisions[i].choice) << i;
    }
}

TEST(ScheduleCodec, RefusesATaskThatTheCaseDoesNotHaveByName) {
    schedule::Schedule schedule;
    schedule.decisions.push_back(
        {schedule::Phase::Main, "worker[2]", 1, 0, "load n", schedule::Choice::Run, "worker[0]"});
    const auto decisions = from_schedule(schedule, two_workers());
    ASSERT_FALSE(decisions.ok());
    EXPECT_NE(decisions.error().message.find("\"worker[2]\""), std::string::npos);
}

TEST(ScheduleCodec, RefusesAHelperBeyondTheLastSlot) {
    schedule::Schedule schedule;
    schedule.decisions.push_back(
        {schedule::Phase::Main, "worker[0]", 1, 0, "load n", schedule::Choice::Run, "helper[128]"});
    EXPECT_FALSE(from_schedule(schedule, two_workers()).ok());
    schedule.decisions[0].target = "helper[127]";
    EXPECT_TRUE(from_schedule(schedule, two_workers()).ok());
}

TEST(ScheduleCodec, DescribesADecisionForPeople) {
    EXPECT_EQ(describe_decision(decision(1, 0, Call::Invoke, 1), two_workers(), kLabels),
              "worker[1] at its point 4, `store n`");
    EXPECT_EQ(
        describe_decision(decision(1, 0, Call::Read, control::kNoSite), two_workers(), kLabels),
        "worker[1] at its point 4");
}

TEST(ScheduleCodec, AnInputComesBackWithItsValue) {
    control::Decision input = decision(1, control::kNobody, Call::Invoke, 1);
    input.choice = ChoiceKind::Input;
    input.turn = 0;
    input.value = -(std::int64_t{1} << 53);
    const auto schedule = to_schedule({input}, two_workers(), kLabels);
    EXPECT_EQ(schedule.decisions[0].choice, schedule::Choice::Input);
    EXPECT_EQ(schedule.decisions[0].label, "store n");
    EXPECT_EQ(schedule.decisions[0].value, input.value);
    const auto back = from_schedule(schedule, two_workers());
    ASSERT_TRUE(back.ok()) << back.error().message;
    EXPECT_EQ((*back)[0].task, 1u);
    EXPECT_EQ((*back)[0].point, input.point);
    EXPECT_EQ((*back)[0].choice, ChoiceKind::Input);
    EXPECT_EQ((*back)[0].value, input.value);
    EXPECT_EQ(describe_decision(input, two_workers(), kLabels),
              "worker[1] at its any() number 4, `store n`");
}

}  // namespace
}  // namespace stagger::engine
