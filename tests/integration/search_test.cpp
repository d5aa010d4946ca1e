// SPDX-License-Identifier: Apache-2.0
//
// The default strategy finds what the suite of hard scenarios hides, with any of three seeds and
// within the budget of each case. The seeds are fixed, so this passes or fails for good; a change
// of strategy draws anew. With a mean of m schedules to a finding (bench_strategies measures it), a
// budget of b is missed with odds of about exp(-b/m): for the hardest here, of 1000 in 10,000, less
// than 1 in 20,000.
#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

#include "specs.hpp"
#include "tests/integration/world.hpp"

namespace stagger::engine {
namespace {

constexpr std::uint64_t kSeeds = 3;
// Larger cases are for the benchmark: what they show of a strategy takes its time.
constexpr std::uint32_t kMostProcesses = 12;

class Search : public ::testing::TestWithParam<std::string> {};

bool is_small(const spec::Scenario& scenario, const spec::Case& spec_case) {
    std::uint32_t processes = 0;
    for (const spec::Role& role : scenario.roles)
        processes += spec::processes_of(role, spec_case.params);
    return processes <= kMostProcesses;
}

TEST_P(Search, TheDefaultStrategyFindsEveryKnownBugWithinItsBudget) {
    const spec::Scenario scenario = testing::scenario_at("specs/" + GetParam());
    std::uint64_t bugs = 0;
    for (const spec::Case& spec_case : scenario.cases) {
        if (spec_case.finds.empty() || spec_case.backend != "shm") continue;
        if (!is_small(scenario, spec_case)) continue;
        ++bugs;
        EXPECT_FALSE(spec_case.explore.strategy) << spec_case.id << ": no tuning by case";
        CampaignOptions options = testing::world();
        options.search_only = true;
        for (options.seed = 1; options.seed <= kSeeds; ++options.seed) {
            const CaseResult result = run_case(scenario, spec_case, options);
            EXPECT_EQ(result.status, CaseStatus::Pass)
                << "seed " << options.seed << ", " << testing::describe(result);
        }
    }
    EXPECT_GT(bugs, 0u);
}

// Hundreds of decisions at random lead there, of which delta debugging alone would leave most.
TEST(Minimising, WhatWasFoundAmongManyTasksIsToldAsOneDelay) {
    const spec::Scenario scenario = testing::scenario_at("specs/search/reorder.toml");
    CampaignOptions options = testing::world();
    options.strategy = "random";
    for (options.seed = 1; options.seed <= 3; ++options.seed) {
        const CaseResult result =
            run_case(scenario, testing::case_of(scenario, "reorder/shm/setters=20"), options);
        ASSERT_EQ(result.findings.size(), 1u) << testing::describe(result);
        EXPECT_EQ(result.findings.front().schedule.decisions.size(), 1u);
        EXPECT_EQ(result.findings.front().replayed, result.findings.front().replays);
    }
}

std::vector<std::string> search_specs() {
    std::vector<std::string> files;
    for (const std::string_view file : kSpecs)
        if (file.starts_with("search/")) files.emplace_back(file);
    return files;
}

std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
    std::string name = info.param.substr(info.param.find('/') + 1);
    name.resize(name.find('.'));
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Suite, Search, ::testing::ValuesIn(search_specs()), test_name);

}  // namespace
}  // namespace stagger::engine
