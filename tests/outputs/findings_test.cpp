// SPDX-License-Identifier: Apache-2.0
//
// Every symptom has the smallest scenario that shows it, and what Stagger says about that is
// pinned: findings/NAME.toml and findings/NAME.txt.
#include <algorithm>
#include <filesystem>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "harness/base/symptoms.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/run_command.hpp"
#include "tests/support/temporary_folder.hpp"

namespace stagger::testing {
namespace {

// Its name is reserved; no oracle judges it.
constexpr std::string_view kNeverFound = "data-race";

std::vector<std::string> symptoms() {
    std::vector<std::string> names(kSymptomNames.begin(), kSymptomNames.end());
    std::erase(names, kNeverFound);
    return names;
}

std::string file(const std::string& symptom, const char* ending) {
    return std::string(STAGGER_FINDINGS) + "/" + symptom + ending;
}

// What differs from one machine or run to the next, and what measures time.
std::string pinned(std::string text) {
    text = std::regex_replace(text, std::regex("/stagger-[0-9]+-[^ \n]*"), "/stagger-PID");
    const std::string plugins = STAGGER_TEST_PLUGINS;
    for (std::size_t at = text.find(plugins); at != std::string::npos; at = text.find(plugins))
        text.replace(at, plugins.size(), "PLUGINS");
    return std::regex_replace(text, std::regex("in [0-9.]+ s of exploring"), "in N s of exploring");
}

// A hang costs seconds of computing each time, so its schedule is kept and replayed once.
std::vector<std::string> words_for(const std::string& symptom) {
    const std::string schedule = file(symptom, ".schedule");
    if (std::filesystem::exists(schedule)) return {"replay", schedule, "--times", "1"};
    return {"run", file(symptom, ".toml"), "--seed", "1"};
}

std::string told(const std::string& symptom) {
    const TemporaryFolder folder;
    Command command;
    command.words = words_for(symptom);
    command.words.insert(command.words.begin(), STAGGER_PROGRAM);
    for (const char* word : {"--plugin", STAGGER_TEST_PLUGINS}) command.words.emplace_back(word);
    command.folder = folder.path().string();
    command.environment = {
        {"NO_COLOR", "1"}, {"STAGGER_PLUGIN_PATH", ""}, {"GITHUB_ACTIONS", ""}, {"COLUMNS", "80"}};
    const Outcome outcome = run_command(command);
    EXPECT_EQ(outcome.ending, Ending(Exited{1})) << outcome.err;
    return pinned(outcome.out);
}

// Commands and ids stay whole, so that they can be copied.
void expect_to_fit(const std::string& text, const std::string& symptom) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const bool copied = line.find("replay it:") != std::string::npos ||
                            line.find(symptom + "/") != std::string::npos;
        EXPECT_TRUE(copied || line.size() <= 80) << line;
    }
}

class Finding : public ::testing::TestWithParam<std::string> {};

TEST_P(Finding, ReadsAsPinned) {
    const std::string text = told(GetParam());
    EXPECT_NE(("\n" + text).find("\n" + GetParam()), std::string::npos)
        << "the headline is another:\n"
        << text;
    expect_to_fit(text, GetParam());
    expect_golden(file(GetParam(), ".txt"), text);
}

std::string test_name(const ::testing::TestParamInfo<std::string>& symptom) {
    std::string name = symptom.param;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Each, Finding, ::testing::ValuesIn(symptoms()), test_name);

TEST(Findings, HaveNoFileThatBelongsToNoSymptom) {
    const auto known = symptoms();
    for (const auto& entry : std::filesystem::directory_iterator(STAGGER_FINDINGS)) {
        const std::string stem = entry.path().stem().string();
        EXPECT_NE(std::find(known.begin(), known.end(), stem), known.end()) << entry.path();
    }
}

}  // namespace
}  // namespace stagger::testing
