// SPDX-License-Identifier: Apache-2.0
#include "harness/base/source.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace stagger {
namespace {

TEST(Source, FindsLinesByNumber) {
    EXPECT_EQ(line_at("a\nb\r\nc", 1), "a");
    EXPECT_EQ(line_at("a\nb\r\nc", 2), "b");
    EXPECT_EQ(line_at("a\nb\r\nc", 3), "c");
    EXPECT_EQ(line_at("a\nb\r\nc", 4), "");
    EXPECT_EQ(line_at("a", 0), "");
}

TEST(Source, CountsColumnsInCharactersNotBytes) {
    EXPECT_EQ(position_of("ab\ncd", 0), (Position{1, 1}));
    EXPECT_EQ(position_of("ab\ncd", 4), (Position{2, 2}));
    EXPECT_EQ(position_of("\xc3\xa9z", 2), (Position{1, 2}));
}

TEST(Source, UnderlinesTheWordAtThePosition) {
    EXPECT_EQ(render_problem("a.toml", {12, 5}, "no such thing", "do this", "  { lode = 1 }"),
              "a.toml:12:5: error: no such thing\n"
              "  12 |   { lode = 1 }\n"
              "     |     ^~~~\n"
              "  hint: do this\n");
}

TEST(Source, UnderlinesAWholeTextInQuotes) {
    EXPECT_EQ(render_problem("a", {1, 5}, "m", "", "x = \"a b\" # c"),
              "a:1:5: error: m\n  1 | x = \"a b\" # c\n    |     ^~~~~\n");
}

TEST(Source, ShowsAWindowOfALongLine) {
    const std::string line = std::string(500, 'a') + " here " + std::string(500, 'b');
    const std::string shown = render_problem("a", {1, 502}, "m", "", line);
    EXPECT_NE(shown.find(" here "), std::string::npos);
    EXPECT_LT(shown.size(), 400u);
}

TEST(Source, MakesControlBytesHarmless) {
    const std::string shown = render_problem("a", {1, 1}, "m", "", "a\x1b[31m\tb\xff");
    EXPECT_EQ(shown.find('\x1b'), std::string::npos);
    EXPECT_EQ(shown.find('\xff'), std::string::npos);
}

TEST(Source, APositionBeyondTheLineStillGetsACaret) {
    EXPECT_EQ(render_problem("a", {1, 9}, "m", "", "abc"),
              "a:1:9: error: m\n  1 | abc\n    |    ^\n");
}

TEST(Source, RefusesFilesThatCannotBeText) {
    const auto folder = std::filesystem::path(testing::TempDir()) / "stagger_source_test";
    std::filesystem::create_directories(folder);
    const std::string path = (folder / "file").string();
    std::ofstream(path) << "12345";
    EXPECT_EQ(read_text_file(path, 5).value(), "12345");
    EXPECT_NE(read_text_file(path, 4).error().message.find("at most 4"), std::string::npos);
    EXPECT_FALSE(read_text_file(folder.string(), 5).ok());
    EXPECT_FALSE(read_text_file((folder / "missing").string(), 5).ok());
    EXPECT_FALSE(read_text_file("/dev/zero", 5).ok());
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace stagger
