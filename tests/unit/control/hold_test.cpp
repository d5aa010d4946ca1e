// SPDX-License-Identifier: Apache-2.0
#include "harness/control/hold.hpp"

#include <gtest/gtest.h>

#include "harness/control/scheduler.hpp"
#include "tests/unit/control/toy.hpp"

namespace stagger::control {
namespace {

using testing::ToySegment;

// Two tasks have begun under a plan that lets task 1 go first at task 0's second point, where that
// is to be held.
class Held {
public:
    Held() {
        segment_->settings.task_count = 2;
        segment_->settings.step_limit = 4;
        Plan& plan = segment_->plan;
        plan.strategy = StrategyKind::Replay;
        plan.start = kNobody;
        plan.replay[0] = {0, kNobody, 2, 0, ChoiceKind::Hold, Call::Start, 0, kNoSite};
        plan.replay[1] = {0, 1, 2, 0, ChoiceKind::Run, Call::Start, 0, kNoSite};
        plan.replay_count = 2;
        begin_execution(*segment_, Phase::Main, 0b11, 0b11, 0);
        pick_successor(*segment_, kNobody);
        watch_for_hold(*segment_);
    }
    Segment& operator*() const { return *segment_; }
    Segment* operator->() const { return &*segment_; }

private:
    ToySegment segment_;
};

TEST(Hold, ComesBeforeTheChoiceAtItsPointAndLeavesItAsItWas) {
    const Held segment;
    EXPECT_EQ(pass_point(*segment, 0), 0U);
    EXPECT_EQ(pass_point(*segment, 0), kHeld);
    EXPECT_EQ(segment->execution.logged, 0U);
    EXPECT_EQ(leave_hold(*segment, 0), 1U);
    EXPECT_EQ(segment->execution.logged, 1U);
    EXPECT_EQ(segment->execution.misfits, 0U);
}

TEST(Hold, IsForOneTaskAndOnce) {
    const Held segment;
    pass_point(*segment, 0);
    EXPECT_NE(pass_point(*segment, 1), kHeld);
    EXPECT_NE(pass_point(*segment, 1), kHeld);
    EXPECT_EQ(pass_point(*segment, 0), kHeld);
    leave_hold(*segment, 0);
    EXPECT_NE(pass_point(*segment, 0), kHeld);
}

TEST(Hold, LeavesTheStepLimitWhereItWas) {
    const Held segment;
    for (int i = 0; i < 4; ++i) EXPECT_NE(pass_point(*segment, 1), kNobody);
    EXPECT_EQ(pass_point(*segment, 1), kNobody);
    EXPECT_EQ(segment->execution.ending, Ending::Livelock);
}

TEST(Hold, LeavesTheStepLimitWhereItWasOnceItIsOver) {
    const Held segment;
    for (int i = 0; i < 2; ++i) pass_point(*segment, 0);
    leave_hold(*segment, 0);
    for (int i = 0; i < 2; ++i) EXPECT_NE(pass_point(*segment, 1), kNobody);
    EXPECT_EQ(pass_point(*segment, 1), kNobody);
}

}  // namespace
}  // namespace stagger::control
