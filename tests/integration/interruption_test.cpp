// SPDX-License-Identifier: Apache-2.0
//
// Who asks for the end gets it soon, whatever the engine is doing, and what is there by then.
#include <gtest/gtest.h>

#include <atomic>

#include "tests/integration/world.hpp"

namespace stagger::engine {
namespace {

struct Interrupted {
    std::atomic<bool> cancelled{false};
    CampaignOptions options = testing::world();

    // Asks for the end after so many executions of the search.
    explicit Interrupted(std::uint64_t after) {
        options.cancelled = &cancelled;
        options.on_progress = [this, after](std::uint64_t executions) {
            if (executions >= after) cancelled = true;
        };
    }
};

TEST(Interruption, OfTheSearchIsNoVerdict) {
    const spec::Scenario scenario = testing::scenario_at("specs/updates/increment.toml");
    Interrupted interrupted(10);
    const CaseResult result = run_case(
        scenario, testing::case_of(scenario, "increment/shm/locked=true"), interrupted.options);
    EXPECT_EQ(result.status, CaseStatus::Inconclusive) << testing::describe(result);
    EXPECT_EQ(result.schedules, 10u);
}

TEST(Interruption, WhileAFindingIsMadeSmallerKeepsItAsItIs) {
    const spec::Scenario scenario = testing::scenario_at("specs/updates/increment.toml");
    const spec::Case& spec_case = testing::case_of(scenario, "increment/shm");
    CampaignOptions options = testing::world();
    const CaseResult whole = run_case(scenario, spec_case, options);
    ASSERT_EQ(whole.findings.size(), 1u) << testing::describe(whole);
    Interrupted interrupted(whole.findings[0].found_at);
    interrupted.options.replays = 20;
    const CaseResult result = run_case(scenario, spec_case, interrupted.options);
    ASSERT_EQ(result.findings.size(), 1u) << testing::describe(result);
    EXPECT_EQ(result.findings[0].found_at, whole.findings[0].found_at);
    EXPECT_EQ(result.findings[0].replayed, 1u);
    EXPECT_EQ(result.findings[0].replays, 1u);
}

// The second time round it would take seconds again to tell that it hangs.
TEST(Interruption, GivesUpAnExecutionThatHangs) {
    const spec::Scenario scenario = testing::scenario_from(R"(
name = "hang"
[objects]
n = { type = "register", initial = 0 }
[process.worker]
count = 2
steps = [{ store = "n", value = 1 }, { load = "n", into = "x" }]
[[case]]
backend = "broken_loop"
)");
    Interrupted interrupted(1);
    const CaseResult result = run_case(scenario, scenario.cases.front(), interrupted.options);
    EXPECT_EQ(result.status, CaseStatus::Inconclusive) << testing::describe(result);
    EXPECT_TRUE(result.findings.empty());
}

}  // namespace
}  // namespace stagger::engine
