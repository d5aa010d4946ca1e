// SPDX-License-Identifier: Apache-2.0
#include "harness/report/table.hpp"

#include <algorithm>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/unit/report/sample.hpp"

namespace stagger::report {
namespace {

std::vector<std::string> texts(const std::vector<Row>& rows) {
    std::vector<std::string> out;
    for (const Row& row : rows) out.push_back(row.text);
    return out;
}

std::vector<std::string> lines(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> out;
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
}

TEST(ReportRows, AnOperationThatNobodyDisturbsIsOneRowWhereItResponded) {
    EXPECT_EQ(texts(rows_of(sample::lost_update_history(), {})),
              (std::vector<std::string>{"load n -> 100 (initial)", "load n -> 100 (initial)",
                                        "store n = 101", "store n = 101",
                                        "sees n = 101 (by worker[0])"}));
}

TEST(ReportRows, AnOperationThatAnotherOverlapsHasACallAndAReturn) {
    history::History history = sample::lost_update_history();
    history.calls.clear();
    sample::add_call(history, 0, Operation::Load, 0, {}, 100, 0, 3);
    sample::add_call(history, 1, Operation::Store, 0, 101, {}, 1, 2);
    EXPECT_EQ(
        texts(rows_of(history, {})),
        (std::vector<std::string>{"call load n", "store n = 101", "ret  load n -> 100 (initial)"}));
}

TEST(ReportRows, SaysHowAnOperationWentWhereItWentWrong) {
    history::History history = sample::lost_update_history();
    history::Call call = history.calls.front();
    call.status = ResultStatus::Timeout;
    EXPECT_EQ(call_text(history, call), "load n -> timeout");
    call.status = ResultStatus::Error;
    call.failure = "Broken\npipe";
    EXPECT_EQ(call_text(history, call), "load n -> error: Broken\\npipe");
}

TEST(ReportRows, ShowsSectionsComplaintsAndADeath) {
    history::History history = sample::lost_update_history();
    history.calls.clear();
    history.sections = {{0, 1, "a", false, 1, 4}, {1, 1, "a", false, 2, history::kNone}};
    history.complaints = {{history::Complaint::Kind::Assertion, 1, 2, 3, "assert x == 1 is false"}};
    history.ending = history::Ending::Crash;
    history.culprit = 0;
    history.detail = "killed by SIGSEGV";
    const std::vector<Row> rows = rows_of(history, {});
    EXPECT_EQ(texts(rows), (std::vector<std::string>{"enter section a", "enter section a",
                                                     "assert x == 1 is false", "leave section a",
                                                     "killed by SIGSEGV"}));
    EXPECT_TRUE(rows[2].critical);
    EXPECT_TRUE(rows[4].critical);
    EXPECT_FALSE(rows[0].critical);
}

TEST(ReportRows, AWaitForEverIsShownAtItsCallOnly) {
    const engine::CaseResult result = sample::deadlock();
    EXPECT_EQ(texts(rows_of(result.findings.front().history, {})),
              (std::vector<std::string>{"lock a", "lock b", "lock a  waits for ever",
                                        "lock b  waits for ever"}));
}

TEST(ReportRows, AWaitThatIsNoCallIsARowAtTheEnd) {
    history::History history = sample::lost_update_history();
    history.ending = history::Ending::Deadlock;
    history.waits = {{1, 9, history::kNone, "join reader"}};
    EXPECT_EQ(texts(rows_of(history, {})).back(), "join reader  waits for ever");
    history.ending = history::Ending::Livelock;
    EXPECT_EQ(texts(rows_of(history, {})).back(), "join reader  waits") << "it was only cut off";
}

TEST(ReportRows, KnowsWhatATaskHoldsAtTheEnd) {
    const history::History history = sample::deadlock().findings.front().history;
    EXPECT_EQ(held_at_end(history, 0), std::vector<std::string>{"a"});
    EXPECT_EQ(held_at_end(history, 1), std::vector<std::string>{"b"});
}

TEST(ReportRows, ATaskAsleepInAWaitHoldsItsMutexNoLonger) {
    history::History history = sample::deadlock().findings.front().history;
    history.calls.resize(2);
    sample::add_call(history, 0, Operation::Wait, 1, {}, {}, 6, history::kNone);
    history.calls.back().with = 0;
    EXPECT_TRUE(held_at_end(history, 0).empty());
}

TEST(ReportTable, HasAColumnPerTaskAndMarksWhatIsCritical) {
    const history::History history = sample::lost_update_history();
    EXPECT_EQ(
        render_table(history, rows_of(history, {0, 3}), Style{}),
        "    worker[0]                worker[1]                parent\n"
        "    -----------------------  -----------------------  ---------------------------\n"
        "  > load n -> 100 (initial)\n"
        "                             load n -> 100 (initial)\n"
        "                             store n = 101\n"
        "  > store n = 101\n"
        "                                                      sees n = 101 (by worker[0])\n");
}

TEST(ReportTable, NeverIsWiderThanTheTerminal) {
    history::History history = sample::lost_update_history();
    history.calls[2].value = std::string(300, 'x');
    for (const std::size_t width : {60U, 80U, 120U}) {
        for (const std::string& line :
             lines(render_table(history, rows_of(history, {}), Style{width})))
            EXPECT_LE(display_width(line), width);
    }
}

TEST(ReportTable, CutsANameRatherThanAValue) {
    history::History history = sample::lost_update_history();
    history.objects.front().name = std::string(60, 'n');
    const std::string drawn = render_table(history, rows_of(history, {}), Style{80});
    EXPECT_NE(drawn.find("nnn...\n    -> 100 (initial)\n"), std::string::npos) << drawn;
    EXPECT_NE(drawn.find("nnn...\n    = 101\n"), std::string::npos) << drawn;
}

TEST(ReportTable, ShowsOnceWhatATaskDoesAgainAndAgain) {
    std::vector<Row> rows(12, Row{0, 0, "load n -> 0", false});
    rows.push_back({0, 12, "went round 10 times", true});
    const std::string drawn = render_table(sample::lost_update_history(), rows, Style{80});
    EXPECT_NE(drawn.find("    load n -> 0\n    ... 11 more of the same ...\n  > went round"),
              std::string::npos)
        << drawn;
    rows.erase(rows.begin(), rows.begin() + 9);
    const std::string few = render_table(sample::lost_update_history(), rows, Style{80});
    EXPECT_EQ(few.find("..."), std::string::npos) << few;
}

TEST(ReportTable, BecomesAListWhereTheTasksDoNotFitSideBySide) {
    history::History history = sample::lost_update_history();
    history.calls.clear();
    history.tasks.resize(1);
    for (std::uint32_t i = 0; i < 16; ++i) {
        history.tasks.push_back(history.tasks.front());
        history.tasks.back().name = "worker[" + std::to_string(i) + "]";
        sample::add_call(history, i + 1, Operation::Store, 0, std::int64_t{i}, {}, 2 * i,
                         2 * i + 1);
    }
    const auto drawn = lines(render_table(history, rows_of(history, {2}), Style{100}));
    ASSERT_EQ(drawn.size(), 16U);
    EXPECT_EQ(drawn[2], "  > worker[2]: store n = 2");
}

TEST(ReportTable, FoldsALongHistoryAroundWhatMatters) {
    history::History history = sample::lost_update_history();
    history.calls.clear();
    for (std::uint32_t i = 0; i < 500; ++i)
        sample::add_call(history, i % 2, Operation::Store, 0, std::int64_t{i}, {}, 2 * i,
                         2 * i + 1);
    const std::string drawn = render_table(history, rows_of(history, {100, 300}), Style{});
    EXPECT_EQ(lines(drawn).size(), 2U + 2 * 5 + 3);
    EXPECT_NE(drawn.find("  > store n = 100\n"), std::string::npos);
    EXPECT_NE(drawn.find("    ... 98 more rows ...\n"), std::string::npos);
    EXPECT_NE(drawn.find("    ... 195 more rows ...\n"), std::string::npos);
}

TEST(ReportTable, FoldsALongHistoryInWhichNothingIsCritical) {
    history::History history = sample::lost_update_history();
    history.calls.clear();
    for (std::uint32_t i = 0; i < 500; ++i)
        sample::add_call(history, 0, Operation::Store, 0, std::int64_t{i}, {}, 2 * i, 2 * i + 1);
    const std::string drawn = render_table(history, rows_of(history, {}), Style{});
    EXPECT_LT(lines(drawn).size(), 50U);
    EXPECT_NE(drawn.find("store n = 499"), std::string::npos);
}

TEST(ReportTable, AnEmptyHistoryDrawsNothing) {
    EXPECT_EQ(render_table({}, {}, Style{}), "");
}

}  // namespace
}  // namespace stagger::report
