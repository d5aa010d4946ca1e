// SPDX-License-Identifier: Apache-2.0
#include "harness/control/draw.hpp"

#include <gtest/gtest.h>

#include <set>

#include "harness/control/decider.hpp"
#include "tests/unit/control/toy.hpp"

namespace stagger::control {
namespace {

using testing::ToySegment;

constexpr std::uint32_t kSite = 5;
constexpr std::int64_t kLargest = std::int64_t{1} << 53;

class Inputs : public ::testing::Test {
protected:
    Inputs() { begin(); }
    void begin() {
        segment_->execution.logged = segment_->execution.misfits = 0;
        begin_decisions(*segment_);
    }
    void plan(TaskIndex task, std::uint32_t number, std::int64_t value) {
        Decision input{};
        input.task = task;
        input.point = number;
        input.choice = ChoiceKind::Input;
        input.value = value;
        segment_->plan.inputs[segment_->plan.input_count++] = input;
    }
    std::int64_t draw(TaskIndex task, std::int64_t least, std::int64_t most) {
        return draw_input(*segment_, task, kSite, least, most);
    }
    ToySegment segment_;
};

TEST_F(Inputs, AreTheLeastOnTheCalmCourse) {
    EXPECT_EQ(draw(0, 3, 9), 3);
    EXPECT_EQ(draw(0, -kLargest, kLargest), -kLargest);
    EXPECT_EQ(draw(1, 7, 7), 7);
    EXPECT_EQ(segment_->execution.logged, 0u) << "calm decisions are not written down";
    EXPECT_EQ(segment_->inputs.count, 3u);
}

TEST_F(Inputs, AreWhatThePlanSaysByTaskAndNumber) {
    plan(0, 2, 6);
    plan(1, 1, 8);
    EXPECT_EQ(draw(0, 3, 9), 3);
    EXPECT_EQ(draw(1, 3, 9), 8);
    EXPECT_EQ(draw(0, 3, 9), 6);
    EXPECT_EQ(draw(1, 3, 9), 3);
    ASSERT_EQ(segment_->execution.logged, 2u);
    const Decision& first = segment_->log[0];
    EXPECT_EQ(first.choice, ChoiceKind::Input);
    EXPECT_EQ(first.task, 1u);
    EXPECT_EQ(first.point, 1u);
    EXPECT_EQ(first.value, 8);
    EXPECT_EQ(first.site, kSite);
}

TEST_F(Inputs, ThatThePlanHasOutOfRangeAreCalmAndDoNotFit) {
    plan(0, 1, 10);
    EXPECT_EQ(draw(0, 3, 9), 3);
    EXPECT_EQ(segment_->execution.misfits, 1u);
    EXPECT_EQ(segment_->execution.first_misfit.value, 10);
}

TEST_F(Inputs, OfAGenomeAreOffsetsThatAlwaysFit) {
    segment_->plan.inputs_wrap = true;
    plan(0, 1, 10);
    EXPECT_EQ(draw(0, 3, 9), 3 + 10 % 7);
    EXPECT_EQ(segment_->execution.misfits, 0u);
}

TEST_F(Inputs, AreCountedAnewInEachExecution) {
    plan(0, 1, 6);
    EXPECT_EQ(draw(0, 3, 9), 6);
    begin();
    EXPECT_EQ(draw(0, 3, 9), 6);
}

// 200 draws of 8 values miss one with odds of 8 (7/8)^200, below 1 in 10^10.
TEST_F(Inputs, FromTheSeedReachEveryValueOfASmallRange) {
    segment_->plan.draws_inputs = true;
    std::set<std::int64_t> seen;
    for (int i = 0; i < 200; ++i) {
        const std::int64_t value = draw(0, -3, 4);
        EXPECT_GE(value, -3);
        EXPECT_LE(value, 4);
        seen.insert(value);
    }
    EXPECT_EQ(seen.size(), 8u);
}

// One draw in 16 is at an end: 1,000 miss it with odds of (15/16)^1000.
TEST_F(Inputs, FromTheSeedReachBothEndsOfALargeRange) {
    segment_->plan.draws_inputs = true;
    std::set<std::int64_t> seen;
    for (int i = 0; i < 1000; ++i) {
        const std::int64_t value = draw(0, -kLargest, kLargest);
        EXPECT_GE(value, -kLargest);
        EXPECT_LE(value, kLargest);
        seen.insert(value);
    }
    EXPECT_TRUE(seen.contains(-kLargest));
    EXPECT_TRUE(seen.contains(kLargest));
    EXPECT_GT(seen.size(), 400u);
}

TEST_F(Inputs, FromTheSeedDoNotDependOnWhoAsksFirst) {
    segment_->plan.draws_inputs = true;
    const std::int64_t zero = draw(0, 0, 1000), one = draw(1, 0, 1000);
    begin();
    EXPECT_EQ(draw(1, 0, 1000), one);
    EXPECT_EQ(draw(0, 0, 1000), zero);
    segment_->plan.seed = 77;
    begin();
    EXPECT_NE(draw(0, 0, 1000) == zero && draw(1, 0, 1000) == one, true);
}

TEST_F(Inputs, PastTheRoomForThemAreStillGiven) {
    segment_->plan.draws_inputs = true;
    for (std::uint32_t i = 0; i < kMaxDraws + 10; ++i) draw(0, 0, 1);
    EXPECT_EQ(segment_->inputs.count, kMaxDraws);
    EXPECT_EQ(segment_->inputs.asked[0], kMaxDraws + 10);
    EXPECT_FALSE(segment_->execution.log_full);
}

}  // namespace
}  // namespace stagger::control
