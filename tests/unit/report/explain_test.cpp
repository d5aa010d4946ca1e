// SPDX-License-Identifier: Apache-2.0
#include "harness/report/explain.hpp"

#include <gtest/gtest.h>

#include "tests/unit/report/sample.hpp"

namespace stagger::report {
namespace {

using schedule::Choice;
using schedule::Decision;
using schedule::Phase;

std::vector<std::string> explained(const history::History& history, std::vector<Decision> decisions,
                                   const std::vector<std::uint32_t>& critical = {}) {
    return delays_that_matter({std::move(decisions)}, history, critical);
}

Decision hold(std::string task, std::string label, std::string target) {
    return {Phase::Main, std::move(task), 3, 0, std::move(label), Choice::Run, std::move(target)};
}

TEST(ReportExplain, NamesWhatIsHeldAndWhatItWaitsFor) {
    EXPECT_EQ(
        explained(sample::lost_update_history(), {hold("worker[0]", "store n", "worker[1]")}),
        std::vector<std::string>{"hold worker[0] at `store n` until worker[1] has done `store n`"});
}

TEST(ReportExplain, TheCalmScheduleHasNoDelays) {
    EXPECT_TRUE(explained(sample::lost_update_history(), {}).empty());
}

TEST(ReportExplain, PrefersTheCriticalOperationOverALaterOne) {
    history::History history = sample::lost_update_history();
    history.calls.clear();
    sample::add_call(history, 0, Operation::Load, 0, {}, 100, 0, 1);
    sample::add_call(history, 1, Operation::Store, 0, 5, {}, 2, 3);
    sample::add_call(history, 1, Operation::Load, 0, {}, 5, 4, 5);
    sample::add_call(history, 0, Operation::Store, 0, 101, {}, 6, 7);
    const Decision decision = hold("worker[0]", "store n", "worker[1]");
    EXPECT_EQ(explained(history, {decision}, {1}).front(),
              "hold worker[0] at `store n` until worker[1] has done `store n`");
    EXPECT_EQ(explained(history, {decision}).front(),
              "hold worker[0] at `store n` until worker[1] has done `load n`");
}

TEST(ReportExplain, SaysWhichOfSeveralItMeans) {
    history::History history = sample::lost_update_history();
    history.calls.clear();
    sample::add_call(history, 0, Operation::Store, 0, 1, {}, 0, 1);
    sample::add_call(history, 1, Operation::Store, 0, 2, {}, 2, 3);
    sample::add_call(history, 0, Operation::Store, 0, 3, {}, 4, 5);
    EXPECT_EQ(explained(history, {hold("worker[0]", "store n", "worker[1]")}).front(),
              "hold worker[0] at its 2nd `store n` until worker[1] has done `store n`");
}

TEST(ReportExplain, SaysWhereInsideAnOperationItHolds) {
    history::History history = sample::lost_update_history();
    history.calls.clear();
    sample::add_call(history, 0, Operation::Store, 0, 1, {}, 0, 3);
    sample::add_call(history, 1, Operation::Load, 0, {}, 7, 1, 2);
    EXPECT_EQ(explained(history, {hold("worker[0]", "store n: write", "worker[1]")}).front(),
              "hold worker[0] inside `store n`, at `write` until worker[1] has done `load n`");
    EXPECT_EQ(explained(history, {hold("worker[0]", "store n: return", "worker[1]")}).front(),
              "hold worker[0] at the return of `store n` until worker[1] has done `load n`");
}

TEST(ReportExplain, KnowsAStepOverAnArrayByItsIndexExpression) {
    history::History history = sample::lost_update_history();
    history.objects.front().name = "n[0]";
    const auto delays = explained(history, {hold("worker[0]", "store n[self]", "worker[1]")});
    EXPECT_EQ(delays.front(),
              "hold worker[0] at `store n[0]` until worker[1] has done `store n[0]`");
    EXPECT_EQ(explained(history, {hold("worker[0]", "store n[1]", "worker[1]")}).front(),
              "hold worker[0] at `store n[1]` (its point 3) and let worker[1] run on");
}

TEST(ReportExplain, ADeadlockIsExplainedByWhatTheOtherTookMeanwhile) {
    const engine::Finding finding = sample::deadlock().findings.front();
    EXPECT_EQ(delays_that_matter(finding.schedule, finding.history, {}).front(),
              "hold worker[0] at `lock b` until worker[1] has done `lock b`");
}

TEST(ReportExplain, FallsBackToThePointWhereTheHistoryHasNoSuchStep) {
    EXPECT_EQ(explained(sample::lost_update_history(), {hold("worker[0]", "sleep", "worker[1]")}),
              std::vector<std::string>{
                  "hold worker[0] at `sleep` (its point 3) and let worker[1] run on"});
    EXPECT_EQ(explained(sample::lost_update_history(), {hold("nobody", "store n", "worker[1]")}),
              std::vector<std::string>{
                  "hold nobody at `store n` (its point 3) and let worker[1] run on"});
}

TEST(ReportExplain, WhereNobodyIsHeldItSaysWhoRuns) {
    Decision blocked = hold("worker[0]", "lock m: pthread_mutex_lock", "worker[1]");
    blocked.turn = 1;
    EXPECT_EQ(
        explained(sample::lost_update_history(), {hold("start", "start", "worker[1]"),
                                                  hold("worker[1]", "end", "worker[0]"), blocked}),
        (std::vector<std::string>{
            "let worker[1] go first", "when worker[1] has ended, let worker[0] run next",
            "while worker[0] waits at `lock m: pthread_mutex_lock`, let worker[1] run next"}));
}

TEST(ReportExplain, SaysWhoIsWokenAndWhatHappensWhileProcessesAttach) {
    EXPECT_EQ(explained(sample::lost_update_history(),
                        {{Phase::Main, "worker[0]", 2, 0, "notify c", Choice::Wake, "worker[1]"},
                         {Phase::Attach, "worker[0]", 1, 0, "attach", Choice::Run, "worker[1]"}}),
              (std::vector<std::string>{
                  "when worker[0] does `notify c`, wake worker[1] before the one that has waited "
                  "longest",
                  "while the processes attach, hold worker[0] at `attach` (its point 1) and let "
                  "worker[1] run on"}));
}

TEST(ReportExplain, NamesAnInputByItsTaskAndValue) {
    Decision input{Phase::Main, "worker[1]", 2, 0, "store n", Choice::Input, ""};
    input.value = -7;
    EXPECT_EQ(explained(sample::lost_update_history(), {input}),
              std::vector<std::string>{"let the 2nd any() of worker[1], at `store n`, give -7"});
}

}  // namespace
}  // namespace stagger::report
