// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <map>

#include "tests/unit/control/toy.hpp"

namespace stagger::control {
namespace {

using testing::Toy;
using Order = Toy::Order;

void plan_follow(Plan& plan, const Order& order, bool loosely) {
    plan.strategy = StrategyKind::Follow;
    plan.follow_loosely = loosely;
    plan.follow_count = 0;
    std::map<TaskIndex, std::uint32_t> ordinals;
    for (const TaskIndex task : order) plan.follow[plan.follow_count++] = {task, ++ordinals[task]};
}

TEST(Follow, BeginningsAndEndsComeInTheGivenOrder) {
    const Order order{1, 0, 2, 1, 1, 2, 0, 0};
    Toy toy = Toy::of_lengths({3, 3, 2});
    toy.set_call(Call::Invoke);
    plan_follow(toy.plan(), order, false);
    EXPECT_EQ(toy.run(), order);
    toy.plan().follow_loosely = true;
    for (toy.plan().seed = 1; toy.plan().seed <= 20; ++toy.plan().seed) {
        EXPECT_EQ(toy.run(), order) << "seed " << toy.plan().seed;
    }
}

TEST(Follow, WhatHappensInsideOperationsIsDrawnIfLoose) {
    Toy toy = Toy::of_lengths({4, 4});
    plan_follow(toy.plan(), {0, 1}, true);
    toy.plan().seed = 1;
    const Order one = toy.run();
    toy.plan().seed = 2;
    EXPECT_NE(toy.run(), one);
    plan_follow(toy.plan(), {1, 0}, false);
    EXPECT_EQ(toy.run(), (Order{1, 1, 1, 1, 0, 0, 0, 0}));
}

// Task 0 waits for what task 1 does in its second step, though the order has it go first.
TEST(Follow, WhoCannotGoOnIsPassedOver) {
    bool given = false;
    Toy* running = nullptr;
    Toy toy({{[&] { return given || running->wait(0, kNoKey + 5); }, [] { return true; }},
             {[] { return true; },
              [&] {
                  given = true;
                  touch(running->segment(), kNoKey + 5);
                  return true;
              }}});
    running = &toy;
    toy.set_call(Call::Invoke);
    plan_follow(toy.plan(), {0, 0, 1, 1}, false);
    EXPECT_EQ(toy.run(), (Order{1, 1, 0, 0}));
    EXPECT_EQ(toy.execution().ending, Ending::Completed);
}

TEST(Follow, WhatItDidIsReplayedByItsDecisions) {
    const Order order{1, 0, 1, 0, 1};
    Toy toy = Toy::of_lengths({2, 3});
    toy.set_call(Call::Response);
    plan_follow(toy.plan(), order, false);
    EXPECT_EQ(toy.run(), order);
    const auto decisions = toy.decisions();
    EXPECT_FALSE(decisions.empty());
}

}  // namespace
}  // namespace stagger::control
