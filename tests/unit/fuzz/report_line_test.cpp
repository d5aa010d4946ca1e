// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "harness/fuzz/job.hpp"

namespace stagger::fuzz {
namespace {

TEST(ReportLine, IsReadAsItWasWritten) {
    const Report report{"lost-update of n: load n, store n", "/tmp/x y.schedule", 17, true};
    std::string line = to_line(report);
    ASSERT_EQ(line.back(), '\n');
    line.pop_back();
    const Report again = from_line(line);
    EXPECT_EQ(again.name, report.name);
    EXPECT_EQ(again.path, report.path);
    EXPECT_EQ(again.found_at, 17u);
    EXPECT_TRUE(again.is_new);
}

TEST(ReportLine, HoldsANameWithBreaksOnOneLine) {
    const std::string line = to_line({"a\tb\nc", "p", 1, false});
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_EQ(from_line(line).name, "a b c");
}

TEST(ReportLine, IsNothingWhereItIsCutShort) {
    EXPECT_EQ(from_line("12\t1\tname").path, "");
}

}  // namespace
}  // namespace stagger::fuzz
