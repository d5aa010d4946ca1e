// SPDX-License-Identifier: Apache-2.0
//
// The fuzz target for engines with a main of their own, built by the script that such engines call:
// with clang's libFuzzer where clang++ is, else with the compiler of this build and the same
// library.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/integration/world.hpp"
#include "tests/support/run_command.hpp"
#include "tests/support/temporary_folder.hpp"

namespace stagger::fuzz {
namespace {

namespace fs = std::filesystem;
using testing::Ending;
using testing::Exited;
using testing::Outcome;

constexpr int kCrashOfLibFuzzer = 77;

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// The first that is there and runs.
std::string clang() {
    for (const char* name : {"clang++-14", "clang++"}) {
        if (testing::run_command({.words = {"/usr/bin/env", name, "--version"}}).ending ==
            Ending(Exited{0})) {
            return name;
        }
    }
    return "";
}

class Target : public ::testing::Test {
protected:
    void SetUp() override {
        std::map<std::string, std::string> environment{{"STAGGER_PREBUILT", STAGGER_BUILD_FOLDER},
                                                       {"WORK", folder_ / "work"},
                                                       {"OUT", folder_ / "out"},
                                                       {"CXXFLAGS", ""}};
        environment["CXX"] = clang();
        environment["LIB_FUZZING_ENGINE"] = "-fsanitize=fuzzer";
        if (environment["CXX"].empty()) {
            environment["CXX"] = STAGGER_CXX_COMPILER;
            environment["LIB_FUZZING_ENGINE"] = STAGGER_FUZZING_ENGINE;
        }
        const Outcome built = testing::run_command(
            {.words = {testing::root_folder() + "/fuzzing/build.sh"}, .environment = environment});
        ASSERT_EQ(built.ending, Ending(Exited{0})) << built.out << built.err;
    }

    Outcome run(const std::string& name, std::vector<std::string> more,
                std::map<std::string, std::string> environment = {}) const {
        std::vector<std::string> words{folder_ / ("out/" + name), "-seed=1"};
        words.insert(words.end(), more.begin(), more.end());
        return testing::run_command(
            {.words = words, .folder = folder_.path(), .environment = std::move(environment)});
    }

    std::string only(const std::string& folder, const std::string& beginning) const {
        std::vector<std::string> found;
        for (const auto& entry : fs::directory_iterator(folder_ / folder)) {
            const std::string name = entry.path().filename().string();
            if (name.starts_with(beginning)) found.push_back(entry.path().string());
        }
        EXPECT_EQ(found.size(), 1u) << beginning;
        return found.empty() ? "" : found.front();
    }

    testing::TemporaryFolder folder_;
};

TEST_F(Target, CrashesOnABugWithItsScheduleWritten) {
    const std::map<std::string, std::string> planted{
        {"STAGGER_FUZZ_SPEC", folder_.write("planted.toml", testing::increment_text())},
        {"STAGGER_FUZZ_CASE", "increment/shm"}};
    const Outcome found = run("increment_shm", {"-runs=200"}, planted);
    EXPECT_EQ(found.ending, Ending(Exited{kCrashOfLibFuzzer})) << found.err;
    EXPECT_TRUE(contains(found.err, "stagger: found lost-update of n")) << found.err;
    const std::string schedule = only(".stagger", "increment_shm-lost-update");
    const Outcome replayed = testing::run_command(
        {.words = {testing::program_path(), "replay", schedule, "--times", "3"},
         .folder = folder_.path()});
    EXPECT_EQ(replayed.ending, Ending(Exited{1})) << replayed.out << replayed.err;
    const Outcome again = run("increment_shm", {only("", "crash-")}, planted);
    EXPECT_EQ(again.ending, Ending(Exited{kCrashOfLibFuzzer}))
        << "its input shows it: " << again.err;
}

TEST_F(Target, RunsACaseThatHoldsAndSeesNewBehaviour) {
    const Outcome held = run("increment_shm", {"-runs=200"});
    EXPECT_EQ(held.ending, Ending(Exited{0})) << held.err;
    EXPECT_TRUE(contains(held.err, "Done 200 runs")) << held.err;
    EXPECT_TRUE(contains(held.err, "NEW")) << held.err;
    EXPECT_FALSE(fs::exists(folder_ / ".stagger")) << "nothing was found";
    const Outcome wrong =
        run("increment_shm", {"-runs=1"}, {{"STAGGER_FUZZ_CASE", "increment/shn"}});
    EXPECT_EQ(wrong.ending, Ending(Exited{64})) << wrong.err;
    EXPECT_TRUE(contains(wrong.err, "increment/shm/locked=true")) << wrong.err;
}

}  // namespace
}  // namespace stagger::fuzz
