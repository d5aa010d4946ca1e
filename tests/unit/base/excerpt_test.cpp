// SPDX-License-Identifier: Apache-2.0
#include "harness/base/excerpt.hpp"

#include <gtest/gtest.h>

namespace stagger {
namespace {

TEST(Excerpt, IsTheWholeOfAShortValue) {
    EXPECT_EQ(excerpt(Value(5)), "5");
    EXPECT_EQ(excerpt(Value(Value::List{1, "a"})), "[1, 'a']");
    EXPECT_EQ(excerpt(Value(std::string(70, 'a'))), "'" + std::string(70, 'a') + "'");
}

TEST(Excerpt, IsTheBeginningOfALongOneAndItsSize) {
    EXPECT_EQ(excerpt(Value(std::string(10'000, 'a'))),
              "'" + std::string(39, 'a') + "... (10000 bytes)");
    EXPECT_EQ(excerpt(Value(Value::List(1000, Value(7)))),
              "[7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, ... (1000 values)");
    Value::Map map;
    for (int i = 0; i < 50; ++i) map.emplace(Value(i), Value("x"));
    EXPECT_NE(excerpt(Value(map)).find("... (50 entries)"), std::string::npos);
}

TEST(Excerpt, DoesNotCutACharacter) {
    std::string text;
    for (int i = 0; i < 100; ++i) text += "\u00e4";
    const std::string cut = excerpt(Value(text));
    EXPECT_EQ(cut.find("..."), 39u) << "a quote and 19 of them: " << cut;
}

}  // namespace
}  // namespace stagger
