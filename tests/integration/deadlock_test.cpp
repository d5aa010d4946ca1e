// SPDX-License-Identifier: Apache-2.0
//
// Being stuck is known at once, from who waits for what; no time-out is involved.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/integration/world.hpp"

namespace stagger::engine {
namespace {

constexpr const char* kTwoLocks = R"(
name = "two-locks"
[objects]
a = { type = "mutex" }
b = { type = "mutex" }
[process.left]
steps = [{ lock = "a" }, { lock = "b" }, { unlock = "b" }, { unlock = "a" }]
[process.right]
steps = [{ lock = "b" }, { lock = "a" }, { unlock = "a" }, { unlock = "b" }]
[[case]]
backend = ["shm", "pipe", "queue", "socket", "manager"]
)";

class Deadlock : public ::testing::TestWithParam<const char*> {};

std::vector<std::string> waits_of(const history::History& history) {
    std::vector<std::string> waits;
    for (const history::Wait& wait : history.waits) {
        waits.push_back(history.tasks[wait.task].name + ": " + wait.what);
    }
    return waits;
}

std::int64_t last_moment(const history::History& history) {
    std::int64_t last = 0;
    for (const history::Call& call : history.calls) {
        last = std::max({last, call.invoked_at, call.responded_at});
    }
    return last;
}

TEST_P(Deadlock, OfTwoLocksNamesBothTasksAndWhatEachHoldsAndWaitsFor) {
    const spec::Scenario scenario = testing::scenario_from(kTwoLocks);
    const CaseResult result =
        run_case(scenario, testing::case_of(scenario, std::string("two-locks/") + GetParam()),
                 testing::world());
    ASSERT_EQ(result.verdict, "deadlock") << testing::describe(result);
    const Finding& finding = result.findings.front();
    EXPECT_EQ(finding.history.ending, history::Ending::Deadlock);
    EXPECT_EQ(waits_of(finding.history),
              (std::vector<std::string>{"left: lock b", "right: lock a"}));
    const std::string& message = finding.verdict.violations.front().message;
    for (const char* part : {"left", "right", "a", "b", "holds", "waits for"}) {
        EXPECT_NE(message.find(part), std::string::npos) << message;
    }
    EXPECT_LE(finding.schedule.decisions.size(), 1u);
    EXPECT_EQ(finding.replayed, finding.replays);
}

// Each point takes 100 ns of virtual time; any time-out that took part would show as a jump.
TEST_P(Deadlock, IsDecidedWithoutATimeOut) {
    const spec::Scenario scenario = testing::scenario_from(kTwoLocks);
    const CaseResult result =
        run_case(scenario, testing::case_of(scenario, std::string("two-locks/") + GetParam()),
                 testing::world());
    ASSERT_FALSE(result.findings.empty()) << testing::describe(result);
    EXPECT_LT(last_moment(result.findings.front().history), 1'000'000) << "virtual ns";
}

INSTANTIATE_TEST_SUITE_P(SharingBackends, Deadlock,
                         ::testing::Values("shm", "pipe", "queue", "socket", "manager"),
                         [](const auto& tested) { return std::string(tested.param); });

TEST(Stuck, WhoWaitsWithATimeOutIsNotStuck) {
    const spec::Scenario scenario = testing::scenario_from(R"(
name = "patient"
[objects]
q = { type = "queue", capacity = 1 }
[process.taker]
steps = [{ take = "q", timeout = 3600, into = ["x", "how"] }]
[process.other]
steps = [{ size = "q", into = "s" }]
[expect]
final = "taker.how ~= 'ok'"
[[case]]
backend = ["shm", "pipe", "queue", "socket", "manager"]
)");
    CampaignOptions options = testing::world();
    options.schedules = 20;
    for (const spec::Case& spec_case : scenario.cases) {
        const CaseResult result = run_case(scenario, spec_case, options);
        EXPECT_EQ(result.verdict, "ok") << testing::describe(result);
    }
}

TEST(Stuck, ATaskThatTakesItsOwnLockTwiceIsToldSo) {
    const spec::Scenario scenario = testing::scenario_from(R"(
name = "twice"
[objects]
m = { type = "mutex" }
[process.worker]
count = 2
steps = [{ lock = "m" }, { lock = "m" }, { unlock = "m" }, { unlock = "m" }]
[[case]]
backend = ["shm", "manager"]
)");
    for (const spec::Case& spec_case : scenario.cases) {
        const CaseResult result = run_case(scenario, spec_case, testing::world());
        EXPECT_EQ(result.verdict, "unexpected-error") << testing::describe(result);
        EXPECT_NE(result.message.find("holds already"), std::string::npos) << result.message;
    }
}

TEST(Stuck, ADaemonThatStillWaitsIsStoppedNotStuck) {
    const spec::Scenario scenario = testing::scenario_from(R"(
name = "daemon"
[objects]
q = { type = "queue", capacity = 2 }
done = { type = "queue", capacity = 4 }
[process.clerk]
daemon = true
steps = [{ while = "true", limit = 100, steps = [
  { take = "q", into = "x" }, { put = "done", value = "x" } ] }]
[process.client]
steps = [{ put = "q", value = 1 }, { put = "q", value = 2 },
         { take = "done", into = "a" }, { take = "done", into = "b" }]
[expect]
final = "client.a == 1 and client.b == 2"
[[case]]
backend = ["shm", "pipe", "queue", "socket", "manager"]
)");
    CampaignOptions options = testing::world();
    options.schedules = 50;
    for (const spec::Case& spec_case : scenario.cases) {
        const CaseResult result = run_case(scenario, spec_case, options);
        EXPECT_EQ(result.verdict, "ok") << testing::describe(result);
    }
}

TEST(Stuck, ALoopThatNeverEndsIsALivelockAtTheStepLimit) {
    const spec::Scenario scenario = testing::scenario_from(R"(
name = "spinning"
[explore]
step_limit = 2000
[objects]
n = { type = "register", initial = 0 }
[process.left]
steps = [{ while = "true", limit = 1000000, steps = [{ load = "n", into = "x" }] }]
[process.right]
steps = [{ while = "true", limit = 1000000, steps = [{ store = "n", value = "i" }] }]
[[case]]
backend = "shm"
)");
    CampaignOptions options = testing::world();
    options.schedules = 3;
    const CaseResult result = run_case(scenario, scenario.cases.front(), options);
    EXPECT_EQ(result.verdict, "livelock") << testing::describe(result);
}

// However low, it is no obstacle to what the processes do before their first step.
TEST(Stuck, TheStepLimitIsAboutStepsAndNotAboutJoiningTheBackend) {
    const spec::Scenario scenario = testing::scenario_from(R"(
name = "short"
[explore]
step_limit = 3
[objects]
n = { type = "register", initial = 0 }
[process.p]
count = 2
repeat = 9
steps = [{ add = "n", value = 1 }]
[[case]]
backend = ["shm", "pipe"]
)");
    CampaignOptions options = testing::world();
    options.schedules = 2;
    for (const spec::Case& spec_case : scenario.cases) {
        const CaseResult result = run_case(scenario, spec_case, options);
        EXPECT_EQ(result.verdict, "livelock") << testing::describe(result);
    }
}

}  // namespace
}  // namespace stagger::engine
