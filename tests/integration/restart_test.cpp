// SPDX-License-Identifier: Apache-2.0
//
// A process that is killed at any of its points and started again, over backends whose objects live
// in a server: what the dead one asked for and did not hear is not for who comes in its place.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "harness/engine/core_lease.hpp"
#include "harness/engine/runner.hpp"
#include "harness/engine/strategy/strategy.hpp"
#include "tests/integration/world.hpp"

namespace stagger::engine {
namespace {

// What the execution shows in which the task is killed at its `ordinal`-th chance; nothing, if it
// has fewer.
std::optional<std::string> struck_at(Runner& runner, std::uint32_t task, std::uint32_t ordinal) {
    plan_calm(runner.plan());
    runner.plan().strikes[0] = {task, ordinal, 0, 0, FaultKind::Restart, 0};
    runner.plan().strike_count = 1;
    const auto seen = runner.run(spec::Lifetime::Warm);
    if (!seen.ok()) throw std::runtime_error(seen.error().message);
    if (runner.history().strikes.empty()) return std::nullopt;
    const check::Verdict& verdict = (*seen)->verdict;
    std::string shown;
    for (const std::string& why : verdict.inconclusive) shown += "inconclusive: " + why + "; ";
    for (const check::Violation& violation : verdict.violations)
        shown += fmt::format("{}: {}; ", check::name(violation.symptom), violation.message);
    return shown;
}

// By chance, from the first.
std::vector<std::string> struck_everywhere(const std::string& text, std::uint32_t task = 0) {
    const CoreLease core;
    const spec::Scenario scenario = testing::scenario_from(text);
    auto opened = Runner::open(scenario, scenario.cases.front(), testing::world());
    if (const auto* failure = std::get_if<PoolFailure>(&opened))
        throw std::runtime_error(failure->message);
    std::vector<std::string> shown;
    for (std::uint32_t ordinal = 1;; ++ordinal) {
        auto one = struck_at(std::get<Runner>(opened), task, ordinal);
        if (!one) return shown;
        shown.push_back(*std::move(one));
    }
}

class ServedBackend : public ::testing::TestWithParam<const char*> {};

// Each answer can be told from each other. The second value takes several parts of a message.
TEST_P(ServedBackend, GivesAClientThatStartsAgainNoAnswerThatWasMeantForTheDeadOne) {
    const auto shown = struck_everywhere(fmt::format(R"(
name = "answers"
[objects]
small = {{ type = "register", initial = 1 }}
large = {{ type = "register", initial = 2, size = 6000 }}
[process.client]
steps = [
  {{ load = "small", into = "a" }},
  {{ swap = "large", value = 2, into = "b" }},
  {{ load = "small", into = "c" }},
  {{ assert = "a == 1 and b == 2 and c == 1" }},
]
[process.other]
steps = [{{ load = "small", into = "x" }}]
[faults]
restart = "client"
[[case]]
{})",
                                                     GetParam()));
    EXPECT_GT(shown.size(), 15u);
    for (std::size_t i = 0; i < shown.size(); ++i) EXPECT_EQ(shown[i], "") << "chance " << i + 1;
}

// The dead one has the lock, or waits for it; who comes in its place holds nothing.
TEST_P(ServedBackend, GivesAClientThatStartsAgainNoLockThatTheDeadOneHeld) {
    const auto shown = struck_everywhere(fmt::format(R"(
name = "held"
[objects]
m = {{ type = "mutex" }}
[process.client]
steps = [{{ lock = "m" }}, {{ unlock = "m" }}]
[process.other]
steps = [{{ lock = "m" }}, {{ unlock = "m" }}]
[faults]
restart = "client"
[[case]]
{})",
                                                     GetParam()));
    std::size_t stuck = 0;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const bool is_stuck = shown[i].rfind("stuck-after-crash: ", 0) == 0;
        stuck += is_stuck ? 1 : 0;
        EXPECT_TRUE(is_stuck || shown[i].empty()) << "chance " << i + 1 << ": " << shown[i];
    }
    EXPECT_GT(stuck, 0u);
    EXPECT_LT(stuck, shown.size());
}

// Whichever of its threads is struck, both begin from the first step, and the last of the two that
// did so finds what all have done.
TEST(Restart, BringsBackAllThreadsOfAProcess) {
    constexpr const char* kText = R"(
name = "threads"
[objects]
n = { type = "register", initial = 0 }
[process.worker]
threads = 2
steps = [{ add = "n", value = "10 ^ (2 * thread) // 1" }, { load = "n", into = "x" }]
[process.other]
steps = [{ load = "n", into = "x" }]
[faults]
restart = "worker"
[expect]
final = "n % 100 >= 1 and n % 100 <= 2 and n // 100 >= 1 and n // 100 <= 2"
[[case]]
backend = "shm"
options = { lock = "robust" }
)";
    for (const std::uint32_t task : {0u, 1u}) {
        const auto shown = struck_everywhere(kText, task);
        EXPECT_GT(shown.size(), 10u);
        for (std::size_t i = 0; i < shown.size(); ++i) {
            EXPECT_EQ(shown[i], "") << "task " << task << ", chance " << i + 1;
        }
    }
}

std::string name_of(const ::testing::TestParamInfo<const char*>& info) {
    std::string name;
    for (const char* c = info.param; *c != '\0'; ++c)
        if (std::isalpha(static_cast<unsigned char>(*c)) != 0) name += *c;
    return name;
}

INSTANTIATE_TEST_SUITE_P(Faults, ServedBackend,
                         ::testing::Values(R"(backend = "pipe")", R"(backend = "queue")",
                                           R"(backend = "manager")", R"(backend = "fifo")",
                                           R"(backend = "socket")",
                                           "backend = \"socket\"\noptions.kind = \"seqpacket\"",
                                           "backend = \"socket\"\noptions.kind = \"datagram\"",
                                           "backend = \"socket\"\noptions.kind = \"tcp\""),
                         name_of);

// Its threads are still there when the one that dies passes on whose turn it is: what is for those
// who take their places is not for them: a campaign of these would hang within its first few.
TEST(AProcessOfSeveralThreads, StartsAgainWhicheverOfThemIsKilled) {
    const spec::Scenario scenario = testing::scenario_from(R"(
name = "threads"
[objects]
n = { type = "register", initial = 0 }
[process.worker]
threads = 3
steps = [ { add = "n", value = 1 }, { load = "n", into = "x" } ]
[process.other]
steps = [ { add = "n", value = 1 } ]
[[case]]
backend = "pipe"
faults = { restart = "worker" }
)");
    CampaignOptions options = testing::world();
    options.schedules = 300;
    options.strategy = "random";
    options.seed = 1;
    const CaseResult result = run_case(scenario, scenario.cases.front(), options);
    EXPECT_EQ(result.verdict, "ok") << testing::describe(result);
    EXPECT_EQ(result.schedules, 300u);
}

}  // namespace
}  // namespace stagger::engine
