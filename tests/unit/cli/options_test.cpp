// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/arguments/options.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace stagger::cli {
namespace {

TEST(CliOptions, ADurationIsANumberOfSecondsOrHasAUnit) {
    EXPECT_DOUBLE_EQ(*parse_duration("30"), 30);
    EXPECT_DOUBLE_EQ(*parse_duration("30s"), 30);
    EXPECT_DOUBLE_EQ(*parse_duration("2m"), 120);
    EXPECT_DOUBLE_EQ(*parse_duration("1h"), 3600);
    EXPECT_DOUBLE_EQ(*parse_duration("500ms"), 0.5);
    EXPECT_DOUBLE_EQ(*parse_duration("1.5s"), 1.5);
}

TEST(CliOptions, ADurationIsNothingElse) {
    for (const char* text : {"", "0", "-1", "s", "2 m", "2d", "inf", "nan", "1e3s", "30ss"})
        EXPECT_FALSE(parse_duration(text).ok()) << text;
    EXPECT_NE(parse_duration("soon").error().message.find("such as 30, 500ms or 2m"),
              std::string::npos);
}

TEST(CliOptions, ANumberIsWholeAndInItsRange) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
    EXPECT_EQ(*parse_number("18446744073709551615", 0, kMost), kMost);
    EXPECT_EQ(*parse_number("1", 1, 5), 1U);
    for (const char* text : {"", "0", "6", "-1", "1.5", "1x", " 1", "99999999999999999999"})
        EXPECT_FALSE(parse_number(text, 1, 5).ok()) << text;
}

TEST(CliOptions, AChoiceNamesWhatThereIs) {
    EXPECT_EQ(*parse_progress("plain"), ProgressMode::Plain);
    EXPECT_EQ(*parse_color("never"), ColorMode::Never);
    EXPECT_EQ(*parse_lifetime("fresh"), spec::Lifetime::Fresh);
    EXPECT_EQ(parse_progress("loud").error().message,
              "\"loud\" is none of: auto, bar, plain, none");
}

}  // namespace
}  // namespace stagger::cli
