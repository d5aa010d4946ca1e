// SPDX-License-Identifier: Apache-2.0
//
// What every file must be: of a size to read, licensed, free of leftovers and of one machine.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

#include "tests/lint/tree.hpp"

namespace stagger::lint {
namespace {

constexpr std::size_t kMaxSourceLines = 600;
constexpr std::size_t kMaxHeaderLines = 300;
constexpr std::size_t kMaxSpecLines = 80;

bool is_header(const std::filesystem::path& file) {
    return file.extension() == ".hpp" || file.extension() == ".h";
}

TEST(Files, AreOfASizeToRead) {
    for (const auto& file : sources()) {
        const std::size_t limit = is_header(file) ? kMaxHeaderLines : kMaxSourceLines;
        EXPECT_LE(lines_of(file).size(), limit) << place(file) << ": split it";
    }
    for (const auto& file : files_under("specs", {".toml"})) {
        EXPECT_LE(lines_of(file).size(), kMaxSpecLines) << place(file) << ": split it";
    }
}

TEST(Files, BeginWithTheirLicence) {
    for (const auto& file : sources()) {
        const auto lines = lines_of(file);
        ASSERT_FALSE(lines.empty()) << place(file) << ": empty";
        EXPECT_NE(lines.front().find("SPDX-License-Identifier: Apache-2.0"), std::string::npos)
            << place(file, 1);
    }
}

TEST(Files, HeadersGuardThemselves) {
    for (const auto& file : sources()) {
        if (!is_header(file)) continue;
        const auto lines = lines_of(file);
        const bool guarded = std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
            return line == "#pragma once" || line.starts_with("#ifndef STAGGER_");
        });
        EXPECT_TRUE(guarded) << place(file) << ": needs #pragma once";
    }
}

TEST(Files, HoldNoLeftoversAndNoPathOfOneMachine) {
    // Spelt in two parts, so that this file does not find itself.
    const std::array<std::string, 5> unwanted = {
        "TO"
        "DO",
        "FIX"
        "ME",
        "/ho"
        "me/",
        "/ro"
        "ot/",
        "/wo"
        "rk/"};
    auto files = sources();
    for (const char* folder : {"specs", "docs", "cmake", "harness", "plugins", "package",
                               "examples", "tests", "bench"}) {
        const auto more = files_under(folder, {".toml", ".md", ".cmake", "CMakeLists.txt"});
        files.insert(files.end(), more.begin(), more.end());
    }
    for (const auto& file : files) {
        const auto lines = lines_of(file);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            for (const auto& text : unwanted) {
                EXPECT_EQ(lines[i].find(text), std::string::npos)
                    << place(file, i + 1) << ": holds \"" << text << "\"";
            }
        }
    }
}

// What a build needs is in the tree, and nobody's own flags are.
TEST(Files, OfTheBuildTakeNothingFromOutsideTheTree) {
    std::vector<std::filesystem::path> files;
    for (const char* folder : {"cmake", "harness", "plugins", "package", "tests", "bench"}) {
        const auto more = files_under(folder, {".cmake", "CMakeLists.txt"});
        files.insert(files.end(), more.begin(), more.end());
    }
    EXPECT_GT(files.size(), 20u);
    for (const auto& file : files) {
        const auto lines = lines_of(file);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            for (const char* text : {"include(/", "subdirectory(/", " -O0"})
                EXPECT_EQ(lines[i].find(text), std::string::npos)
                    << place(file, i + 1) << ": " << text;
        }
    }
}

TEST(Files, EveryTopFolderSaysWhatItIs) {
    for (const char* folder : {"harness", "plugins", "package", "specs", "corpus", "tests", "bench",
                               "docs", "fuzzing", "examples"}) {
        const auto readme = std::filesystem::path(STAGGER_ROOT) / folder / "README.md";
        EXPECT_TRUE(std::filesystem::exists(readme)) << folder << "/README.md is missing";
    }
}

}  // namespace
}  // namespace stagger::lint
