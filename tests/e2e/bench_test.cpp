// SPDX-License-Identifier: Apache-2.0
//
// The comparison of strategies runs, finds what is easy, and says what it missed.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/e2e/stagger.hpp"

namespace stagger::e2e {
namespace {

using Json = nlohmann::json;

Outcome bench(const TemporaryFolder& folder, std::vector<std::string> words) {
    words.insert(words.begin(), STAGGER_BENCH);
    return testing::run_command({.words = std::move(words),
                                 .folder = folder.path().string(),
                                 .environment = {},
                                 .close_stdout = false,
                                 .react = nullptr});
}

TEST(BenchStrategies, ScoresEveryStrategyThatSearches) {
    const TemporaryFolder folder;
    const Outcome outcome = bench(folder, {STAGGER_SEARCH_SPECS "/lazy.toml", "--seeds", "2",
                                           "--filter", "lazy/shm/users=2", "--json", "out.json"});
    ASSERT_EQ(outcome.ending, testing::Ending(Exited{0})) << outcome.err;
    std::ifstream file(folder / "out.json");
    const Json whole = Json::parse(file);
    EXPECT_EQ(whole["seeds"], 2);
    std::vector<std::string> strategies;
    for (const Json& score : whole["scores"]) {
        strategies.push_back(score["strategy"]);
        EXPECT_EQ(score["case"], "lazy/shm/users=2");
        EXPECT_EQ(score["misses"], 0) << score.dump();
        EXPECT_GE(score["mean_schedules"], 2.0) << "the calm schedule shows nothing";
        EXPECT_EQ(score["found_at"].size(), 2U);
        EXPECT_TRUE(contains(outcome.out, score["strategy"])) << outcome.out;
    }
    for (const char* known : {"portfolio", "random", "pct", "delay"}) {
        EXPECT_EQ(std::count(strategies.begin(), strategies.end(), known), 1) << known;
    }
    EXPECT_EQ(std::count(strategies.begin(), strategies.end(), "replay"), 0);
}

TEST(BenchStrategies, CountsAMissAsAllTheSchedulesItHad) {
    const TemporaryFolder folder;
    const Outcome outcome =
        bench(folder, {STAGGER_SEARCH_SPECS "/lazy.toml", "--seeds", "2", "--filter",
                       "lazy/shm/users=2", "--strategy", "random", "--schedules", "1"});
    ASSERT_EQ(outcome.ending, testing::Ending(Exited{0})) << outcome.err;
    EXPECT_TRUE(contains(outcome.out, "1.0/2")) << outcome.out;
}

TEST(BenchStrategies, SaysWhatItCannotDo) {
    const TemporaryFolder folder;
    EXPECT_EQ(bench(folder, {"--seeds", "none"}).ending, testing::Ending(Exited{64}));
    EXPECT_EQ(bench(folder, {"no-such-file.toml"}).ending, testing::Ending(Exited{64}));
    const Outcome outcome = bench(folder, {STAGGER_SEARCH_SPECS "/lazy.toml", "--seeds", "1",
                                           "--filter", "lazy/shm/users=2", "--strategy", "luck"});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{3}));
    EXPECT_TRUE(contains(outcome.err, "there is no strategy \"luck\"")) << outcome.err;
}

}  // namespace
}  // namespace stagger::e2e
