// SPDX-License-Identifier: Apache-2.0
//
// The same seed gives the same executions, byte for byte, and warm processes the same as fresh
// ones unless a case asks for these. With STAGGER_TEST_SCALE=100 each case runs 10,000 executions
// twice, and 500 fresh.
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/engine/core_lease.hpp"
#include "harness/engine/explorer.hpp"
#include "harness/spec/parse.hpp"
#include "specs.hpp"
#include "tests/integration/world.hpp"

namespace stagger::engine {
namespace {

constexpr std::uint64_t kWarm = 100;
constexpr std::uint64_t kFresh = 20;
constexpr std::uint64_t kMostFresh = 500;  // each starts its processes, which takes milliseconds

class Determinism : public ::testing::TestWithParam<const char*> {};

using Histories = std::vector<std::string>;

// The histories of the first `count` executions, also behind a violation. Empty if the case's
// backend cannot carry it.
Histories explore(const spec::Scenario& scenario, const spec::Case& spec_case,
                  spec::Lifetime lifetime, std::uint64_t count) {
    Histories histories;
    CampaignOptions options = testing::world();
    options.seed = 42;
    options.schedules = count;
    options.lifetime = lifetime;
    options.mode = spec::Mode::Controlled;
    options.keep_going = true;
    options.on_history = [&](std::uint64_t, std::string_view bytes) {
        histories.emplace_back(bytes);
    };
    const CoreLease core;
    auto opened = Runner::open(scenario, spec_case, options);
    if (const auto* failure = std::get_if<PoolFailure>(&opened)) {
        EXPECT_TRUE(failure->lacking) << failure->message;
        return histories;
    }
    Explorer explorer(std::get<Runner>(opened), spec_case, options);
    const Status explored = explorer.explore();
    EXPECT_TRUE(explored.ok()) << explored.error().message;
    EXPECT_EQ(explorer.spec_error(), "");
    // A search that has come to its end has no more of them.
    EXPECT_TRUE(histories.size() == count || explorer.evidence().complete) << histories.size();
    return histories;
}

void expect_same(const Histories& one, const Histories& other, const std::string& what) {
    const std::size_t count = std::min(one.size(), other.size());
    for (std::size_t i = 0; i < count; ++i) {
        if (one[i] == other[i]) continue;
        const auto part =
            std::mismatch(one[i].begin(), one[i].end(), other[i].begin(), other[i].end());
        ADD_FAILURE() << what << " first differs in execution " << i << ": " << one[i].size()
                      << " and " << other[i].size() << " bytes, the same up to byte "
                      << part.first - one[i].begin();
        return;
    }
}

TEST_P(Determinism, TheSameSeedGivesTheSameHistoriesAgainAndFreshOnesAreLikeWarmOnes) {
    const auto parsed = spec::load_scenario(std::string(kSpecsFolder) + "/" + GetParam());
    ASSERT_TRUE(parsed.scenario) << parsed.diagnostics.front().render();
    for (const spec::Case& spec_case : parsed.scenario->cases) {
        SCOPED_TRACE(spec_case.id);
        const auto run = [&](spec::Lifetime lifetime, std::uint64_t count) {
            return explore(*parsed.scenario, spec_case, lifetime, count);
        };
        const std::uint64_t executions = testing::scaled(kWarm);
        const std::uint64_t fresh_ones = std::min(testing::scaled(kFresh), kMostFresh);
        // What asks for fresh processes may keep in them what the next execution must not find.
        if (spec_case.explore.lifetime == spec::Lifetime::Fresh) {
            const Histories fresh = run(spec::Lifetime::Fresh, fresh_ones);
            expect_same(fresh, run(spec::Lifetime::Fresh, fresh_ones), "the second campaign");
            continue;
        }
        const Histories warm = run(spec::Lifetime::Warm, executions);
        if (warm.empty()) continue;
        expect_same(warm, run(spec::Lifetime::Warm, executions), "the second campaign");
        expect_same(warm, run(spec::Lifetime::Fresh, fresh_ones), "the fresh campaign");
    }
}

class SeveralThreads : public ::testing::TestWithParam<const char*> {};

// To them all memory of their process is shared, so that whatever plugins and the host keep from
// one execution to the next (a buffer's room, a count of resets) would make points, or take some
// away.
TEST_P(SeveralThreads, FindTheMemoryOfTheirProcessAsIfItWereNew) {
    const spec::Scenario scenario = testing::scenario_from(std::string(R"(
name = "threads"
[objects]
bytes  = { type = "stream" }
values = { type = "list", initial = [1, 2] }
permit = { type = "semaphore", initial = 1 }
[process.pair]
count = 2
threads = 2
steps = [
  { write = "bytes", bytes = 3, into = ["sent", "how"] },
  { write = "bytes", bytes = 43, into = ["sent", "how"] },
  { acquire = "permit" },
  { append = "values", value = "100 * self + thread" },
  { release = "permit" },
  { read = "bytes", bytes = 3, timeout = 1, into = ["got", "how"] },
  { read = "bytes", bytes = 90, timeout = 1, into = ["got", "how"] },
]
[process.reader]
steps = [ { read = "values", into = "x" }, { pop = "values", into = ["y", "how"] } ]
[[case]]
)") + GetParam());
    constexpr std::uint64_t kExecutions = 40;
    const spec::Case& spec_case = scenario.cases.front();
    const Histories warm = explore(scenario, spec_case, spec::Lifetime::Warm, kExecutions);
    expect_same(warm, explore(scenario, spec_case, spec::Lifetime::Warm, kExecutions), "again");
    expect_same(warm, explore(scenario, spec_case, spec::Lifetime::Fresh, kExecutions), "fresh");
}

std::string name_of_backend(const ::testing::TestParamInfo<const char*>& info) {
    std::string name = info.param;
    std::erase_if(name, [](unsigned char c) { return std::isalnum(c) == 0; });
    return name;
}

INSTANTIATE_TEST_SUITE_P(
    Backends, SeveralThreads,
    ::testing::Values(R"(backend = "shm")", "backend = \"shm\"\noptions = { lock = \"robust\" }",
                      R"(backend = "pipe")", R"(backend = "queue")", R"(backend = "socket")",
                      R"(backend = "manager")", R"(backend = "fifo")", R"(backend = "file")",
                      "backend = \"file\"\noptions = { lock = \"fcntl\", io = \"mmap\" }",
                      R"(backend = "futex")", R"(backend = "sysv")"),
    name_of_backend);

// Its library counts how often it was made, and is made for each execution.
TEST(FreshProcesses, BeginWithTheLibraryAsItWasLoaded) {
    const spec::Scenario scenario = testing::scenario_from(R"(
name = "numbered"
[objects]
n = { type = "register", initial = 1 }
[process.reader]
count = 2
steps = [ { load = "n", into = "x" }, { assert = "x == 1" } ]
[[case]]
backend = "numbered"
)");
    CampaignOptions options = testing::world();
    options.schedules = 50;
    options.lifetime = spec::Lifetime::Fresh;
    const CaseResult result = run_case(scenario, scenario.cases.front(), options);
    EXPECT_EQ(result.verdict, "ok") << testing::describe(result);
}

std::string test_name(const ::testing::TestParamInfo<const char*>& info) {
    std::string name = info.param;
    name.resize(name.rfind('.'));
    std::replace_if(
        name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Specs, Determinism, ::testing::ValuesIn(kSpecs), test_name);

}  // namespace
}  // namespace stagger::engine
