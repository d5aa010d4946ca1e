// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/campaign/shard.hpp"

#include <gtest/gtest.h>

#include <map>

#include "tests/support/temporary_folder.hpp"

namespace stagger::cli {
namespace {

using Variables = std::map<std::string, std::string>;

Result<std::optional<Shard>> shard_in(const Variables& variables, const Options& options = {}) {
    return shard_of(options, [&](const char* name) -> const char* {
        const auto found = variables.find(name);
        return found == variables.end() ? nullptr : found->second.c_str();
    });
}

std::string text(const Result<std::optional<Shard>>& shard) {
    if (!shard) return shard.error().message;
    if (!*shard) return "all";
    return std::to_string((*shard)->number) + "/" + std::to_string((*shard)->count);
}

TEST(Shards, ComeFromTheOptionOrTheEnvironment) {
    EXPECT_EQ(text(shard_in({})), "all");
    const Variables google = {{"GTEST_TOTAL_SHARDS", "4"}, {"GTEST_SHARD_INDEX", "0"}};
    EXPECT_EQ(text(shard_in(google)), "1/4");
    EXPECT_EQ(text(shard_in({{"TEST_TOTAL_SHARDS", "4"}, {"TEST_SHARD_INDEX", "3"}})), "4/4");
    Options options;
    options.shard = Shard{2, 5};
    EXPECT_EQ(text(shard_in(google, options)), "2/5");
}

TEST(Shards, ThatTheEnvironmentSaysWronglyAreRefused) {
    const char* part = "do not name a shard";
    EXPECT_NE(text(shard_in({{"GTEST_TOTAL_SHARDS", "4"}})).find(part), std::string::npos);
    EXPECT_NE(text(shard_in({{"TEST_SHARD_INDEX", "0"}})).find(part), std::string::npos);
    EXPECT_NE(text(shard_in({{"GTEST_TOTAL_SHARDS", "4"}, {"GTEST_SHARD_INDEX", "4"}})).find(part),
              std::string::npos);
    EXPECT_NE(text(shard_in({{"GTEST_TOTAL_SHARDS", "0"}, {"GTEST_SHARD_INDEX", "0"}})).find(part),
              std::string::npos);
}

TEST(Shards, TellTheRunnerThatTheyAreKnown) {
    const testing::TemporaryFolder folder;
    const std::string status = folder / "status";
    EXPECT_TRUE(shard_in({{"TEST_TOTAL_SHARDS", "2"},
                          {"TEST_SHARD_INDEX", "1"},
                          {"TEST_SHARD_STATUS_FILE", status}})
                    .ok());
    EXPECT_TRUE(std::filesystem::exists(status));
}

TEST(Shards, AreWrittenAsPartOfAll) {
    const auto second = parse_shard("2/5");
    ASSERT_TRUE(second.ok());
    EXPECT_EQ(second->number, 2u);
    EXPECT_EQ(second->count, 5u);
    for (const char* wrong : {"", "2", "/", "0/5", "6/5", "1/0", "a/b", "1/2/3", "-1/2", "1/"})
        EXPECT_FALSE(parse_shard(wrong).ok()) << wrong;
}

// Each job is in one of them, whatever the number of shards.
TEST(Shards, DivideTheJobsAmongThem) {
    for (std::uint32_t count = 1; count <= 9; ++count) {
        std::map<std::string, int> times;
        for (std::uint32_t number = 1; number <= count; ++number) {
            std::vector<Job> jobs(7);
            for (std::size_t i = 0; i < jobs.size(); ++i) jobs[i].spec_case.id = std::to_string(i);
            keep_shard(jobs, {number, count});
            for (const Job& job : jobs) ++times[job.spec_case.id];
        }
        EXPECT_EQ(times.size(), 7u);
        for (const auto& [id, often] : times) EXPECT_EQ(often, 1) << id << " of " << count;
    }
}

}  // namespace
}  // namespace stagger::cli
