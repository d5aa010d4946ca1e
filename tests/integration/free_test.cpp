// SPDX-License-Identifier: Apache-2.0
//
// Free mode: processes that run at the same time for real. What it finds is shown in controlled
// mode; what it cannot tell it does not claim; and nothing of it is left behind.
#include <gtest/gtest.h>

#include "tests/integration/processes.hpp"
#include "tests/integration/world.hpp"

namespace stagger::engine {
namespace {

constexpr const char* kIncrement = "specs/updates/increment-free.toml";

CaseResult run(const spec::Scenario& scenario, const std::string& id,
               const std::optional<std::string>& cpus = {}) {
    CampaignOptions options = testing::world();
    options.mode = spec::Mode::Free;
    options.cpus = cpus;
    return run_case(scenario, testing::case_of(scenario, id), options);
}

class Placement : public ::testing::TestWithParam<const char*> {};

TEST_P(Placement, ALostUpdateIsFoundAndShownInControlledMode) {
    const spec::Scenario scenario = testing::scenario_at(kIncrement);
    const CaseResult result = run(scenario, "increment-free/shm", GetParam());
    ASSERT_EQ(result.verdict, "lost-update") << testing::describe(result);
    EXPECT_EQ(result.status, CaseStatus::Pass);
    const Finding& finding = result.findings.front();
    EXPECT_FALSE(finding.free_only) << finding.verdict.violations.front().message;
    EXPECT_EQ(finding.replayed, finding.replays);
    EXPECT_FALSE(finding.schedule.decisions.empty());
    EXPECT_NE(finding.verdict.violations.front().message.find("reproduced in controlled mode"),
              std::string::npos);
}

TEST_P(Placement, UnderALockNothingIsFound) {
    const spec::Scenario scenario = testing::scenario_at(kIncrement);
    const CaseResult result = run(scenario, "increment-free/shm/locked=true", GetParam());
    EXPECT_EQ(result.verdict, "ok") << testing::describe(result);
    EXPECT_EQ(result.schedules, 8u);
}

INSTANTIATE_TEST_SUITE_P(Cores, Placement, ::testing::Values("1", "all"));

TEST(FreeMode, AServerThatWaitedUnderControlAnswersItsClients) {
    const spec::Scenario scenario = testing::scenario_at("specs/updates/increment.toml");
    CampaignOptions options = testing::world();
    options.mode = spec::Mode::Free;
    options.schedules = 5;
    for (const char* backend : {"pipe", "queue", "socket", "manager"}) {
        const auto id = std::string("increment/") + backend + "/locked=true";
        const CaseResult result = run_case(scenario, testing::case_of(scenario, id), options);
        EXPECT_EQ(result.verdict, "ok") << backend << ", " << testing::describe(result);
        EXPECT_EQ(result.schedules, 5u);
    }
}

TEST(FreeMode, BeingStuckIsInconclusiveAndSaysWhere) {
    const spec::Scenario scenario = testing::scenario_from(R"(
name = "nobody-comes"
[objects]
gate = { type = "semaphore", initial = 0 }
[process.waiter]
count = 2
steps = [{ acquire = "gate" }]
[[case]]
backend = "shm"
)");
    CampaignOptions options = testing::world();
    options.schedules = 1;
    options.mode = spec::Mode::Free;
    const spec::Case& stuck = testing::case_of(scenario, "nobody-comes/shm");
    const CaseResult result = run_case(scenario, stuck, options);
    EXPECT_EQ(result.status, CaseStatus::Inconclusive) << testing::describe(result);
    EXPECT_NE(result.message.find("waiter[0] at `acquire gate`"), std::string::npos)
        << result.message;
    options.mode = spec::Mode::Controlled;
    EXPECT_EQ(run_case(scenario, stuck, options).verdict, "deadlock");
}

TEST(FreeMode, AnyOtherNumberOfCoresIsRefused) {
    const spec::Scenario scenario = testing::scenario_at(kIncrement);
    const CaseResult result = run(scenario, "increment-free/shm", "3");
    EXPECT_TRUE(result.spec_error) << testing::describe(result);
    EXPECT_NE(result.message.find("cpus"), std::string::npos);
}

}  // namespace
}  // namespace stagger::engine
