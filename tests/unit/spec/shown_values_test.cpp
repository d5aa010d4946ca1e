// SPDX-License-Identifier: Apache-2.0
#include "harness/spec/shown_values.hpp"

#include <gtest/gtest.h>

namespace stagger::spec {
namespace {

TEST(ShownValues, AreThoseOfTheVariablesEachOnce) {
    Evaluator evaluator;
    evaluator.set("l", 40);
    evaluator.set("r", 50);
    EXPECT_EQ(shown_values(evaluator, "l + r == 100 and l > 0"), "l = 40, r = 50");
}

TEST(ShownValues, OfATableAreThePartThatIsLookedAt) {
    Evaluator evaluator;
    Value::Map own{{"ticket", 1}, {"other", 2}};
    evaluator.set("clerk", Value::Map{{0, own}, {1, own}});
    evaluator.set("list", Value::List{7, 8});
    EXPECT_EQ(shown_values(evaluator, "clerk[0].ticket ~= clerk[1].ticket"),
              "clerk[0].ticket = 1, clerk[1].ticket = 1");
    EXPECT_EQ(shown_values(evaluator, "#list == 3 or list[2] == 1"), "list = [7, 8], list[2] = 8");
}

TEST(ShownValues, AreNotOfNamesWithoutAValue) {
    const Evaluator evaluator;
    EXPECT_EQ(shown_values(evaluator, "math.max(1, 2) == 3"), "");
    EXPECT_EQ(shown_values(evaluator, "nothing == 1"), "");
}

}  // namespace
}  // namespace stagger::spec
