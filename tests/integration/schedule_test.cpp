// SPDX-License-Identifier: Apache-2.0
//
// A finding outlives the campaign: its schedule file shows the violation again in new processes,
// and says where it no longer fits a spec that has changed.
#include <gtest/gtest.h>

#include <stdexcept>

#include "harness/spec/cases.hpp"
#include "tests/integration/world.hpp"
#include "tests/support/run_command.hpp"
#include "tests/support/temporary_folder.hpp"

namespace stagger::engine {
namespace {

constexpr const char* kCase = "increment/shm";

class ScheduleFile : public ::testing::Test {
protected:
    void SetUp() override {
        CampaignOptions options = testing::world();
        options.out_directory = folder_.path();
        const CaseResult result = run_case(scenario_, testing::case_of(scenario_, kCase), options);
        ASSERT_EQ(result.findings.size(), 1u) << testing::describe(result);
        path_ = result.findings.front().schedule_path;
        auto file = schedule::read_file(path_);
        ASSERT_TRUE(file.ok()) << file.error().message;
        file_ = std::move(file).value();
    }

    Result<ReplayResult> replay_on(const spec::Scenario& scenario, bool minimize = false) const {
        const auto spec_case = spec::case_from_json(file_.case_json);
        if (!spec_case.ok()) return spec_case.error();
        return replay(scenario, spec_case.value(), file_, 5, minimize, testing::world());
    }
    // The increments with one part of their text changed.
    static spec::Scenario changed(const std::string& part, const std::string& by) {
        std::string text = testing::increment_text();
        const std::size_t at = text.find(part);
        if (at == std::string::npos) throw std::invalid_argument("no " + part);
        return testing::scenario_from(text.replace(at, part.size(), by));
    }

    const testing::TemporaryFolder folder_;
    const spec::Scenario scenario_ = testing::scenario_at("specs/updates/increment.toml");
    std::string path_;
    schedule::ScheduleFile file_;
};

TEST_F(ScheduleFile, HoldsEverythingThatAReplayNeeds) {
    EXPECT_EQ(file_.scenario, "increment");
    EXPECT_EQ(file_.case_id, kCase);
    EXPECT_EQ(file_.spec_source, scenario_.source);
    EXPECT_EQ(file_.seed, 1u);
    EXPECT_EQ(file_.symptoms.front(), "lost-update");
    ASSERT_EQ(file_.schedule.decisions.size(), 1u);
    EXPECT_NE(file_.schedule.decisions[0].label, "");
}

TEST_F(ScheduleFile, ShowsTheViolationAgainEachTime) {
    const auto again = replay_on(testing::scenario_from(file_.spec_source));
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_TRUE(again.value().fits) << again.value().misfit;
    EXPECT_EQ(again.value().shown, 5u);
    EXPECT_EQ(again.value().result.verdict, "lost-update");
}

TEST_F(ScheduleFile, ShowsItInAnotherProcessThatHasNothingButTheFile) {
    const testing::Outcome outcome =
        testing::run_command({{testing::program_path(), "replay", path_, "--times", "3"},
                              folder_.path(),
                              {},
                              false,
                              {}});
    EXPECT_EQ(outcome.ending, testing::Ending{testing::Exited{1}}) << outcome.out << outcome.err;
}

TEST_F(ScheduleFile, MinimizedAgainItStaysAsSmall) {
    const auto again = replay_on(scenario_, true);
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ(again.value().result.findings.front().schedule.decisions.size(), 1u);
}

TEST_F(ScheduleFile, DoesNotShowTheViolationWhereTheBugIsFixed) {
    spec::Case fixed = testing::case_of(scenario_, kCase);
    fixed.params["locked"] = true;
    const auto again = replay(scenario_, fixed, file_, 2, false, testing::world());
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ(again.value().shown, 0u);
    EXPECT_EQ(again.value().result.status, CaseStatus::Pass);
}

TEST_F(ScheduleFile, OfATaskThatIsNoLongerThereSaysWhichOne) {
    const auto again = replay_on(changed("[process.worker]", "[process.clerk]"));
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_FALSE(again.value().fits);
    EXPECT_NE(again.value().misfit.find("\"worker["), std::string::npos) << again.value().misfit;
}

// A task that ends before it comes to the point at which it was to be held.
TEST_F(ScheduleFile, ThatAsksForAPointThatIsNeverReachedSaysWhichOne) {
    file_.schedule.decisions[0].point = 10'000;
    const auto again = replay_on(scenario_);
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_FALSE(again.value().fits);
    EXPECT_NE(again.value().misfit.find("10000"), std::string::npos) << again.value().misfit;
    EXPECT_NE(again.value().misfit.find(file_.schedule.decisions[0].task), std::string::npos);
}

// With the lock, worker[1] may run while worker[0] is at `load n`, but then it waits.
TEST_F(ScheduleFile, ThatCannotHappenAnyMoreIsTold) {
    spec::Case fixed = testing::case_of(scenario_, kCase);
    fixed.params["locked"] = true;
    fixed.finds.clear();
    std::vector<schedule::Decision> wanted;
    for (std::uint32_t point = 1; wanted.size() < 2 && point < 60; ++point) {
        file_.schedule.decisions = {{schedule::Phase::Main, "worker[0]", point, 0, "?",
                                     schedule::Choice::Run, "worker[1]"}};
        const auto probed = replay(scenario_, fixed, file_, 1, false, testing::world());
        ASSERT_TRUE(probed.ok()) << probed.error().message;
        const char* label = wanted.empty() ? "load n" : "store n";
        if (probed.value().misfit.find(std::string("does `") + label + "`") == std::string::npos) {
            continue;
        }
        wanted.push_back(file_.schedule.decisions.front());
        wanted.back().label = label;
    }
    ASSERT_EQ(wanted.size(), 2u);
    file_.schedule.decisions = wanted;
    const auto again = replay(scenario_, fixed, file_, 1, false, testing::world());
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_TRUE(again.value().prevented) << again.value().misfit;
    const CaseResult kept = run_regression(scenario_, fixed, file_, path_, testing::world());
    EXPECT_EQ(kept.status, CaseStatus::Pass) << testing::describe(kept);
    EXPECT_NE(kept.message.find("cannot happen any more"), std::string::npos) << kept.message;
}

TEST_F(ScheduleFile, WhoseStepDoesSomethingElseNowSaysWhatItDoes) {
    ASSERT_EQ(file_.schedule.decisions[0].label.rfind("store n", 0), 0u);
    const auto again = replay_on(changed("{ store = \"n\", value = \"x + 1\" }",
                                         "{ swap = \"n\", value = \"x + 1\", into = \"x\" }"));
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_FALSE(again.value().fits);
    EXPECT_NE(again.value().misfit.find("swap n"), std::string::npos) << again.value().misfit;
    EXPECT_NE(again.value().misfit.find("store n"), std::string::npos) << again.value().misfit;
}

}  // namespace
}  // namespace stagger::engine
