// SPDX-License-Identifier: Apache-2.0
#include "harness/control/integrity.hpp"

#include <gtest/gtest.h>

#include "tests/unit/control/toy.hpp"

namespace stagger::control {
namespace {

using testing::ToySegment;

TEST(Integrity, ANewSegmentIsUnharmedAndAStrayWriteIsNamed) {
    ToySegment segment;
    EXPECT_EQ(harm(*segment), nullptr);
    for (std::uint64_t* guard :
         {&segment->guard_front, &segment->guard_middle, &segment->guard_back}) {
        *guard ^= 1;
        ASSERT_NE(harm(*segment), nullptr);
        EXPECT_NE(std::string(harm(*segment)).find("guard"), std::string::npos);
        *guard ^= 1;
        EXPECT_EQ(harm(*segment), nullptr);
    }
    segment->history.used = kHistoryBytes + 1;
    EXPECT_STREQ(harm(*segment), "its history");
}

TEST(Integrity, ASegmentOfAnotherBuildIsNotTakenForOnesOwnEvenIfItsSizeIsTheSame) {
    ToySegment segment;
    segment->header.fingerprint += 1;
    EXPECT_STREQ(harm(*segment), "its header");
    initialise(*segment);
    EXPECT_EQ(harm(*segment), nullptr);
}

TEST(Integrity, WhatAnExecutionMayChangeIsNoConstant) {
    ToySegment segment;
    Constants before;
    before.capture(*segment);
    begin_execution(*segment, Phase::Main, 0b11, 0b11, 0);
    pick_successor(*segment, kNobody);
    segment->settings.task_count += 1;  // a plugin makes a thread
    EXPECT_TRUE(before.still_hold(*segment));
}

TEST(Integrity, AnyChangeToThePlanOrTheSettingsShows) {
    ToySegment segment;
    Plan& plan = segment->plan;
    plan.replay_count = 2;
    plan.sleep_count = 1;
    Constants before;
    before.capture(*segment);
    const auto shows = [&](auto& field) {
        field ^= 1;
        EXPECT_FALSE(before.still_hold(*segment));
        field ^= 1;
        EXPECT_TRUE(before.still_hold(*segment));
    };
    shows(plan.seed);
    shows(plan.priorities[kMaxTasks - 1]);
    shows(plan.contended.slots[5]);
    shows(plan.sleeping[0].key);
    shows(plan.replay[1].target);
    shows(plan.replay_count);
    shows(segment->settings.step_limit);
    plan.replay[2].target ^= 1;  // behind those in use
    EXPECT_TRUE(before.still_hold(*segment));
}

TEST(Integrity, ARegistryIsEmptyAfterAnExecutionThatHarmedIt) {
    ToySegment segment;
    Registry& registry = segment->registry;
    registry.names[3].id = 7;  // behind a free entry, where nothing but a stray write puts it
    registry.barrier_count = 9;
    registry.waiters[1].key = 5;
    registry.shortage = Shortage::Names;
    segment->guard_back = 0;
    initialise(*segment);
    EXPECT_EQ(registry.names[3].id, 0u);
    EXPECT_EQ(registry.barrier_count, 0u);
    EXPECT_EQ(registry.waiters[1].key, kNoKey);
    EXPECT_EQ(registry.shortage, Shortage::None);
    EXPECT_EQ(registry.next_id, 1u);
}

}  // namespace
}  // namespace stagger::control
