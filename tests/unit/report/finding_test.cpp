// SPDX-License-Identifier: Apache-2.0
#include "harness/report/finding.hpp"

#include <sstream>

#include <gtest/gtest.h>

#include "tests/unit/report/sample.hpp"

namespace stagger::report {
namespace {

std::string rendered(const engine::CaseResult& result, Style style = {}) {
    return render_finding(result, result.findings.front(), style);
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(ReportFinding, TellsTheWholeStoryOfALostUpdate) {
    const std::string text = rendered(sample::lost_update());
    EXPECT_TRUE(has(text, "lost-update on n  in increment/shm\n")) << text;
    EXPECT_TRUE(has(text, "  worker[0] and worker[1] both read 100 and wrote 101")) << text;
    EXPECT_TRUE(has(text, "  > load n -> 100 (initial)\n")) << text;
    EXPECT_TRUE(has(text,
                    "  the delays that matter\n    hold worker[0] at `store n` until "
                    "worker[1] has done `store n`\n"))
        << text;
    EXPECT_TRUE(has(text, "  also final-state: n == 102 does not hold: n = 101.\n")) << text;
    EXPECT_TRUE(has(text, "found at schedule 4; it showed in 20 of 20 replays with fresh")) << text;
    EXPECT_TRUE(has(text, "replay it:  stagger replay .stagger/increment-shm.schedule\n")) << text;
    EXPECT_FALSE(has(text, "what the processes wrote")) << text;
    EXPECT_FALSE(has(text, "\033")) << text;
}

TEST(ReportFinding, SaysWhoHoldsWhatAndWaitsForWhat) {
    const std::string text = rendered(sample::deadlock());
    EXPECT_TRUE(has(text, "    worker[0] holds a and waits at `lock b`\n")) << text;
    EXPECT_TRUE(has(text, "    worker[1] holds b and waits at `lock a`\n")) << text;
    EXPECT_FALSE(has(text, "replay it:")) << text;
}

TEST(ReportFinding, SaysSoWhereNoDelayIsNeeded) {
    engine::CaseResult result = sample::lost_update();
    result.findings.front().schedule.decisions.clear();
    EXPECT_TRUE(has(rendered(result), "none: it happens although each task simply runs on"));
}

TEST(ReportFinding, CutsOffAListOfDelaysThatNobodyReads) {
    engine::CaseResult result = sample::lost_update();
    auto& decisions = result.findings.front().schedule.decisions;
    const schedule::Decision one = decisions.front();
    for (std::uint32_t i = 1; i < 20; ++i) {
        decisions.push_back(one);
        decisions.back().point += i;
    }
    EXPECT_FALSE(has(rendered(result), "more, all of them in the .schedule file"));
    for (std::uint32_t i = 20; i < 300; ++i) {
        decisions.push_back(one);
        decisions.back().point += i;
    }
    EXPECT_TRUE(has(rendered(result), "    ... and 280 more, all of them in the .schedule file"))
        << rendered(result);
}

TEST(ReportFinding, ShowsWhatTheProcessesWroteWithoutObeyingIt) {
    engine::CaseResult result = sample::lost_update();
    result.findings.front().output = "one\n\x1b[2Jtwo\n";
    EXPECT_TRUE(
        has(rendered(result), "  what the processes wrote\n    | one\n    | \\x1b[2Jtwo\n"));
    result.findings.front().output.clear();
    for (int i = 0; i < 1000; ++i) result.findings.front().output += "line\n";
    EXPECT_TRUE(has(rendered(result), "    ... 970 more lines ...\n"));
}

TEST(ReportFinding, SurvivesAFindingWithoutViolations) {
    engine::CaseResult result = sample::lost_update();
    result.findings.front().verdict.violations.clear();
    result.findings.front().history.detail = "the worker was killed";
    const std::string text = rendered(result);
    EXPECT_TRUE(has(text, "  the worker was killed\n")) << text;
}

TEST(ReportFinding, UsesColourOnlyWhereAsked) {
    EXPECT_TRUE(has(rendered(sample::lost_update(), Style{100, true}), "\033[31m"));
}

TEST(ReportFinding, KeepsProseWithinTheTerminal) {
    engine::CaseResult result = sample::lost_update();
    result.findings.front().verdict.violations.front().message = std::string(40, 'x') + " is long";
    std::istringstream text(rendered(result, Style{60}));
    for (std::string line; std::getline(text, line);) {
        if (has(line, "replay it:")) continue;
        EXPECT_LE(display_width(line), 60U) << line;
    }
}

TEST(ReportFinding, QuotesAPathThatAShellWouldSplit) {
    EXPECT_EQ(shell_quoted(".stagger/a=1.schedule"), ".stagger/a=1.schedule");
    EXPECT_EQ(shell_quoted("my runs/a.schedule"), "'my runs/a.schedule'");
    EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'");
    EXPECT_EQ(shell_quoted(""), "''");
}

}  // namespace
}  // namespace stagger::report
