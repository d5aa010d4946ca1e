// SPDX-License-Identifier: Apache-2.0
#include "harness/fuzz/shards.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "harness/schedule/schedule.hpp"
#include "tests/support/temporary_folder.hpp"

namespace stagger::fuzz {
namespace {

std::string schedule_text() {
    schedule::ScheduleFile file;
    file.scenario = "increment";
    file.case_id = "increment/shm";
    file.case_json = "{}";
    file.spec_path = "increment.toml";
    file.spec_source = "name = \"increment\"\n";
    file.symptoms = {"lost-update"};
    return schedule::to_text(file);
}

// Two shards with an input and a finding in common, and an input of their own each.
class Shards : public ::testing::Test {
protected:
    Shards() {
        for (const std::string shard : {"one", "two"}) {
            folder_.write(shard + "/corpus/increment_shm/both.genome", "b");
            folder_.write(shard + "/corpus/increment_shm/" + shard + ".genome", shard);
            folder_.write(shard + "/found.schedule", schedule_text());
            folder_.write(shard + "/corpus/increment_shm/.half-1-x.genome", "h");
            folder_.write(shard + "/notes.txt", "n");
        }
    }
    testing::TemporaryFolder folder_;
};

TEST_F(Shards, AreJoinedWithoutDoubles) {
    const auto merged = merge({folder_ / "one", folder_ / "two"}, folder_ / "all");
    ASSERT_TRUE(merged) << merged.error().message;
    EXPECT_EQ(merged->inputs, 3u);
    EXPECT_EQ(merged->findings, 1u) << "the same in both";
    EXPECT_EQ(testing::text_of(folder_ / "all/corpus/increment_shm/two.genome"), "two");
    EXPECT_FALSE(std::filesystem::exists(folder_ / "all/notes.txt"));
    EXPECT_EQ(merge({folder_ / "one"}, folder_ / "all")->inputs, 0u) << "joined before";
}

TEST_F(Shards, AreToldWithEachFindingOnce) {
    const auto holdings = survey(folder_.path());
    ASSERT_TRUE(holdings);
    EXPECT_EQ(holdings->inputs, 3u);
    ASSERT_EQ(holdings->findings.size(), 1u);
    EXPECT_EQ(holdings->findings[0].problem, "");
    EXPECT_TRUE(holdings->findings[0].decisions.empty()) << "the calm course";
    EXPECT_EQ(holdings->findings[0].case_id, "increment/shm");
    EXPECT_EQ(holdings->findings[0].symptoms, std::vector<std::string>{"lost-update"});
}

TEST_F(Shards, KeepSchedulesOfOneNameThatDiffer) {
    folder_.write("two/found.schedule", schedule_text() + "# another\n");
    const std::string named = "increment_shm-lost-update-0123abcd.schedule";
    folder_.write("one/" + named, schedule_text());
    folder_.write("two/" + named, schedule_text() + "# the same bug by another way\n");
    const auto merged = merge({folder_ / "one", folder_ / "two"}, folder_ / "all");
    ASSERT_TRUE(merged) << merged.error().message;
    EXPECT_EQ(merged->findings, 3u);
    EXPECT_TRUE(std::filesystem::exists(folder_ / "all/found-2.schedule"));
    EXPECT_EQ(merge({folder_ / "two"}, folder_ / "all")->findings, 0u) << "joined before";
    EXPECT_EQ(survey(folder_ / "all")->findings.size(), 3u);
}

TEST_F(Shards, AreJoinedIntoOneOfThemselves) {
    const auto merged = merge({folder_.path().string()}, folder_ / "one");
    ASSERT_TRUE(merged) << merged.error().message;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "one/one")) << "its own are not copied";
    EXPECT_TRUE(std::filesystem::exists(folder_ / "one/two/found.schedule"));
}

TEST_F(Shards, NameAScheduleThatCannotBeRead) {
    folder_.write("one/broken.schedule", "format = 1\n");
    const auto holdings = survey(folder_ / "one");
    ASSERT_TRUE(holdings);
    EXPECT_NE(holdings->findings[0].problem.find("broken.schedule"), std::string::npos);
}

TEST_F(Shards, ThatAreNotThereAreSaid) {
    EXPECT_FALSE(merge({folder_ / "three"}, folder_ / "all"));
    EXPECT_FALSE(survey(folder_ / "three"));
}

}  // namespace
}  // namespace stagger::fuzz
