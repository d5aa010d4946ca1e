// SPDX-License-Identifier: Apache-2.0
//
// A long campaign costs no more than a short one. STAGGER_TEST_SCALE=50 makes a million executions.
#include <gtest/gtest.h>

#include <optional>

#include "tests/integration/processes.hpp"
#include "tests/integration/world.hpp"

namespace stagger::engine {
namespace {

// What the allocator may keep back, and statistics whose size has a bound.
constexpr std::size_t kRoomKb = 512;

struct Campaign {
    testing::Usage early, late;
    CaseResult result;
};

// The test's own usage after `warm_up` executions and at the end of `count`.
Campaign run(const spec::Scenario& scenario, const std::string& id, spec::Lifetime lifetime,
             std::uint64_t warm_up, std::uint64_t count) {
    Campaign campaign;
    CampaignOptions options = testing::world();
    options.schedules = count;
    options.lifetime = lifetime;
    options.keep_going = true;
    options.on_progress = [&](std::uint64_t executions) {
        if (executions == warm_up) campaign.early = testing::usage();
        if (executions == count) campaign.late = testing::usage();
    };
    campaign.result = run_case(scenario, testing::case_of(scenario, id), options);
    EXPECT_EQ(campaign.result.schedules, count) << testing::describe(campaign.result);
    return campaign;
}

void expect_no_growth(const Campaign& campaign) {
    EXPECT_GT(campaign.early.descendants, 0u);
    EXPECT_EQ(campaign.late.descriptors, campaign.early.descriptors);
    EXPECT_EQ(campaign.late.descendants, campaign.early.descendants);
    EXPECT_LE(campaign.late.resident_kb, campaign.early.resident_kb + kRoomKb);
}

TEST(Resources, AreTheSameAfterManyWarmExecutionsAsAfterFew) {
    const spec::Scenario scenario = testing::scenario_at("specs/updates/increment.toml");
    for (const char* id : {"increment/shm", "increment/shm/locked=true"}) {
        SCOPED_TRACE(id);
        expect_no_growth(run(scenario, id, spec::Lifetime::Warm, 2'000, testing::scaled(20'000)));
    }
}

TEST(Resources, AreTheSameAfterManyFreshExecutionsAsAfterFew) {
    const spec::Scenario scenario = testing::scenario_at("specs/updates/increment.toml");
    for (const char* backend : {"shm", "pipe", "queue", "socket", "manager"}) {
        SCOPED_TRACE(backend);
        expect_no_growth(run(scenario, std::string("increment/") + backend + "/locked=true",
                             spec::Lifetime::Fresh, 20, testing::scaled(100)));
    }
}

// Each deadlock costs the pool its processes, which are made again.
TEST(Resources, AreTheSameAfterManyDeadlocksAsAfterFew) {
    const spec::Scenario scenario = testing::scenario_at("specs/locks/lock-order.toml");
    expect_no_growth(
        run(scenario, "lock-order/shm", spec::Lifetime::Warm, 50, testing::scaled(300)));
}

TEST(Resources, AreGivenBackAtTheEndOfACase) {
    const spec::Scenario scenario = testing::scenario_at("specs/updates/increment.toml");
    CampaignOptions options = testing::world();
    options.schedules = 10;
    std::optional<testing::Usage> first;
    for (const spec::Case& spec_case : scenario.cases) {
        run_case(scenario, spec_case, options);
        const testing::Usage now = testing::usage();
        EXPECT_EQ(now.descendants, 0u) << spec_case.id;
        if (!first) first = now;
        EXPECT_EQ(now.descriptors, first->descriptors) << spec_case.id;
    }
}

}  // namespace
}  // namespace stagger::engine
