// SPDX-License-Identifier: Apache-2.0
//
// Faults in real processes: they strike everywhere they can, what they lead to is told apart, and
// nothing of them is left behind. STAGGER_TEST_SCALE=50 makes 100,000 executions with kills.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/check/stuck.hpp"
#include "harness/engine/core_lease.hpp"
#include "harness/engine/runner.hpp"
#include "harness/engine/strategy/strategy.hpp"
#include "tests/integration/processes.hpp"
#include "tests/integration/world.hpp"

namespace stagger::engine {
namespace {

// A mutex, in whose critical section the owner may die; `lock` is of shm.
std::string owner_text(const std::string& lock, const std::string& more = "") {
    return R"(
name = "owner"
[objects]
m = { type = "mutex" }
n = { type = "register", initial = 0 }
[process.owner]
steps = [{ lock = "m" }, { store = "n", value = 1 }, { unlock = "m" }]
[process.other]
steps = [{ lock = "m", into = ["_", "how"] }, { load = "n", into = "x" }, { unlock = "m" }]
[faults]
kill = "owner"
[[case]]
backend = "shm"
options = { lock = ")" +
           lock + "\" }\n" + more;
}

Runner open(const spec::Scenario& scenario) {
    auto opened = Runner::open(scenario, scenario.cases.front(), testing::world());
    if (const auto* failure = std::get_if<PoolFailure>(&opened))
        throw std::runtime_error(failure->message);
    return std::move(std::get<Runner>(opened));
}

// What the execution shows in which the owner is killed at its `ordinal`-th chance.
struct Struck {
    bool came = false, held = false;
    std::vector<std::string> symptoms;
};

Struck strike(Runner& runner, std::uint32_t ordinal) {
    plan_calm(runner.plan());
    runner.plan().strikes[0] = {0, ordinal, 0, 0, FaultKind::Kill, 0};
    runner.plan().strike_count = 1;
    const auto seen = runner.run(spec::Lifetime::Warm);
    EXPECT_TRUE(seen.ok()) << seen.error().message;
    Struck struck;
    const history::History history = runner.history();
    struck.came = !history.strikes.empty();
    for (const history::Call& call : history.calls) {
        const bool back = call.responded != history::kNone;
        if (call.task != 0 || !back) continue;
        if (call.operation == Operation::Lock) struck.held = true;
        if (call.operation == Operation::Unlock) struck.held = false;
    }
    for (const check::Violation& violation : (*seen)->verdict.violations)
        struck.symptoms.emplace_back(check::name(violation.symptom));
    EXPECT_TRUE((*seen)->verdict.inconclusive.empty());
    return struck;
}

// Whoever dies inside `lock` may have it already, and inside `unlock` still.
TEST(Faults, AnOwnerKilledAtAnyPointOfItsCriticalSectionLeavesAPlainMutexLockedForEver) {
    const CoreLease core;
    const spec::Scenario scenario = testing::scenario_from(owner_text("mutex"));
    Runner runner = open(scenario);
    std::uint32_t inside = 0, ordinal = 1;
    for (;; ++ordinal) {
        const Struck struck = strike(runner, ordinal);
        if (!struck.came) break;
        if (!struck.held) continue;
        const bool stuck = std::find(struck.symptoms.begin(), struck.symptoms.end(),
                                     "stuck-after-crash") != struck.symptoms.end();
        inside += stuck ? 1 : 0;
        EXPECT_LE(struck.symptoms.size(), stuck ? 1u : 0u) << "chance " << ordinal;
    }
    EXPECT_GT(ordinal, 10u);
    EXPECT_GT(inside, 5u);
}

TEST(Faults, AnOwnerKilledAtAnyPointHandsARobustMutexOn) {
    const CoreLease core;
    const spec::Scenario scenario = testing::scenario_from(owner_text("robust"));
    Runner runner = open(scenario);
    std::uint32_t ordinal = 1;
    for (;; ++ordinal) {
        const Struck struck = strike(runner, ordinal);
        if (!struck.came) break;
        EXPECT_EQ(struck.symptoms, std::vector<std::string>{}) << "chance " << ordinal;
    }
    EXPECT_GT(ordinal, 10u);
}

// By the number of its process, which is how people tell that the owner of a lock file is dead.
TEST(Faults, LeaveAProcessThatIsGoneForThoseWhoLookForIt) {
    const CoreLease core;
    for (const char* look : {"signal", "proc"}) {
        SCOPED_TRACE(look);
        const spec::Scenario scenario = testing::scenario_from(fmt::format(R"(
name = "stale"
[objects]
m = {{ type = "mutex" }}
[process.owner]
steps = [ {{ lock = "m" }}, {{ unlock = "m" }} ]
[process.other]
steps = [ {{ lock = "m" }}, {{ unlock = "m" }} ]
[faults]
kill = "owner"
[explore]
step_limit = 20000
[[case]]
backend = "stale_lock"
options = {{ look = "{}" }}
)",
                                                                           look));
        Runner runner = open(scenario);
        int held = 0;
        for (std::uint32_t ordinal = 1;; ++ordinal) {
            const Struck struck = strike(runner, ordinal);
            if (!struck.came) break;
            held += struck.held ? 1 : 0;
            EXPECT_TRUE(struck.symptoms.empty()) << ordinal << ": " << struck.symptoms.front();
        }
        EXPECT_GT(held, 0);
    }
}

TEST(Faults, AreReplayedAndMinimisedLikeOtherDecisions) {
    const spec::Scenario scenario = testing::scenario_from(owner_text("mutex"));
    CampaignOptions options = testing::world();
    options.replays = 20;
    const CaseResult result = run_case(scenario, scenario.cases.front(), options);
    ASSERT_EQ(result.findings.size(), 1u) << testing::describe(result);
    const Finding& finding = result.findings.front();
    EXPECT_EQ(testing::symptoms_of(result), "stuck-after-crash");
    EXPECT_EQ(finding.replayed, 20u);
    ASSERT_EQ(finding.schedule.decisions.size(), 1u);
    EXPECT_EQ(finding.schedule.decisions[0].choice, schedule::Choice::Fault);
    EXPECT_EQ(finding.schedule.decisions[0].target, "kill");
    EXPECT_EQ(finding.schedule.decisions[0].task, "owner");
}

// Far fewer steps are enough to look for the smallest schedule; what it shows has to hold with all.
TEST(AWaitThatLooksAgainForEver, IsMinimisedWithFewerStepsAndConfirmedWithAll) {
    const spec::Scenario scenario = testing::scenario_from(R"(
name = "polled"
[objects]
go = { type = "event" }
[process.sleeper]
steps = [ { wait = "go" } ]
[process.waker]
steps = [ { set = "go" }, { clear = "go" } ]
[explore]
step_limit = 61_000
[[case]]
backend = "file"
)");
    CampaignOptions options = testing::world();
    options.strategy = "pct";
    options.replays = 1;
    const CaseResult result = run_case(scenario, scenario.cases.front(), options);
    ASSERT_FALSE(result.findings.empty()) << testing::describe(result);
    const Finding& finding = result.findings.front();
    EXPECT_EQ(finding.history.ending, history::Ending::Livelock) << testing::describe(result);
    EXPECT_LE(finding.schedule.decisions.size(), 1u) << testing::describe(result);
    EXPECT_EQ(finding.replayed, finding.replays);
    EXPECT_NE(finding.history.detail.find("step limit"), std::string::npos);
}

TEST(Faults, AreNotToldWhereNoneIsNeeded) {
    const spec::Scenario scenario = testing::scenario_from(R"(
name = "bystander"
[objects]
n = { type = "register", initial = 0 }
[process.worker]
count = 2
steps = [{ as_one = "add", steps = [{ load = "n", into = "x" }, { store = "n", value = "x + 1" }] }]
[process.bystander]
steps = [{ load = "n", into = "x" }, { load = "n", into = "x" }]
[faults]
kill = "bystander"
[[case]]
backend = "shm"
options = { lock = "robust" }
)");
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        CampaignOptions options = testing::world();
        options.seed = seed;
        const CaseResult result = run_case(scenario, scenario.cases.front(), options);
        ASSERT_EQ(testing::symptoms_of(result), "lost-update") << testing::describe(result);
        for (const schedule::Decision& decision : result.findings.front().schedule.decisions)
            EXPECT_NE(decision.choice, schedule::Choice::Fault);
    }
}

TEST(Faults, WorkUnderEveryStrategy) {
    const spec::Scenario scenario = testing::scenario_from(owner_text("mutex"));
    for (const char* strategy :
         {"random", "pct", "delay", "pos", "surw", "constraint", "exhaustive", "portfolio"}) {
        CampaignOptions options = testing::world();
        options.strategy = strategy;
        options.schedules = 300;
        const CaseResult result = run_case(scenario, scenario.cases.front(), options);
        EXPECT_EQ(testing::symptoms_of(result), "stuck-after-crash")
            << strategy << ": " << testing::describe(result);
    }
}

TEST(Faults, ASearchOfAllExecutionsSearchesAllStrikesToo) {
    const spec::Scenario scenario = testing::scenario_from(R"(
name = "tiny"
[objects]
m = { type = "mutex" }
[process.owner]
steps = [{ lock = "m" }, { unlock = "m" }]
[process.other]
steps = [{ lock = "m", into = ["_", "how"] }, { unlock = "m" }]
[faults]
kill = "owner"
[[case]]
backend = "shm"
options = { lock = "robust" }
)");
    CampaignOptions options = testing::world();
    options.strategy = "exhaustive";
    const CaseResult with = run_case(scenario, scenario.cases.front(), options);
    EXPECT_EQ(with.verdict, "ok") << testing::describe(with);
    EXPECT_TRUE(with.evidence.complete);
    spec::Case without = scenario.cases.front();
    without.faults = {};
    const CaseResult calm = run_case(scenario, without, options);
    EXPECT_TRUE(calm.evidence.complete);
    EXPECT_GT(with.evidence.classes, calm.evidence.classes);
}

// One execution in four is without a kill, so three in four cost a process, which is reaped at once
// and replaced before the next: the most of several executions is what they take.
TEST(Faults, LeaveNothingBehind) {
    const spec::Scenario scenario = testing::scenario_from(owner_text("robust"));
    CampaignOptions options = testing::world();
    options.strategy = "random";
    options.schedules = testing::scaled(2'000);
    options.keep_going = true;
    testing::Usage early, late;
    const auto note = [](testing::Usage& most) {
        const testing::Usage now = testing::usage();
        most.descriptors = std::max(most.descriptors, now.descriptors);
        most.descendants = std::max(most.descendants, now.descendants);
    };
    options.on_progress = [&](std::uint64_t executions) {
        if (executions > 170 && executions <= 200) note(early);
        if (executions > *options.schedules - 30) note(late);
    };
    const CaseResult result = run_case(scenario, scenario.cases.front(), options);
    EXPECT_EQ(result.verdict, "ok") << testing::describe(result);
    EXPECT_EQ(late.descriptors, early.descriptors);
    EXPECT_EQ(late.descendants, early.descendants);
    EXPECT_EQ(testing::usage().descendants, 0u);
}

}  // namespace
}  // namespace stagger::engine
