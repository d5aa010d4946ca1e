// SPDX-License-Identifier: Apache-2.0
//
// The main promise, on the backends that share: a lost update is found, reduced to a single delay,
// and shown again each time; and nothing is found where nothing is wrong.
#include <gtest/gtest.h>

#include "tests/integration/world.hpp"

namespace stagger::engine {
namespace {

constexpr std::uint64_t kSeeds = 20;

class Increment : public ::testing::TestWithParam<const char*> {
protected:
    const spec::Scenario scenario_ = testing::scenario_at("specs/updates/increment.toml");

    CaseResult run(const std::string& variant, const CampaignOptions& options) const {
        return run_case(
            scenario_,
            testing::case_of(scenario_, std::string("increment/") + GetParam() + variant), options);
    }
};

TEST_P(Increment, WithoutALockLosesAnUpdateWithinAHundredSchedulesAndTenOnAverage) {
    CampaignOptions options = testing::world();
    options.schedules = 100;
    std::uint64_t sum = 0;
    for (options.seed = 1; options.seed <= kSeeds; ++options.seed) {
        const CaseResult result = run("", options);
        ASSERT_EQ(result.verdict, "lost-update")
            << "seed " << options.seed << ", " << testing::describe(result);
        EXPECT_EQ(result.status, CaseStatus::Pass);
        sum += result.first_finding_at.value();
        EXPECT_EQ(result.findings.front().schedule.decisions.size(), 1u)
            << "seed " << options.seed << ": one task is held once";
        EXPECT_EQ(result.findings.front().replayed, options.replays) << "seed " << options.seed;
    }
    EXPECT_LE(static_cast<double>(sum) / kSeeds, 10.0);
}

TEST_P(Increment, ALostUpdateIsReplayedTwentyTimesOutOfTwenty) {
    CampaignOptions options = testing::world();
    options.replays = 20;
    const CaseResult result = run("", options);
    ASSERT_EQ(result.findings.size(), 1u) << testing::describe(result);
    EXPECT_EQ(result.findings[0].replays, 20u);
    EXPECT_EQ(result.findings[0].replayed, 20u);
    EXPECT_EQ(result.findings[0].verdict.violations.front().object, "n");
}

TEST_P(Increment, WithALockNothingIsFound) {
    CampaignOptions options = testing::world();
    options.schedules = testing::scaled(500);
    options.keep_going = true;  // not only until it is proved that there is nothing
    const CaseResult result = run("/locked=true", options);
    EXPECT_EQ(result.verdict, "ok") << testing::describe(result);
    EXPECT_EQ(result.status, CaseStatus::Pass);
    EXPECT_EQ(result.schedules, options.schedules);
    EXPECT_GT(result.evidence.interleavings, 1u);
    EXPECT_GT(result.evidence.contended_points, 0u);
}

INSTANTIATE_TEST_SUITE_P(SharingBackends, Increment,
                         ::testing::Values("shm", "pipe", "queue", "socket", "manager", "file",
                                           "sysv", "futex", "fifo"),
                         [](const auto& tested) { return std::string(tested.param); });

TEST(IncrementExpectations, WithoutALockAndNotMarkedAsKnownFailsAsAFinding) {
    const spec::Scenario scenario = testing::scenario_at("specs/updates/increment.toml");
    spec::Case unknown = testing::case_of(scenario, "increment/shm");
    unknown.finds.clear();
    const CaseResult result = run_case(scenario, unknown, testing::world());
    EXPECT_EQ(result.status, CaseStatus::Fail) << testing::describe(result);
    EXPECT_EQ(result.verdict, "lost-update");
    EXPECT_NE(result.message, "");
}

TEST(IncrementExpectations, ALockMarkedAsABugFailsForNotFindingIt) {
    const spec::Scenario scenario = testing::scenario_at("specs/updates/increment.toml");
    spec::Case wrong = testing::case_of(scenario, "increment/shm/locked=true");
    wrong.finds = {"lost-update"};
    CampaignOptions options = testing::world();
    options.schedules = 50;
    const CaseResult result = run_case(scenario, wrong, options);
    EXPECT_EQ(result.status, CaseStatus::Fail) << testing::describe(result);
    EXPECT_EQ(result.verdict, "ok");
    EXPECT_NE(result.nearest_miss, "");
}

}  // namespace
}  // namespace stagger::engine
