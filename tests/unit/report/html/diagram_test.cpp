// SPDX-License-Identifier: Apache-2.0
#include "harness/report/html/diagram.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/unit/report/sample.hpp"

namespace stagger::report::html {
namespace {

using history::kNone;

Diagram drawn(const engine::CaseResult& result) {
    return draw(result.findings.front(), result.spec_case);
}

TEST(HtmlDiagram, HasALanePerTaskAndARowPerEvent) {
    const Diagram diagram = drawn(sample::lost_update());
    EXPECT_EQ(diagram.lanes, (std::vector<std::string>{"worker[0]", "worker[1]", "parent"}));
    ASSERT_EQ(diagram.rows.size(), 5u);
    EXPECT_EQ(diagram.rows[1].lane, 1u);
    EXPECT_EQ(diagram.bars.size(), 5u);
    EXPECT_EQ(diagram.bars[3].text, "store n = 101");
    EXPECT_EQ(diagram.left_out, 0u);
}

TEST(HtmlDiagram, MarksWhatIsCriticalAndSaysWhereValuesComeFrom) {
    const Diagram diagram = drawn(sample::lost_update());
    EXPECT_TRUE(diagram.bars[0].critical);
    EXPECT_FALSE(diagram.bars[4].critical);
    EXPECT_EQ(diagram.bars[0].origin, "the initial value");
    EXPECT_EQ(diagram.bars[4].origin, "written by worker[0]: store n = 101");
    ASSERT_EQ(diagram.arrows.size(), 1u);
    EXPECT_EQ(diagram.arrows[0].from, 3u);
    EXPECT_EQ(diagram.arrows[0].to, 4u);
}

TEST(HtmlDiagram, ABarSpansFromTheCallToTheReturnWhereOthersCameBetween) {
    engine::CaseResult result = sample::lost_update();
    history::History& history = result.findings[0].history;
    history.calls.clear();
    sample::add_call(history, 0, Operation::Load, 0, {}, 100, 0, 3);
    sample::add_call(history, 1, Operation::Store, 0, 101, {}, 1, 2);
    const Diagram diagram = drawn(result);
    ASSERT_EQ(diagram.bars.size(), 2u);
    EXPECT_EQ(diagram.bars[0].first, 0u);
    EXPECT_EQ(diagram.bars[0].last, 2u);
    EXPECT_EQ(diagram.bars[1].first, 1u);
    EXPECT_EQ(diagram.bars[1].last, 1u);
}

TEST(HtmlDiagram, WhoWaitsForEverIsABarToTheEnd) {
    const Diagram diagram = drawn(sample::deadlock());
    ASSERT_EQ(diagram.bars.size(), 4u);
    for (const std::size_t bar : {std::size_t{2}, std::size_t{3}}) {
        EXPECT_TRUE(diagram.bars[bar].open);
        EXPECT_TRUE(diagram.bars[bar].stuck);
        EXPECT_EQ(diagram.bars[bar].last, diagram.rows.size() - 1);
    }
    EXPECT_FALSE(diagram.bars[0].open);
}

TEST(HtmlDiagram, WhatAKilledTaskDidEndsWhereItDied) {
    engine::CaseResult result = sample::lost_update();
    history::History& history = result.findings[0].history;
    history.calls.clear();
    sample::add_call(history, 0, Operation::Store, 0, 1, {}, 0, kNone);
    history.strikes = {{0, FaultKind::Kill, 0, 0, 1}};
    sample::add_call(history, 1, Operation::Load, 0, {}, 1, 2, 3);
    sample::add_call(history, 1, Operation::Load, 0, {}, 1, 4, 5);
    const Diagram diagram = drawn(result);
    EXPECT_TRUE(diagram.bars[0].open);
    EXPECT_FALSE(diagram.bars[0].stuck);
    EXPECT_EQ(diagram.bars[0].last, 1u);
    EXPECT_EQ(diagram.rows[1].kind, RowKind::Fault);
}

TEST(HtmlDiagram, ShowsTheLegalOrderAsFarAsItGoes) {
    engine::CaseResult result = sample::lost_update();
    history::History& history = result.findings[0].history;
    history.calls.clear();
    sample::add_call(history, 0, Operation::Store, 0, 1, {}, 0, 1);
    sample::add_call(history, 1, Operation::Load, 0, {}, 1, 2, 3);
    sample::add_call(history, 1, Operation::Load, 0, {}, 100, 4, 5);
    const Diagram diagram = drawn(result);
    ASSERT_EQ(diagram.orders.size(), 1u);
    EXPECT_EQ(diagram.orders[0].steps.size(), 2u);
    EXPECT_EQ(diagram.orders[0].stuck.text, "worker[1]: load n -> 100");
    EXPECT_EQ(diagram.orders[0].stuck.bars, std::vector<std::uint32_t>{2});
}

// ---- long histories ----------------------------------------------------------------------------

engine::CaseResult long_finding(std::uint32_t calls) {
    engine::CaseResult result = sample::lost_update();
    history::History& history = result.findings[0].history;
    history.calls.clear();
    for (std::uint32_t i = 0; i < calls; ++i)
        sample::add_call(history, i % 2, Operation::Store, 0, static_cast<int>(i), {}, 2 * i,
                         2 * i + 1);
    result.findings[0].verdict.violations[0].calls = {calls / 2, calls / 2 + 1};
    return result;
}

TEST(HtmlDiagram, OfALongHistoryDrawsWhatMattersAndCountsTheRest) {
    constexpr std::uint32_t kCalls = 10'000;
    const Diagram diagram = drawn(long_finding(kCalls));
    EXPECT_LE(diagram.rows.size(), kRowsDrawnWhole);
    std::size_t folded = 0, shown = 0;
    for (const DiagramRow& row : diagram.rows) (row.folded > 0 ? folded : shown) += 1;
    EXPECT_EQ(folded, 2u);
    EXPECT_EQ(shown + diagram.left_out, kCalls);
    EXPECT_EQ(std::count_if(diagram.rows.begin(), diagram.rows.end(),
                            [](const DiagramRow& row) { return row.critical; }),
              2);
    for (const Bar& bar : diagram.bars) EXPECT_LT(bar.last, diagram.rows.size());
}

TEST(HtmlDiagram, DrawsEveryRowOfAHistoryThatIsNotLong) {
    EXPECT_EQ(drawn(long_finding(kRowsDrawnWhole)).left_out, 0u);
    EXPECT_GT(drawn(long_finding(kRowsDrawnWhole + 1)).left_out, 0u);
}

}  // namespace
}  // namespace stagger::report::html
