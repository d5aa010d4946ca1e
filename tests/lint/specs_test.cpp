// SPDX-License-Identifier: Apache-2.0
//
// Every scenario in specs/ parses, is called like its file, and can be told from all others.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "harness/spec/parse.hpp"
#include "harness/spec/warnings.hpp"
#include "tests/lint/tree.hpp"

namespace stagger::lint {
namespace {

std::vector<std::filesystem::path> specs() {
    return files_under("specs", {".toml"});
}

TEST(Specs, AllParse) {
    ASSERT_FALSE(specs().empty());
    for (const auto& file : specs()) {
        const auto outcome = spec::load_scenario(file.string());
        for (const auto& diagnostic : outcome.diagnostics) ADD_FAILURE() << diagnostic.render();
        EXPECT_TRUE(outcome.scenario.has_value()) << place(file);
    }
}

TEST(Specs, AreCalledLikeTheirFiles) {
    for (const auto& file : specs()) {
        const auto outcome = spec::load_scenario(file.string());
        if (!outcome.scenario) continue;
        EXPECT_EQ(outcome.scenario->name, file.stem().string()) << place(file);
        EXPECT_FALSE(outcome.scenario->summary.empty()) << place(file) << ": say what it shows";
    }
}

TEST(Specs, HaveNoTwoCasesWithOneId) {
    std::map<std::string, std::string> seen;
    for (const auto& file : specs()) {
        const auto outcome = spec::load_scenario(file.string());
        if (!outcome.scenario) continue;
        for (const auto& one : outcome.scenario->cases) {
            const auto [other, fresh] = seen.emplace(one.id, place(file));
            EXPECT_TRUE(fresh) << one.id << " is in " << other->second << " and in " << place(file);
        }
    }
}

TEST(Specs, GiveNoReasonToWarn) {
    auto files = specs();
    const auto carried = files_under("harness/cli/embedded", {".toml"});
    files.insert(files.end(), carried.begin(), carried.end());
    for (const auto& file : files) {
        const auto outcome = spec::load_scenario(file.string());
        if (!outcome.scenario) continue;
        for (const auto& warning : spec::warnings_about(*outcome.scenario))
            ADD_FAILURE() << spec::render_warning(*outcome.scenario, warning);
    }
}

TEST(Specs, HaveTheRegressionsThatAreKept) {
    std::set<std::string> names;
    for (const auto& file : specs()) names.insert(file.stem().string());
    for (const auto& schedule : files_under("corpus/regressions", {".schedule"})) {
        EXPECT_TRUE(names.contains(schedule.parent_path().filename().string()))
            << place(schedule) << ": no spec is called like its folder, so no gate replays it";
    }
}

TEST(Specs, ShowTheRemedyBesideTheBug) {
    for (const auto& file : specs()) {
        const auto outcome = spec::load_scenario(file.string());
        if (!outcome.scenario) continue;
        bool holds = false;
        for (const auto& one : outcome.scenario->cases) holds = holds || one.finds.empty();
        EXPECT_TRUE(holds) << place(file) << ": a known bug needs its remedy beside it";
    }
}

}  // namespace
}  // namespace stagger::lint
