// SPDX-License-Identifier: Apache-2.0
//
// any(): inputs of the scenario that the strategies and the fuzzer choose, in real processes.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/integration/world.hpp"
#include "tests/support/temporary_folder.hpp"

namespace stagger::engine {
namespace {

constexpr const char* kFile = "specs/inputs/overdraft.toml";

std::vector<schedule::Decision> inputs_of(const Finding& finding) {
    std::vector<schedule::Decision> inputs;
    for (const schedule::Decision& decision : finding.schedule.decisions) {
        if (decision.choice == schedule::Choice::Input) inputs.push_back(decision);
    }
    return inputs;
}

class Inputs : public ::testing::Test {
protected:
    CaseResult run(const std::string& id, const CampaignOptions& options) const {
        return run_case(scenario_, testing::case_of(scenario_, id), options);
    }
    const spec::Scenario scenario_ = testing::scenario_at(kFile);
    CampaignOptions options_ = testing::world();
};

// Needs a certain order and more than 100 together, which a fifth of all draws are.
TEST_F(Inputs, AreDrawnUntilTheyShowTheBugAndAreThenMadeSmall) {
    const testing::TemporaryFolder folder;
    options_.out_directory = folder.path();
    const CaseResult result = run("overdraft/shm", options_);
    ASSERT_EQ(result.findings.size(), 1u) << testing::describe(result);
    const Finding& finding = result.findings.front();
    EXPECT_EQ(finding.replayed, finding.replays);
    const auto inputs = inputs_of(finding);
    ASSERT_EQ(inputs.size(), 2u);
    EXPECT_EQ(inputs[0].value + inputs[1].value, 101) << "the least that is more than there is";
    EXPECT_EQ(inputs[0].label, "let amount");

    const auto file = schedule::read_file(finding.schedule_path);
    ASSERT_TRUE(file.ok()) << file.error().message;
    EXPECT_EQ(file->schedule.decisions, finding.schedule.decisions);
    const auto& spec_case = testing::case_of(scenario_, "overdraft/shm");
    const auto again = replay(scenario_, spec_case, *file, 5, false, testing::world());
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_TRUE(again->fits) << again->misfit;
    EXPECT_EQ(again->shown, 5u);
}

TEST_F(Inputs, ThatNoLongerFitAreToldOf) {
    const testing::TemporaryFolder folder;
    options_.out_directory = folder.path();
    const CaseResult result = run("overdraft/shm", options_);
    ASSERT_EQ(result.findings.size(), 1u) << testing::describe(result);
    auto file = schedule::read_file(result.findings.front().schedule_path);
    ASSERT_TRUE(file.ok()) << file.error().message;
    const auto& spec_case = testing::case_of(scenario_, "overdraft/shm");
    const auto misfit = [&](std::uint32_t number, std::int64_t value) {
        schedule::ScheduleFile changed = *file;
        for (schedule::Decision& decision : changed.schedule.decisions) {
            if (decision.choice != schedule::Choice::Input) continue;
            decision.point = number;
            decision.value = value;
            break;
        }
        const auto again = replay(scenario_, spec_case, changed, 1, false, testing::world());
        return again.ok() ? again->misfit : again.error().message;
    };
    EXPECT_NE(misfit(1, 81).find("was to draw 81"), std::string::npos) << misfit(1, 81);
    EXPECT_NE(misfit(2, 80).find("never for number 2"), std::string::npos) << misfit(2, 80);
}

TEST_F(Inputs, AreTheSameForTheSameSeedAndOthersForAnother) {
    const auto histories = [&](std::uint64_t seed) {
        std::vector<std::string> all;
        options_.seed = seed;
        options_.schedules = 100;
        options_.on_history = [&all](std::uint64_t, std::string_view bytes) {
            all.emplace_back(bytes);
        };
        const CaseResult result = run("overdraft/pipe/locked=true", options_);
        EXPECT_EQ(result.status, CaseStatus::Pass) << testing::describe(result);
        return all;
    };
    const auto first = histories(3);
    EXPECT_EQ(first, histories(3));
    EXPECT_NE(first, histories(4));
}

TEST_F(Inputs, AreNeverProvedComplete) {
    options_.strategy = "exhaustive";
    const CaseResult result = run("overdraft/shm/locked=true", options_);
    EXPECT_FALSE(result.evidence.complete);
    const auto& limits = result.evidence.limits;
    EXPECT_TRUE(std::any_of(limits.begin(), limits.end(), [](const std::string& limit) {
        return limit.find("any() gave its least value") != std::string::npos;
    })) << testing::describe(result);
}

// Without inputs the same search of a case as small as this one ends with a proof.
TEST_F(Inputs, KeepThePortfolioFromClaimingAProof) {
    options_.schedules = 400;
    const CaseResult result = run("overdraft/shm/locked=true", options_);
    EXPECT_EQ(result.schedules, 400u) << testing::describe(result);
    EXPECT_FALSE(result.evidence.complete);
}

constexpr const char* kBadRange = R"toml(
name = "range"
[objects]
n = { type = "register", initial = 0 }
[process.p]
steps = [{ store = "n", value = "any(self + 2, 1)" }]
[[case]]
backend = "shm"
)toml";

TEST(BadInput, IsAMistakeOfTheSpecWithItsPlace) {
    const spec::Scenario scenario = testing::scenario_from(kBadRange);
    const CaseResult result = run_case(scenario, scenario.cases.front(), testing::world());
    EXPECT_TRUE(result.spec_error);
    EXPECT_NE(result.message.find("6:33"), std::string::npos) << result.message;
    EXPECT_NE(result.message.find("any(2, 1) has nothing to give"), std::string::npos)
        << result.message;
}

// 40 executions of 4 values: each is missed with odds of (3/4)^39, below 1 in 70,000. The other
// role only makes it a case of two tasks.
TEST(FreeInputs, AreDrawnToo) {
    const spec::Scenario scenario = testing::scenario_from(R"toml(
name = "free"
[objects]
n = { type = "register", initial = 0 }
[process.p]
steps = [{ let = { x = "any(0, 3)" } }, { store = "n", value = "x" }]
[process.q]
steps = [{ load = "n", into = "y" }]
[expect]
observe = ["p.x"]
outcomes = { "0" = "acceptable", "1" = "acceptable", "2" = "acceptable", "3" = "acceptable" }
[[case]]
backend = "shm"
explore = { mode = "free" }
)toml");
    CampaignOptions options = testing::world();
    options.schedules = 40;
    const CaseResult result = run_case(scenario, scenario.cases.front(), options);
    EXPECT_EQ(result.evidence.outcomes.size(), 4u) << testing::describe(result);
}

}  // namespace
}  // namespace stagger::engine
