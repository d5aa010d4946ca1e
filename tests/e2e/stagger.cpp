// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/stagger.hpp"

#include <filesystem>

#include <gtest/gtest.h>

namespace stagger::e2e {

std::string spec(const std::string& name) {
    return std::string(STAGGER_E2E_SPECS) + "/" + name + ".toml";
}

testing::Command command(const TemporaryFolder& folder, std::vector<std::string> words) {
    words.insert(words.begin(), STAGGER_PROGRAM);
    return {.words = std::move(words),
            .folder = folder.path().string(),
            .environment = {{"NO_COLOR", "1"}, {"STAGGER_PLUGIN_PATH", ""}, {"GITHUB_ACTIONS", ""}},
            .close_stdout = false,
            .react = nullptr};
}

Outcome stagger(const TemporaryFolder& folder, std::vector<std::string> words) {
    Outcome outcome = testing::run_command(command(folder, std::move(words)));
    EXPECT_FALSE(outcome.timed_out) << outcome.err;
    return outcome;
}

Outcome stagger_quick(const TemporaryFolder& folder, std::vector<std::string> words) {
    for (const char* word : {"--seed", "1", "--schedules", "100"}) words.emplace_back(word);
    return stagger(folder, std::move(words));
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string only_schedule(const TemporaryFolder& folder) {
    std::vector<std::string> found;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder / ".stagger", error))
        found.push_back(entry.path().string());
    EXPECT_EQ(found.size(), 1U);
    return found.empty() ? "" : found.front();
}

}  // namespace stagger::e2e
