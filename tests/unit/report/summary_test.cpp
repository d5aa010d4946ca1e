// SPDX-License-Identifier: Apache-2.0
#include "harness/report/summary.hpp"

#include <gtest/gtest.h>

#include "tests/unit/report/sample.hpp"

namespace stagger::report {
namespace {

using engine::CaseResult;
using engine::CaseStatus;

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(ReportSummary, WhatWasReplayedFromTheCorpusIsCountedApart) {
    CaseResult replayed = sample::lost_update();
    replayed.regression = "corpus/regressions/increment/a.schedule";
    const std::string table = render_summary({replayed, sample::pass()}, Style{});
    EXPECT_TRUE(has(table, replayed.regression)) << table;
    EXPECT_TRUE(has(table, "1 regression: 0 passed, 1 failed; 1 case: 1 passed;")) << table;
}

TEST(ReportSummary, APassSaysWhatItIsWorth) {
    EXPECT_EQ(evidence_text(sample::pass()),
              "1000 schedules, 37 interleavings, 6 contended points; chance that the next shows "
              "something new < 0.3%; a bug of depth 2 missed with p < 0.005");
    CaseResult complete = sample::pass();
    complete.evidence.complete = true;
    complete.evidence.classes = 12;
    complete.evidence.interleavings_saturated = true;
    EXPECT_EQ(evidence_text(complete),
              "1000 schedules, at least 37 interleavings, 6 contended points; complete: "
              "12 classes of interleavings");
}

TEST(ReportSummary, ACertainMissIsNotSoldAsARareOne) {
    CaseResult result = sample::pass();
    result.evidence.missed = {{2, 0.45}, {3, 1.0}};
    result.evidence.chance_of_new = 0;
    EXPECT_TRUE(has(evidence_text(result), "something new < 0.01%"));
    EXPECT_TRUE(has(evidence_text(result), "depth 2 missed with p < 0.5"));
    EXPECT_FALSE(has(evidence_text(result), "depth 3"));
    result.evidence.chance_of_new = 1;
    EXPECT_TRUE(has(evidence_text(result), "something new <= 100%"));
}

TEST(ReportSummary, WhatWasFoundNeedsNoOddsOfHavingBeenMissed) {
    EXPECT_EQ(evidence_text(sample::lost_update()),
              "1000 schedules, 37 interleavings, 6 contended points");
}

TEST(ReportSummary, WhereNothingWasTestedThereAreNoOdds) {
    CaseResult result = sample::pass();
    result.evidence.missed = {{2, 0.0001}};
    EXPECT_TRUE(has(evidence_text(result), "missed with p"));
    result.verdict = "no-evidence";
    EXPECT_FALSE(has(evidence_text(result), "missed with p")) << evidence_text(result);
}

TEST(ReportSummary, CountsEveryStatus) {
    const std::vector<CaseResult> results = {sample::pass(), sample::lost_update(),
                                             sample::without_verdict(CaseStatus::Error, "x"),
                                             sample::without_verdict(CaseStatus::Inconclusive, "x"),
                                             sample::without_verdict(CaseStatus::Skip, "x")};
    EXPECT_EQ(render_totals(count(results)),
              "5 cases: 1 passed, 1 failed, 1 inconclusive, 1 error, 1 skipped");
    EXPECT_EQ(render_totals(count({})), "0 cases: 0 passed");
}

TEST(ReportSummary, TheReasonFitsTheStatus) {
    EXPECT_TRUE(has(reason(sample::lost_update()), "found at schedule 4: worker[0] and worker[1]"));
    EXPECT_EQ(reason(sample::without_verdict(CaseStatus::Error, "the plugin crashed")),
              "the plugin crashed");
    EXPECT_EQ(reason(sample::pass()), evidence_text(sample::pass()));
}

TEST(ReportSummary, TheTableHasARowPerCaseAndNeverCutsAnId) {
    const std::string id = "increment/shm/" + std::string(90, 'x');
    const std::string table = render_summary({sample::pass(id), sample::lost_update()}, Style{});
    EXPECT_TRUE(has(table, id)) << table;
    EXPECT_TRUE(has(table, "increment/shm\n")) << table;
    EXPECT_TRUE(has(table, "2 cases: 1 passed, 1 failed; 2000 schedules in 1.0 s of exploring\n"))
        << table;
}

TEST(ReportSummary, TheTableFitsTheTerminalWhereIdsAllowIt) {
    const std::string table = render_summary({sample::pass(), sample::lost_update()}, Style{100});
    for (std::size_t begin = 0; begin < table.size();) {
        const std::size_t end = table.find('\n', begin);
        EXPECT_LE(display_width(table.substr(begin, end - begin)), 100U);
        begin = end + 1;
    }
}

TEST(ReportSummary, ALineNamesTheCaseAndWhyItIsNoPass) {
    EXPECT_EQ(render_line(sample::pass(), Style{}),
              "pass          increment/shm/locked=true  1000 schedules, 2000/s");
    EXPECT_TRUE(has(render_line(sample::lost_update(), Style{}), "lost-update"));
    EXPECT_EQ(render_line(sample::without_verdict(CaseStatus::Error, "no such backend"), Style{}),
              "error         increment/broken  error  no such backend");
}

TEST(ReportSummary, EvidenceHasTheHistogramAndTheNearestMiss) {
    CaseResult result = sample::pass();
    result.evidence.outcomes = {{"0,1", 990}, {"1,1", 1}};
    result.nearest_miss = "worker[0] held `store n` but worker[1] had ended.";
    const std::string text = render_evidence(result, Style{});
    EXPECT_TRUE(has(text, "  outcome 0,1: 990 times\n  outcome 1,1: 1 time\n")) << text;
    EXPECT_TRUE(has(text, "  the nearest miss: worker[0] held")) << text;
}

}  // namespace
}  // namespace stagger::report
