// SPDX-License-Identifier: Apache-2.0
//
// A bug behind a sequence of ten numbers that have to be stored, of which nothing but the code that
// was executed tells how many were right so far (tests/support/plugins/combination.cpp).
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/integration/world.hpp"
#include "tests/support/run_command.hpp"
#include "tests/support/temporary_folder.hpp"

namespace stagger::fuzz {
namespace {

using testing::Exited;
using testing::Outcome;
using testing::TemporaryFolder;

constexpr const char* kSpec = R"toml(
name = "combination"
[objects]
n = { type = "register", initial = 0 }
[process.typist]
repeat = 10
steps = [{ store = "n", value = "any(0, 3)" }]
[process.reader]
steps = [{ join = "typist" }, { load = "n", into = "x" }]
[[case]]
backend = ["combination_covered", "combination_by_hand", "combination_clang", "combination_unseen"]
finds = "unexpected-error"
)toml";

constexpr const char* kSeeds[] = {"1"};

struct Campaign {
    Outcome outcome;
    std::string json;
};

Campaign fuzz(const std::string& backend, const std::string& seed) {
    const TemporaryFolder folder;
    folder.write("combination.toml", kSpec);
    const std::vector<std::string> words{testing::program_path(),
                                         "fuzz",
                                         "combination.toml",
                                         "--backend",
                                         backend,
                                         "--seed",
                                         seed,
                                         "--schedules",
                                         "15000",
                                         "--fail-fast",
                                         "--json",
                                         "result.json",
                                         "--progress",
                                         "none",
                                         "--plugin",
                                         STAGGER_TEST_PLUGINS};
    Campaign campaign;
    campaign.outcome = testing::run_command({words, folder.path().string(), {}, false, {}});
    campaign.json = testing::text_of(folder / "result.json");
    return campaign;
}

bool shows_code_features(const std::string& json) {
    return json.find("\"code_features\"") != std::string::npos;
}

// Each of the ten steps is kept as soon as an execution reaches it; the next is some hundred
// executions away. Of twelve campaigns with other seeds the longest took 9,000.
class Covered : public ::testing::TestWithParam<const char*> {};

TEST_P(Covered, IsFoundStepByStep) {
    for (const char* seed : kSeeds) {
        const Campaign campaign = fuzz(GetParam(), seed);
        EXPECT_EQ(campaign.outcome.ending, testing::Ending(Exited{0})) << campaign.outcome.err;
        EXPECT_TRUE(shows_code_features(campaign.json));
    }
}

std::vector<const char*> ways_to_cover() {
    std::vector<const char*> ways{"combination_covered", "combination_by_hand"};
#ifdef STAGGER_COMBINATION_BY_CLANG
    ways.push_back("combination_clang");
#endif
    return ways;
}

std::string name_of_backend(const ::testing::TestParamInfo<const char*>& info) {
    return info.param;
}

INSTANTIATE_TEST_SUITE_P(CodeCoverage, Covered, ::testing::ValuesIn(ways_to_cover()),
                         name_of_backend);

// The same campaigns with nothing to go by: of all inputs less than one in a million is right.
TEST(CodeCoverage, IsWhatFindsIt) {
    for (const char* seed : kSeeds) {
        const Campaign campaign = fuzz("combination_unseen", seed);
        EXPECT_EQ(campaign.outcome.ending, testing::Ending(Exited{1})) << campaign.outcome.err;
        EXPECT_FALSE(shows_code_features(campaign.json));
    }
}

}  // namespace
}  // namespace stagger::fuzz
