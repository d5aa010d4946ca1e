// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/finding.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/temporary_folder.hpp"

namespace stagger::engine {
namespace {

Finding finding_of(check::Symptom symptom) {
    Finding finding;
    check::Violation violation;
    violation.symptom = symptom;
    finding.verdict.violations.push_back(violation);
    return finding;
}

struct Written {
    spec::Scenario scenario;
    spec::Case spec_case;
    CampaignOptions options;
    testing::TemporaryFolder folder;

    Written() {
        spec_case.id = "increment/shm/locked=true";
        options.out_directory = folder.path().string();
    }
    std::string path_of(Finding finding, std::size_t number) {
        const Status written = write_finding(finding, scenario, spec_case, options, number);
        EXPECT_TRUE(written.ok()) << written.error().message;
        EXPECT_TRUE(std::filesystem::exists(finding.schedule_path)) << finding.schedule_path;
        return std::filesystem::path(finding.schedule_path).filename();
    }
};

TEST(Replays, AreAsManyAsAskedForUnlessEachTakesVeryManySteps) {
    EXPECT_EQ(most_replays(false, 50, 20), 20u);
    EXPECT_EQ(most_replays(false, 200'000, 20), 20u);
    EXPECT_EQ(most_replays(false, 1'000'000, 20), 4u);
    EXPECT_EQ(most_replays(false, 100'000'000, 20), 3u);
    EXPECT_EQ(most_replays(true, 50, 20), 3u);
    EXPECT_EQ(most_replays(true, 50, 1), 1u);
}

TEST(WrittenFindings, AreNamedAfterCaseAndSymptomAndNumberedFromTheSecondOn) {
    Written written;
    const Finding lost = finding_of(check::Symptom::LostUpdate);
    EXPECT_EQ(written.path_of(lost, 0), "increment_shm_locked=true-lost-update.schedule");
    EXPECT_EQ(written.path_of(lost, 1), "increment_shm_locked=true-lost-update-2.schedule");
    EXPECT_EQ(written.path_of(finding_of(check::Symptom::Deadlock), 0),
              "increment_shm_locked=true-deadlock.schedule");
}

TEST(WrittenFindings, WithoutAFolderNothingIsWritten) {
    Written written;
    written.options.out_directory.clear();
    Finding finding = finding_of(check::Symptom::LostUpdate);
    EXPECT_TRUE(
        write_finding(finding, written.scenario, written.spec_case, written.options, 0).ok());
    EXPECT_EQ(finding.schedule_path, "");
}

TEST(Patience, IsOverOnceSomebodyAskedForTheEnd) {
    std::atomic<bool> cancelled{false};
    const Patience patience(&cancelled);
    EXPECT_FALSE(patience.is_over());
    cancelled = true;
    EXPECT_TRUE(patience.cancelled());
    EXPECT_TRUE(patience.is_over());
    EXPECT_FALSE(Patience(nullptr).is_over());
}

}  // namespace
}  // namespace stagger::engine
