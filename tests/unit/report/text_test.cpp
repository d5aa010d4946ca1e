// SPDX-License-Identifier: Apache-2.0
#include "harness/report/text.hpp"

#include <gtest/gtest.h>

namespace stagger::report {
namespace {

TEST(ReportText, WritesControlCharactersInsteadOfSendingThem) {
    EXPECT_EQ(printable(std::string("a\x1b[31mb\n\t\0c", 10)), "a\\x1b[31mb\\n\\t\\x00");
    EXPECT_EQ(printable("\u202Eabc"), "\\u202eabc");
    EXPECT_EQ(printable("\u00e9 is no control character"), "\u00e9 is no control character");
}

TEST(ReportText, ReplacesBytesThatAreNoUtf8) {
    EXPECT_EQ(printable("a\xff"
                        "b"),
              "a\uFFFDb");
    EXPECT_EQ(printable("cut \xe2\x82"), "cut \uFFFD\uFFFD");
    EXPECT_EQ(printable("overlong \xc0\xaf"), "overlong \uFFFD\uFFFD");
    EXPECT_EQ(printable("\u20ac\U0001F600"), "\u20ac\U0001F600");
}

TEST(ReportText, KeepsLineBreaksOnlyWhereAsked) {
    EXPECT_EQ(printable("a\nb"), "a\\nb");
    EXPECT_EQ(printable_lines("a\nb\r"), "a\nb\\r");
}

TEST(ReportText, CutsBetweenCharactersAndCountsWideOnesTwice) {
    EXPECT_EQ(display_width("\u65e5\u672c"), 4U);
    EXPECT_EQ(display_width("e\u0301"), 1U);
    EXPECT_EQ(fit("\u65e5\u672c\u8a9e\u8a9e", 7), "\u65e5\u672c...");
    EXPECT_EQ(fit("\u65e5\u672c\u8a9e\u8a9e", 6), "\u65e5...");
    EXPECT_EQ(fit("short", 5), "short");
    EXPECT_EQ(fit("longer", 5), "lo...");
    EXPECT_EQ(fit("longer", 2), "lo");
}

TEST(ReportText, PadsToExactlyTheWidth) {
    EXPECT_EQ(pad("ab", 4), "ab  ");
    EXPECT_EQ(pad_left("ab", 4), "  ab");
    EXPECT_EQ(pad("abcdef", 4), "a...");
}

TEST(ReportText, WrapsAtSpacesAndLeavesLongWordsWhole) {
    EXPECT_EQ(wrap("one two three", 7), (std::vector<std::string>{"one two", "three"}));
    EXPECT_EQ(wrap("a incomprehensible b", 5),
              (std::vector<std::string>{"a", "incomprehensible", "b"}));
    EXPECT_TRUE(wrap("", 5).empty());
}

TEST(ReportText, CountsAsPeopleDo) {
    EXPECT_EQ(counted(1, "schedule"), "1 schedule");
    EXPECT_EQ(counted(0, "schedule"), "0 schedules");
    EXPECT_EQ(ordinal(1), "first");
    EXPECT_EQ(ordinal(2), "2nd");
    EXPECT_EQ(ordinal(11), "11th");
    EXPECT_EQ(ordinal(23), "23rd");
    EXPECT_EQ(ordinal(113), "113th");
}

TEST(ReportText, PaintsOnlyWhenAsked) {
    EXPECT_EQ((Style{80, false}.red("x")), "x");
    EXPECT_EQ((Style{80, true}.red("x")), "\033[31mx\033[0m");
}

}  // namespace
}  // namespace stagger::report
