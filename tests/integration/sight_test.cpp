// SPDX-License-Identifier: Apache-2.0
//
// What is out of sight is told, and no pass that rests on it is called complete; and what is in
// sight is not suspected.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "harness/engine/instrumentation.hpp"
#include "harness/engine/shared_library.hpp"
#include "tests/integration/world.hpp"
#include "tests/support/temporary_folder.hpp"

namespace stagger::engine {
namespace {

std::string plugin(const std::string& below) {
    return testing::test_plugins() + "/" + below + ".so";
}

// Two processes add once each, by calls of one kind.
CaseResult adding(const std::string& backend, const std::string& how) {
    const spec::Scenario scenario = testing::scenario_from(R"(
name = "adding"
[objects]
n = { type = "register", initial = 0 }
[process.worker]
count = 2
steps = [ { add = "n", value = 1, into = "old" } ]
[[case]]
backend = ")" + backend + R"("
options = { how = ")" + how + R"(" }
)");
    CampaignOptions options = testing::world();
    options.strategy = "exhaustive";
    return run_case(scenario, scenario.cases.front(), options);
}

bool limited_by(const CaseResult& result, const std::string& what) {
    return std::any_of(result.evidence.limits.begin(), result.evidence.limits.end(),
                       [&](const std::string& limit) { return limit.find(what) != limit.npos; });
}

class CallsOnFiles : public ::testing::TestWithParam<const char*> {};

TEST_P(CallsOnFiles, ArePointsBetweenWhichOthersComeIn) {
    const CaseResult result = adding("file_calls", GetParam());
    EXPECT_EQ(result.verdict, "not-linearizable") << testing::describe(result);
    EXPECT_FALSE(limited_by(result, "does not know"));
}

INSTANTIATE_TEST_SUITE_P(All, CallsOnFiles, ::testing::Values("pread", "preadv", "preadv2"));

TEST(CallsThatNobodyKnows, KeepAPassFromBeingComplete) {
    const CaseResult result = adding("unseen_calls", "process_vm");
    EXPECT_EQ(result.verdict, "ok") << testing::describe(result);
    EXPECT_FALSE(result.evidence.complete);
    EXPECT_TRUE(
        limited_by(result, "unseen_calls: its calls of process_vm_readv, process_vm_writev"))
        << testing::describe(result);
}

// A case of functions alone has a backend, too.
TEST(FunctionsWithoutInstrumentation, KeepAPassFromBeingComplete) {
    const spec::Scenario scenario = testing::scenario_from(R"(
name = "counting"
[process.worker]
count = 2
steps = [ { actor = "count_up" } ]
[[case]]
backend = "sample_actors"
)");
    for (const bool blind : {false, true}) {
        CampaignOptions options = testing::world();
        options.strategy = "exhaustive";
        if (blind) options.plugin_paths = {testing::test_plugins() + "/blind"};
        const CaseResult result = run_case(scenario, scenario.cases.front(), options);
        EXPECT_EQ(result.verdict, "ok") << testing::describe(result);
        EXPECT_EQ(result.evidence.complete, !blind);
        EXPECT_EQ(limited_by(result, "-fsanitize=thread"), blind) << testing::describe(result);
    }
}

TEST(ALibraryThatABackendBringsAlong, IsLookedAtAsTheBackendIs) {
    EXPECT_EQ(out_of_sight_in("seen", plugin("libraries/borrower_seen")),
              std::vector<std::string>{});
    const auto unseen = out_of_sight_in("unseen", plugin("libraries/borrower_unseen"));
    ASSERT_EQ(unseen.size(), 1u);
    EXPECT_NE(unseen[0].find("library libborrowed_unseen.so of backend unseen: its accesses"),
              std::string::npos)
        << unseen[0];
}

TEST(ALibraryThatABackendBringsAlong, IsNamedWhereItIsNotFound) {
    const testing::TemporaryFolder folder;
    const std::string alone = (folder.path() / "borrower_seen.so").string();
    std::filesystem::copy_file(plugin("libraries/borrower_seen"), alone);
    const auto unseen = out_of_sight_in("alone", alone);
    ASSERT_EQ(unseen.size(), 1u);
    EXPECT_NE(unseen[0].find("libborrowed_seen.so of backend alone: all that it does"),
              std::string::npos)
        << unseen[0];
}

TEST(ASharedLibrary, SaysWhatItTakesFromOthers) {
    const auto library = read_shared_library(plugin("libraries/borrower_seen"));
    ASSERT_TRUE(library);
    EXPECT_TRUE(library->imports.contains("borrowed_store"));
    EXPECT_FALSE(library->imports.contains("stagger_backend_entry"));
    EXPECT_NE(std::find(library->needs.begin(), library->needs.end(), "libborrowed_seen.so"),
              library->needs.end());
}

// Whatever stands in the file: the controller reads it, and must outlive it.
TEST(ASharedLibrary, MayBeCutAnywhereOrBeSomethingElse) {
    std::ifstream file(plugin("libraries/borrower_seen"), std::ios::binary);
    const std::string whole{std::istreambuf_iterator<char>(file), {}};
    const testing::TemporaryFolder folder;
    const std::string path = (folder.path() / "cut.so").string();
    const auto with = [&](const std::string& bytes) {
        std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
        return read_shared_library(path);
    };
    EXPECT_TRUE(with(whole));
    for (std::size_t size = 0; size < whole.size(); size += 1009) with(whole.substr(0, size));
    for (std::size_t at = 0; at < whole.size(); at += 509) {
        std::string damaged = whole;
        damaged.replace(at, 8, std::string(8, '\xff'), 0,
                        std::min<std::size_t>(8, whole.size() - at));
        with(damaged);
    }
    EXPECT_FALSE(with(""));
    EXPECT_FALSE(with("#!/bin/sh\n"));
    EXPECT_FALSE(read_shared_library((folder.path() / "none.so").string()));
}

}  // namespace
}  // namespace stagger::engine
