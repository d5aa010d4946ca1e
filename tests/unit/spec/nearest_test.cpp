// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "harness/spec/cases.hpp"

namespace stagger::spec {
namespace {

TEST(NearestName, FindsMissingAddedReplacedAndSwappedLetters) {
    const std::vector<std::string> names = {"load", "store", "swap", "increment"};
    EXPECT_EQ(nearest_name("lod", names), "load");
    EXPECT_EQ(nearest_name("loadd", names), "load");
    EXPECT_EQ(nearest_name("stare", names), "store");
    EXPECT_EQ(nearest_name("sotre", names), "store");
    EXPECT_EQ(nearest_name("STORE", names), "store");
    EXPECT_EQ(nearest_name("inkrememt", names), "increment");
}

TEST(NearestName, OffersNothingThatIsFar) {
    EXPECT_EQ(nearest_name("frobnicate", {"load", "store"}), "");
    EXPECT_EQ(nearest_name("x", {"n", "m"}), "");
    EXPECT_EQ(nearest_name("", {"n"}), "");
    EXPECT_EQ(nearest_name(std::string(100'000, 'x'), {"load"}), "");
}

TEST(Glob, StarAndQuestionMark) {
    EXPECT_TRUE(glob_matches("increment/*", "increment/shm/locked=true"));
    EXPECT_TRUE(glob_matches("*/shm*", "increment/shm"));
    EXPECT_TRUE(glob_matches("*", ""));
    EXPECT_TRUE(glob_matches("a?c", "abc"));
    EXPECT_TRUE(glob_matches("*a*b", "xaayb"));
    EXPECT_FALSE(glob_matches("increment", "increment/shm"));
    EXPECT_FALSE(glob_matches("a?c", "ac"));
    EXPECT_FALSE(glob_matches("", "a"));
    EXPECT_FALSE(glob_matches("*a*b", "xaay"));
}

TEST(Glob, ManyStarsTakeNoExponentialTime) {
    std::string stars;
    for (int i = 0; i < 50; ++i) stars += "*a";
    EXPECT_FALSE(glob_matches(stars + "b", std::string(2'000, 'a')));
}

}  // namespace
}  // namespace stagger::spec
