// SPDX-License-Identifier: Apache-2.0
//
// Actors: a scenario calls functions of a plugin by name, and what they do wrong is found like
// anything else.
#include <gtest/gtest.h>

#include "tests/integration/world.hpp"

namespace stagger::engine {
namespace {

CaseResult run(const std::string& steps, const std::string& backend = "sample_actors") {
    const spec::Scenario scenario =
        testing::scenario_from("name = \"actors\"\n[process.worker]\ncount = 2\nsteps = [" + steps +
                               "]\n[process.checker]\nsteps = [{ join = \"worker\" }, "
                               "{ actor = \"counted\", into = \"n\" }, { assert = \"n == 2\" }]\n"
                               "[[case]]\nbackend = \"" +
                               backend + "\"\n");
    CampaignOptions options = testing::world();
    options.schedules = 300;
    return run_case(scenario, scenario.cases.front(), options);
}

TEST(Actors, ARaceInsideAFunctionIsFoundAndReplays) {
    const CaseResult result = run("{ actor = \"count_up\" }");
    EXPECT_EQ(result.status, CaseStatus::Fail) << testing::describe(result);
    EXPECT_EQ(result.verdict, "assertion") << testing::describe(result);
    ASSERT_FALSE(result.findings.empty());
    EXPECT_EQ(result.findings.front().replayed, result.findings.front().replays);
}

TEST(Actors, TheSameDoneAtomicallyHolds) {
    const CaseResult result =
        run("{ actor = \"count_up_safely\", value = 1, into = \"old\" }, "
            "{ assert = \"old < 2\" }");
    EXPECT_EQ(result.status, CaseStatus::Pass) << testing::describe(result);
}

TEST(Actors, DifferentOnesOfTwoTasksAreWorthSomething) {
    const spec::Scenario scenario = testing::scenario_from(
        "name = \"actors\"\n"
        "[process.worker]\nsteps = [{ actor = \"count_up_safely\", into = \"old\" }]\n"
        "[process.checker]\nsteps = [{ actor = \"counted\", into = \"n\" }]\n"
        "[[case]]\nbackend = \"sample_actors\"\n");
    CampaignOptions options = testing::world();
    options.schedules = 20;
    const CaseResult result = run_case(scenario, scenario.cases.front(), options);
    EXPECT_EQ(result.status, CaseStatus::Pass) << testing::describe(result);
}

TEST(Actors, OneThatFailsIsAnUnexpectedErrorUnlessTheScenarioLooks) {
    const CaseResult result = run("{ actor = \"refuse\" }, { actor = \"count_up_safely\" }");
    EXPECT_EQ(result.verdict, "unexpected-error") << testing::describe(result);
    EXPECT_NE(result.message.find("this function always fails"), std::string::npos)
        << result.message;
    const CaseResult looked =
        run("{ actor = \"refuse\", into = [\"r\", \"how\"] }, "
            "{ assert = \"how == 'error'\" }, "
            "{ actor = \"count_up_safely\" }");
    EXPECT_EQ(looked.status, CaseStatus::Pass) << testing::describe(looked);
}

TEST(Actors, AMisspeltNameIsAnErrorThatKnowsTheRightOne) {
    const CaseResult result = run("{ actor = \"count_upp\" }");
    EXPECT_EQ(result.status, CaseStatus::Error);
    EXPECT_NE(result.message.find("did you mean \"count_up\"?"), std::string::npos)
        << result.message;
}

TEST(Actors, ABackendWithoutActorsCannotCarryTheCase) {
    EXPECT_EQ(run("{ actor = \"count_up\" }", "shm").status, CaseStatus::Skip);
}

}  // namespace
}  // namespace stagger::engine
