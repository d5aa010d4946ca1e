// SPDX-License-Identifier: Apache-2.0
//
// libc = "real": what libc's own locks do under the engine. That such cases repeat byte for byte,
// warm and fresh, is tested with the scenarios in specs/.
#include <gtest/gtest.h>

#include "tests/integration/world.hpp"

namespace stagger::engine {
namespace {

class RealLibc : public ::testing::TestWithParam<const char*> {};

TEST_P(RealLibc, LockedIncrementsHold) {
    const spec::Scenario scenario = testing::scenario_from(testing::increment_text() + R"(
[[case]]
backend = "shm"
params  = { locked = true }
options = { libc = "real", lock = ")" + GetParam() + "\" }\n");
    CampaignOptions options = testing::world();
    options.schedules = testing::scaled(300);
    const CaseResult result = run_case(scenario, scenario.cases.back(), options);
    EXPECT_EQ(result.verdict, "ok") << testing::describe(result);
    EXPECT_EQ(result.schedules, options.schedules);
}

TEST_P(RealLibc, ADeadlockIsSeenAtOnceWithWhatEachHoldsAndWaitsFor) {
    const spec::Scenario scenario = testing::scenario_from(std::string(R"(
name = "two-locks"
[objects]
a = { type = "mutex" }
b = { type = "mutex" }
[process.left]
steps = [{ lock = "a" }, { lock = "b" }, { unlock = "b" }, { unlock = "a" }]
[process.right]
threads = 2
steps = [{ lock = "b" }, { lock = "a" }, { unlock = "a" }, { unlock = "b" }]
[[case]]
backend = "shm"
options = { libc = "real", lock = ")") + GetParam() + "\" }\n");
    const CaseResult result = run_case(scenario, scenario.cases.front(), testing::world());
    ASSERT_EQ(result.verdict, "deadlock") << testing::describe(result);
    const Finding& finding = result.findings.front();
    EXPECT_EQ(finding.replayed, finding.replays);
    EXPECT_GE(finding.history.waits.size(), 2u);
    const std::string& message = finding.verdict.violations.front().message;
    for (const char* part : {"left holds a and waits for b", "holds b and waits for a"}) {
        EXPECT_NE(message.find(part), std::string::npos) << message;
    }
}

TEST(RealLibcSearched, ToItsEndSaysWhatThatDoesNotCover) {
    const spec::Scenario scenario = testing::scenario_from(R"(
name = "two-sections"
[objects]
m = { type = "mutex" }
[process.worker]
count = 2
steps = [{ lock = "m" }, { unlock = "m" }]
[[case]]
backend = "shm"
options = { libc = "real" }
)");
    CampaignOptions options = testing::world();
    options.strategy = "exhaustive";
    options.schedules = 10'000;
    const CaseResult result = run_case(scenario, scenario.cases.front(), options);
    EXPECT_EQ(result.verdict, "ok") << testing::describe(result);
    EXPECT_TRUE(result.evidence.complete);
    ASSERT_FALSE(result.evidence.limits.empty());
    EXPECT_NE(result.evidence.limits.back().find("libc"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Locks, RealLibc, ::testing::Values("mutex", "robust", "semaphore"),
                         [](const auto& tested) { return std::string(tested.param); });

}  // namespace
}  // namespace stagger::engine
