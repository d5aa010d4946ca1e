// SPDX-License-Identifier: Apache-2.0
//
// Every backend that is broken on purpose costs its own case, with a verdict or an error that says
// what is wrong; the next case runs as if nothing had been.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/integration/world.hpp"

namespace stagger::engine {
namespace {

struct Broken {
    const char* plugin;
    CaseStatus status;
    const char* verdict;
    std::vector<std::string> parts;  // of the message
    std::uint64_t schedules = 20;
};

std::ostream& operator<<(std::ostream& out, const Broken& broken) {
    return out << broken.plugin;
}

constexpr CaseStatus kFail = CaseStatus::Fail;
constexpr CaseStatus kError = CaseStatus::Error;

const Broken kAll[] = {
    {"broken_crash", kFail, "crash", {"signal 11"}},
    {"broken_exit", kFail, "crash", {"exited with status 3"}},
    {"broken_throw", kFail, "crash", {"signal 6"}},
    {"broken_loop", kFail, "hang", {"worker"}, 1},
    {"broken_racy", kFail, "not-linearizable", {"add n"}, 300},
    {"broken_unsteady", kError, "error", {"gave another history", "does not control"}, 300},
    {"broken_torn", kFail, "torn-value", {"padding"}, 300},
    {"broken_leaky", kFail, "leak", {"shared memory", "leak"}},
    {"broken_descriptors", kFail, "leak", {"4 open descriptors of a pipe"}},
    {"broken_result", kFail, "torn-value", {"bytes that it gave are no value"}},
    {"broken_status", kError, "error", {"broken_status"}},
    {"broken_version", kError, "error", {"broken_version", "version"}},
    {"broken_symbol", kError, "error", {"broken_symbol", "stagger_backend_entry"}},
    {"broken_attach", kError, "error", {"broken_attach", "attach gave no peer"}},
    {"broken_create_crash", kError, "error", {"creating", "signal"}},
    {"broken_create_exit", kError, "error", {"creating", "exited with status 0"}},
    {"broken_create_fail", kError, "error", {"broken_create_fail"}},
    {"broken_create_hang", kError, "error", {"creating", "slept without an end"}},
    {"broken_destroy_crash", kError, "error", {"cleaning up", "signal 6"}},
    {"broken_scribble", kError, "error", {"control segment", "its plan"}},
    {"many_mappings", CaseStatus::Inconclusive, "inconclusive", {"shared mappings", "256"}},
};

class BrokenPlugin : public ::testing::TestWithParam<Broken> {};

// Adds show a racy backend; stores and loads of a value of several pieces show a tearing one.
spec::Scenario scenario_for(const std::string& backend, bool adds) {
    return testing::scenario_from(R"(
name = "broken"
[objects]
n = { type = "register", initial = 0, size = 256 }
[process.worker]
count = 2
steps = [{ add = "n", value = 1, when = "adds" }, { store = "n", value = "self", when = "not adds" },
         { load = "n", into = "x" }]
[params]
adds = false
[[case]]
backend = ")" + backend + R"("
[case.params]
adds = )" + (adds ? "true" : "false") +
                                  "\n");
}

void expect_the_next_case_runs() {
    const spec::Scenario scenario = testing::scenario_at("specs/updates/increment.toml");
    CampaignOptions options = testing::world();
    options.schedules = 20;
    const CaseResult result =
        run_case(scenario, testing::case_of(scenario, "increment/shm/locked=true"), options);
    EXPECT_EQ(result.status, CaseStatus::Pass) << testing::describe(result);
}

TEST_P(BrokenPlugin, CostsItsOwnCaseAndNothingElse) {
    const Broken& broken = GetParam();
    const spec::Scenario scenario =
        scenario_for(broken.plugin, broken.plugin == std::string("broken_racy"));
    CampaignOptions options = testing::world();
    options.schedules = broken.schedules;
    options.replays = 1;
    const CaseResult result = run_case(scenario, scenario.cases.front(), options);
    EXPECT_EQ(result.status, broken.status) << testing::describe(result);
    EXPECT_EQ(result.verdict, broken.verdict) << testing::describe(result);
    for (const std::string& part : broken.parts) {
        EXPECT_NE(result.message.find(part), std::string::npos)
            << "no \"" << part << "\" in: " << result.message;
    }
    expect_the_next_case_runs();
}

INSTANTIATE_TEST_SUITE_P(All, BrokenPlugin, ::testing::ValuesIn(kAll),
                         [](const auto& tested) { return std::string(tested.param.plugin); });

// It is correct: nothing may be found, although its waits are nothing that Stagger can see.
TEST(APluginThatSleepsOutOfSight, LosesTheTokenAndTheCaseGoesOn) {
    const spec::Scenario scenario = scenario_for("out_of_sight", true);
    CampaignOptions options = testing::world();
    options.schedules = 12;
    const CaseResult result = run_case(scenario, scenario.cases.front(), options);
    EXPECT_EQ(result.status, CaseStatus::Pass) << testing::describe(result);
    EXPECT_GT(result.evidence.interleavings, 1u);
}

CaseResult searched(const spec::Scenario& scenario) {
    CampaignOptions options = testing::world();
    options.schedules = 200;
    return run_case(scenario, scenario.cases.front(), options);
}

// What the one list or the other says of accesses to memory that are no points.
std::string told(const std::vector<std::string>& sentences) {
    for (const std::string& sentence : sentences) {
        if (sentence.find("-fsanitize=thread") != std::string::npos) return sentence;
    }
    return "";
}

// No search of it can be complete, and the pass says why.
TEST(APluginWithoutInstrumentation, IsNeverComplete) {
    const CaseResult result = searched(scenario_for("broken_unseen", true));
    EXPECT_FALSE(result.evidence.complete);
    EXPECT_EQ(told(result.evidence.limits),
              "out of sight: backend broken_unseen: its accesses to shared memory, since it was "
              "compiled without -fsanitize=thread")
        << testing::describe(result);
    EXPECT_NE(told(result.evidence.unseen), "");
}

// The rest of the plugin is, which must not make it look as though all were.
TEST(APluginOfWhichOneSourceIsWithoutInstrumentation, IsNeverCompleteAndTheSourceIsNamed) {
    const CaseResult result = searched(scenario_for("half_seen", true));
    EXPECT_FALSE(result.evidence.complete);
    EXPECT_EQ(told(result.evidence.unseen),
              "backend half_seen: accesses to shared memory in half_seen_cell.cpp, compiled "
              "without -fsanitize=thread")
        << testing::describe(result);
}

TEST(APluginWithInstrumentation, HidesNothing) {
    const CaseResult result = searched(scenario_for("broken_racy", false));
    EXPECT_EQ(told(result.evidence.limits), "");
    EXPECT_EQ(told(result.evidence.unseen), "");
}

// There is nothing in it to be out of sight, so nobody is alarmed.
TEST(APluginWithoutSharedMemory, NeedsNoInstrumentation) {
    const CaseResult result = searched(testing::scenario_from(R"(
name = "files"
[objects]
m = { type = "mutex" }
[process.worker]
count = 2
steps = [ { lock = "m" }, { unlock = "m" } ]
[[case]]
backend = "stale_lock"
)"));
    EXPECT_EQ(result.status, CaseStatus::Pass) << testing::describe(result);
    EXPECT_TRUE(result.evidence.unseen.empty());
}

// In processes that are kept, an old value comes out too early; in fresh ones there is none, and
// what comes out was never put in. Either is the bug, and the one that can be shown again is told.
TEST(APluginWhoseResetLeavesOldValuesBehind, IsJudgedByWhatFreshProcessesShow) {
    const spec::Scenario scenario = testing::scenario_from(R"(
name = "early"
[objects]
q = { type = "queue" }
[process.writer]
count = 2
steps = [ { put = "q", value = "self + 1" } ]
[process.reader]
steps = [ { repeat = 2, steps = [ { take = "q", into = ["v", "how"] } ] } ]
[expect]
allow = ["not-linearizable", "lost-message"]
[[case]]
backend = "early_ring"
)");
    CampaignOptions options = testing::world();
    options.strategy = "pct";
    for (const std::uint64_t seed : {1u, 2u, 3u}) {
        options.seed = seed;
        const CaseResult result = run_case(scenario, scenario.cases.front(), options);
        ASSERT_EQ(result.status, CaseStatus::Fail) << testing::describe(result);
        const Finding& finding = result.findings.front();
        EXPECT_EQ(result.verdict, "invented-message") << testing::describe(result);
        EXPECT_GT(finding.replays, 0u);
        EXPECT_EQ(finding.replayed, finding.replays);
    }
}

TEST(MissingPlugin, IsAnErrorThatNamesTheNearestOne) {
    const spec::Scenario scenario = scenario_for("broken_crahs", false);
    const CaseResult result = run_case(scenario, scenario.cases.front(), testing::world());
    EXPECT_EQ(result.status, CaseStatus::Error);
    EXPECT_NE(result.message.find("did you mean \"broken_crash\"?"), std::string::npos)
        << result.message;
}

TEST(MissingWorker, IsAnErrorThatNamesTheFile) {
    const spec::Scenario scenario = scenario_for("shm", false);
    CampaignOptions options = testing::world();
    options.worker_path = "/no/such/stagger-worker";
    const CaseResult result = run_case(scenario, scenario.cases.front(), options);
    EXPECT_EQ(result.status, CaseStatus::Error);
    EXPECT_NE(result.message.find("/no/such/stagger-worker"), std::string::npos) << result.message;
}

}  // namespace
}  // namespace stagger::engine
