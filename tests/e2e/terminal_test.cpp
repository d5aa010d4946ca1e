// SPDX-License-Identifier: Apache-2.0
//
// Whatever output goes to: a terminal, narrow or dumb, with colour or without, a pipe that nobody
// reads to its end, a folder that cannot be written, paths in any letters.
#include <regex>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/e2e/stagger.hpp"

namespace stagger::e2e {
namespace {

testing::Command quick_gate(const TemporaryFolder& folder, std::vector<std::string> words) {
    words.insert(words.begin(), "gate");
    for (const char* word : {"--seed", "1", "--schedules", "100"}) words.emplace_back(word);
    return command(folder, std::move(words));
}

// Rows as a terminal shows them: what is behind the last carriage return, without escapes.
std::vector<std::string> shown_lines(const std::string& out) {
    const std::string plain = std::regex_replace(out, std::regex("\033\\[[0-9;]*[A-Za-z]"), "");
    std::vector<std::string> lines;
    std::istringstream stream(plain);
    for (std::string line; std::getline(stream, line);) {
        while (!line.empty() && line.back() == '\r') line.pop_back();
        const std::size_t start = line.rfind('\r');
        lines.push_back(start == std::string::npos ? line : line.substr(start + 1));
    }
    return lines;
}

TEST(Terminal, OfEightyColumnsIsNeverTooNarrow) {
    const TemporaryFolder folder;
    testing::Command gate =
        quick_gate(folder, {spec("holds"), spec("loses"), spec("known"), "--progress", "plain"});
    gate.columns = 80;
    gate.environment = {{"TERM", "xterm"}, {"NO_COLOR", ""}};
    const Outcome outcome = testing::run_command(gate);
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{1})) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "\033[1m")) << outcome.out;
    for (const std::string& line : shown_lines(outcome.out)) {
        const bool copied = contains(line, "replay it:") || contains(line, "[");
        EXPECT_TRUE(copied || line.size() <= 80) << line;
    }
}

TEST(Terminal, ThatIsDumbGetsNeitherColourNorABar) {
    const TemporaryFolder folder;
    testing::Command gate = quick_gate(folder, {spec("loses")});
    gate.columns = 80;
    gate.environment = {{"TERM", "dumb"}, {"NO_COLOR", ""}};
    const Outcome outcome = testing::run_command(gate);
    EXPECT_FALSE(contains(outcome.out, "\033")) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "[1/1] fail")) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "the delays that matter")) << outcome.out;
}

TEST(Terminal, HasNoColourWhereNobodyWantsIt) {
    const TemporaryFolder folder;
    testing::Command gate = quick_gate(folder, {spec("loses"), "--progress", "plain"});
    gate.columns = 80;
    gate.environment = {{"TERM", "xterm"}, {"NO_COLOR", "1"}};
    EXPECT_FALSE(contains(testing::run_command(gate).out, "\033"));
}

TEST(Terminal, ShowsABarWhereItCanBeRedrawn) {
    const TemporaryFolder folder;
    testing::Command gate = quick_gate(folder, {spec("holds")});
    gate.columns = 60;
    gate.environment = {{"TERM", "xterm"}, {"NO_COLOR", ""}};
    const Outcome outcome = testing::run_command(gate);
    EXPECT_TRUE(contains(outcome.out, "[0/1] ")) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "\r\033[K")) << outcome.out;
}

TEST(Pipe, ThatIsClosedEarlyChangesNoVerdict) {
    const TemporaryFolder folder;
    for (const char* name : {"holds", "loses"}) {
        testing::Command gate = quick_gate(folder, {spec(name)});
        gate.close_stdout = true;
        const int verdict = name == std::string("holds") ? 0 : 1;
        EXPECT_EQ(testing::run_command(gate).ending, testing::Ending(Exited{verdict})) << name;
    }
}

TEST(Pipe, IntoHeadEndsQuietly) {
    const TemporaryFolder folder;
    const std::string script =
        folder.write("head", "\"$@\" | /usr/bin/head -1; exit ${PIPESTATUS[0]}\n");
    testing::Command gate = quick_gate(folder, {spec("loses"), "--progress", "none"});
    gate.words.insert(gate.words.begin(), {"/bin/bash", script});
    const Outcome outcome = testing::run_command(gate);
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{1})) << outcome.err;
    EXPECT_EQ(outcome.out, "1 case of 1 spec, seed 1\n");
    EXPECT_EQ(outcome.err, "");
}

// Root may write into a folder that is read-only; into /proc nobody may.
TEST(Folder, ThatCannotBeWrittenIsSaidOnceAndCostsNoVerdict) {
    const TemporaryFolder folder;
    for (const char* name : {"holds", "loses"}) {
        testing::Command gate = quick_gate(folder, {spec(name), spec("known")});
        gate.folder = "/proc";
        const Outcome outcome = testing::run_command(gate);
        const int verdict = name == std::string("holds") ? 0 : 1;
        EXPECT_EQ(outcome.ending, testing::Ending(Exited{verdict})) << outcome.err;
        const std::string said = "No schedules of findings will be written";
        const std::size_t first = outcome.err.find(said);
        ASSERT_NE(first, std::string::npos) << outcome.err;
        EXPECT_EQ(outcome.err.find(said, first + 1), std::string::npos) << outcome.err;
        EXPECT_FALSE(contains(outcome.out, "replay it:")) << outcome.out;
    }
}

TEST(Folder, MayHaveSpacesAndAnyLetters) {
    const TemporaryFolder folder;
    const std::string name = "Prüf stände/Заказ 'один'";
    folder.write(name + "/loses.toml", text_of(spec("loses")));
    const Outcome outcome =
        stagger_quick(folder, {"gate", name, "--out", name + "/results", "--junit", name + "/ö.xml",
                               "--json", name + "/ö.json"});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{1})) << outcome.err;
    const std::size_t at = outcome.out.find("replay it:  ");
    ASSERT_NE(at, std::string::npos) << outcome.out;
    const std::size_t start = at + std::string("replay it:  stagger ").size();
    const std::string words = outcome.out.substr(start, outcome.out.find('\n', start) - start);
    // What is shown works as it stands, in a shell.
    testing::Command replay = command(folder, {});
    replay.words = {"/bin/sh", folder.write("again", std::string(STAGGER_PROGRAM) + " " + words)};
    const Outcome again = testing::run_command(replay);
    EXPECT_EQ(again.ending, testing::Ending(Exited{1})) << words << again.err;
    EXPECT_TRUE(contains(again.out, "showed in 20 of 20 replays")) << again.out;
    EXPECT_TRUE(contains(text_of(folder / (name + "/ö.json")), "Заказ 'один'/results/loses"));
    EXPECT_TRUE(contains(text_of(folder / (name + "/ö.xml")), "<testsuites"));
}

}  // namespace
}  // namespace stagger::e2e
