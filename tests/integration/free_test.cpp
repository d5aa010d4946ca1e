// SPDX-License-Identifier: Apache-2.0
//
// Free mode: processes that run at the same time for real. What it finds is shown in controlled
// mode; what it cannot tell it does not claim; and nothing of it is left behind.
#include <gtest/gtest.h>
#include <unistd.h>

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

void expect_nothing_left(const testing::Usage& before) {
    const testing::Usage after = testing::usage();
    EXPECT_EQ(after.descendants, 0u);
    EXPECT_EQ(after.descriptors, before.descriptors);
    EXPECT_EQ(testing::objects_named("stagger-" + std::to_string(getpid()) + "-"),
              std::vector<std::string>{});
}

// Of executions that end, of what they found, and of those that are stuck in real calls and have to
// be killed.
TEST(FreeMode, LeavesNoProcessNoDescriptorAndNoObjectBehind) {
    const spec::Scenario increment = testing::scenario_at("specs/updates/increment.toml");
    const testing::Usage before = testing::usage();
    CampaignOptions options = testing::world();
    options.mode = spec::Mode::Free;
    options.schedules = 3;
    for (const char* backend : {"private", "shm", "pipe", "queue", "socket", "manager"}) {
        SCOPED_TRACE(backend);
        const bool shared = std::string_view(backend) != "private";
        const auto id = std::string("increment/") + backend + (shared ? "/locked=true" : "");
        const CaseResult result = run_case(increment, testing::case_of(increment, id), options);
        EXPECT_EQ(result.verdict, shared ? "ok" : "stale-read") << testing::describe(result);
        expect_nothing_left(before);
    }
    options.schedules = 1;
    for (const char* backend : {"shm", "queue"}) {
        SCOPED_TRACE(backend);
        const spec::Scenario stuck = testing::scenario_from(
            "name = \"nobody-comes\"\n[objects]\ngate = { type = \"semaphore\" }\n"
            "[process.waiter]\nsteps = [{ acquire = \"gate\" }, { acquire = \"gate\" }]\n"
            "[[case]]\nbackend = \"" +
            std::string(backend) + "\"\n");
        const CaseResult result = run_case(stuck, stuck.cases.front(), options);
        EXPECT_EQ(result.status, CaseStatus::Inconclusive) << testing::describe(result);
        expect_nothing_left(before);
    }
}

TEST(FreeMode, AnyOtherNumberOfCoresIsRefused) {
    const spec::Scenario scenario = testing::scenario_at(kIncrement);
    const CaseResult result = run(scenario, "increment-free/shm", "3");
    EXPECT_TRUE(result.spec_error) << testing::describe(result);
    EXPECT_NE(result.message.find("cpus"), std::string::npos);
}

}  // namespace
}  // namespace stagger::engine
