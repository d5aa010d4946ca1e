// SPDX-License-Identifier: Apache-2.0
#include "harness/check/legal_order.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "harness/history/text.hpp"

namespace stagger::check {
namespace {

using Calls = std::vector<std::uint32_t>;

std::vector<LegalOrder> orders_of(const char* text, const Expectations& expected = {}) {
    const Result<history::History> history = history::read_text(text);
    EXPECT_TRUE(history.ok()) << (history.ok() ? "" : history.error().message);
    return history.ok() ? legal_orders(*history, expected) : std::vector<LegalOrder>{};
}

constexpr const char* kStale =
    "object n register = 0\n"
    "a call n.store 1\n"
    "b call n.load -> 1\n"
    "b call n.load -> 0\n";

TEST(LegalOrder, OfCallsThatAllFitIsWhole) {
    const auto orders = orders_of(
        "object n register = 0\n"
        "a invoke n.store 1\n"
        "b call n.load -> 1\n"
        "a return\n");
    ASSERT_EQ(orders.size(), 1u);
    EXPECT_EQ(orders[0].about, "n");
    EXPECT_EQ(orders[0].steps, (std::vector<Calls>{{0}, {1}}));
    EXPECT_EQ(orders[0].stuck, Calls{});
    EXPECT_FALSE(orders[0].given_up);
}

TEST(LegalOrder, BreaksOffBeforeTheCallThatDoesNotFit) {
    const auto orders = orders_of(kStale);
    ASSERT_EQ(orders.size(), 1u);
    EXPECT_EQ(orders[0].steps, (std::vector<Calls>{{0}, {1}}));
    EXPECT_EQ(orders[0].stuck, Calls{2});
}

TEST(LegalOrder, OfBlocksTakesEachAsOneAndNeverRepeatsWhatIsStuck) {
    const auto orders = orders_of(
        "object n register = 100\n"
        "a enter as_one increment\n"
        "a call n.load -> 100\n"
        "b enter as_one increment\n"
        "b call n.load -> 100\n"
        "b call n.store 101\n"
        "b leave\n"
        "a call n.store 101\n"
        "a leave\n");
    ASSERT_EQ(orders.size(), 2u);
    EXPECT_FALSE(orders[0].blocks);
    EXPECT_EQ(orders[0].stuck, Calls{});
    EXPECT_TRUE(orders[1].blocks);
    ASSERT_EQ(orders[1].steps.size(), 1u);
    EXPECT_EQ(orders[1].steps[0].size(), 2u);
    EXPECT_EQ(orders[1].stuck.size(), 2u);
    EXPECT_NE(orders[1].steps[0], orders[1].stuck);
}

TEST(LegalOrder, IsNotLookedForWhereTheScenarioListsOutcomesInstead) {
    Expectations outcomes;
    outcomes.judge_linearizability = false;
    EXPECT_TRUE(orders_of(kStale, outcomes).empty());
}

TEST(LegalOrder, OfAnExecutionThatCannotBeJudgedIsNone) {
    EXPECT_TRUE(orders_of("object n register = 0\n"
                          "a call n.load -> 7\n"
                          "ending overflow 'more than 100 calls'\n")
                    .empty());
}

TEST(LegalOrder, IsGivenUpAfterABoundThatIsTheSameOnEveryMachine) {
    // Stores that all overlap, of which none explains the read: every order of them is tried.
    std::string text = "object n register = 0\n";
    for (int i = 0; i < 24; ++i) text += fmt::format("t[{}] invoke n.store {}\n", i, i + 1);
    text += "reader call n.load -> 99\n";
    for (int i = 0; i < 24; ++i) text += fmt::format("t[{}] return\n", i);
    const auto orders = orders_of(text.c_str());
    ASSERT_EQ(orders.size(), 1u);
    EXPECT_TRUE(orders[0].given_up || !orders[0].stuck.empty());
    const auto again = orders_of(text.c_str());
    EXPECT_EQ(again[0].steps, orders[0].steps);
}

}  // namespace
}  // namespace stagger::check
