// SPDX-License-Identifier: Apache-2.0
//
// What programs read: --json and --junit; and what people watch: --progress.
#include <algorithm>
#include <filesystem>
#include <regex>
#include <sstream>

#include <gtest/gtest.h>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <nlohmann/json.hpp>

#include "tests/e2e/stagger.hpp"

namespace stagger::e2e {
namespace {

// The JSON of a gate over three specs, wall times aside.
std::string json_of_gate(std::vector<std::string> more) {
    const TemporaryFolder folder;
    std::vector<std::string> words{"gate",        spec("holds"), spec("loses"),
                                   spec("known"), "--json",      "results.json"};
    words.insert(words.end(), more.begin(), more.end());
    stagger_quick(folder, words);
    const std::string json = text_of(folder / "results.json");
    return std::regex_replace(json, std::regex("\"seconds\": [^,]*"), "\"seconds\": 0");
}

TEST(Json, IsTheSameForOneSeedWhateverTheNumberOfJobs) {
    const std::string json = json_of_gate({});
    EXPECT_TRUE(contains(json, "\"lost-update\"")) << json;
    EXPECT_EQ(json_of_gate({}), json);
    EXPECT_EQ(json_of_gate({"--jobs", "2"}), json);
}

TEST(Json, OwnsStdoutWhereAskedTo) {
    const TemporaryFolder folder;
    const Outcome outcome = stagger_quick(folder, {"gate", spec("loses"), "--json", "-"});
    const auto json = nlohmann::json::parse(outcome.out, nullptr, false);
    ASSERT_FALSE(json.is_discarded()) << outcome.out;
    EXPECT_EQ(json["summary"]["failed"], 1);
    EXPECT_EQ(json["seed"], 1);
    EXPECT_EQ(json["cases"][0]["finding"]["replayed"], 20);
    EXPECT_TRUE(contains(outcome.err, "the delays that matter")) << outcome.err;
}

TEST(Json, HoldsABadSpecAsAnError) {
    const TemporaryFolder folder;
    folder.write("bad.toml", "name = ");
    const Outcome outcome = stagger_quick(folder, {"gate", "bad.toml", "--json", "-"});
    const auto json = nlohmann::json::parse(outcome.out, nullptr, false);
    ASSERT_FALSE(json.is_discarded()) << outcome.out;
    EXPECT_EQ(json["summary"]["errors"], 1);
    EXPECT_EQ(json["cases"][0]["id"], "bad.toml");
}

TEST(Json, AFileThatCannotBeWrittenIsSaidBeforeAnythingRuns) {
    const TemporaryFolder folder;
    folder.write("file", "x");
    for (const char* option : {"--json", "--junit", "--tap", "--sarif"}) {
        for (const char* path : {"file/results", "nowhere/results", "."}) {
            const Outcome outcome = stagger_quick(folder, {"gate", spec("holds"), option, path});
            EXPECT_EQ(outcome.ending, testing::Ending(Exited{64})) << path;
            EXPECT_TRUE(contains(outcome.err, std::string(path) + " cannot be written"))
                << outcome.err;
            EXPECT_EQ(outcome.out, "");
        }
    }
    EXPECT_EQ(text_of(folder / "file"), "x");
}

TEST(Output, ThatDoesNotFitOnTheDiskIsAnError) {
    const TemporaryFolder folder;
    const std::string script = folder.write("full", "exec \"$@\" > /dev/full\n");
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"list", "cases", spec("holds")},
          std::vector<std::string>{"gate", spec("holds"), "--schedules", "10", "--seed", "1"}}) {
        testing::Command full = command(folder, words);
        full.words.insert(full.words.begin(), {"/bin/sh", script});
        const Outcome outcome = testing::run_command(full);
        EXPECT_EQ(outcome.ending, testing::Ending(Exited{3})) << outcome.err;
        EXPECT_TRUE(contains(outcome.err, "No space left on device")) << outcome.err;
    }
}

TEST(Output, NeverReplacesWhatIsRead) {
    const TemporaryFolder folder;
    const std::string text = text_of(spec("holds"));
    folder.write("holds.toml", text);
    std::filesystem::create_symlink("holds.toml", folder.path() / "link.json");
    const std::vector<std::string> all[] = {
        {"run", "holds.toml", "--json", "holds.toml"},
        {"run", "holds.toml", "--tap", "./holds.toml"},
        {"gate", "holds.toml", "--junit", "link.json"},
        {"gate", ".", "--sarif", "holds.toml"},
        {"points", "holds.toml", "--json", "holds.toml"},
        {"validate", "--json", "holds.toml", "holds.toml"},
    };
    for (const std::vector<std::string>& words : all) {
        const Outcome outcome = stagger(folder, words);
        EXPECT_EQ(outcome.ending, testing::Ending(Exited{64})) << words[0] << " " << outcome.err;
        EXPECT_TRUE(contains(outcome.err, "which is read")) << words[0] << " " << outcome.err;
    }
    EXPECT_EQ(text_of(folder / "holds.toml"), text);
    const Outcome fine = stagger_quick(folder, {"gate", ".", "--json", "holds.json"});
    EXPECT_EQ(fine.ending, testing::Ending(Exited{0})) << fine.err;
}

// A page or an index is written into a folder that may be in use; an old one of ours is replaced.
TEST(Output, NeverReplacesAnIndexOfSomebodyElse) {
    struct Place {
        const char *option, *file;
    };
    for (const Place& place : {Place{"--html", "index.html"}, Place{"--out", "index.md"}}) {
        const TemporaryFolder folder;
        const auto gate = [&](const char* into) {
            return stagger_quick(folder, {"gate", spec("loses"), place.option, into}).ending;
        };
        EXPECT_EQ(gate("ours"), testing::Ending(Exited{1})) << place.option;
        EXPECT_EQ(gate("ours"), testing::Ending(Exited{1})) << place.option;
        const std::string theirs = std::string("theirs/") + place.file;
        folder.write(theirs, "# Mine\n");
        EXPECT_EQ(gate("theirs"), testing::Ending(Exited{64})) << place.option;
        EXPECT_EQ(text_of(folder / theirs), "# Mine\n");
    }
}

TEST(Output, OfTwoKindsNeedsTwoFiles) {
    const TemporaryFolder folder;
    const Outcome one =
        stagger_quick(folder, {"gate", spec("holds"), "--json", "x", "--junit", "./x"});
    EXPECT_EQ(one.ending, testing::Ending(Exited{64})) << one.err;
    EXPECT_TRUE(contains(one.err, "--json and --junit would both be written to")) << one.err;
    const Outcome thrown_away = stagger_quick(
        folder, {"gate", spec("holds"), "--json", "/dev/null", "--junit", "/dev/null"});
    EXPECT_EQ(thrown_away.ending, testing::Ending(Exited{0})) << thrown_away.err;
}

TEST(Output, ThatIsLargerThanALimitIsAnError) {
    const TemporaryFolder folder;
    testing::Command limited = command(folder, {"validate", spec("holds"), "--json", "x.json"});
    limited.words.insert(limited.words.begin(), {"/usr/bin/prlimit", "--fsize=16"});
    const Outcome outcome = testing::run_command(limited);
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{3})) << outcome.err;
    EXPECT_TRUE(contains(outcome.err, "x.json cannot be written: File too large")) << outcome.err;
    EXPECT_FALSE(std::filesystem::exists(folder / "x.json"));
}

TEST(Output, IsWrittenAlsoWhereThereIsNoSpec) {
    for (const char* verb : {"gate", "validate"}) {
        const TemporaryFolder folder;
        const Outcome outcome = stagger(folder, {verb, ".", "--sarif", "x.sarif"});
        EXPECT_EQ(outcome.ending, testing::Ending(Exited{4})) << verb << outcome.err;
        EXPECT_TRUE(std::filesystem::exists(folder / "x.sarif")) << verb;
    }
}

TEST(Json, AFolderForSchedulesThatCannotBeUsedCostsNoResult) {
    const TemporaryFolder folder;
    folder.write("file", "x");
    const Outcome outcome = stagger_quick(folder, {"gate", spec("loses"), "--out", "file/out"});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{3}));
    EXPECT_TRUE(contains(outcome.err, "file/out")) << outcome.err;
    EXPECT_TRUE(contains(outcome.out, "the delays that matter")) << outcome.out;
}

TEST(Junit, IsWellFormedAndHasATestPerCase) {
    const TemporaryFolder folder;
    folder.write("bad.toml", "name = '\x01<&>\"'");
    stagger_quick(folder, {"gate", spec("holds"), spec("loses"), spec("apart"), "bad.toml",
                           "--junit", "results.xml"});
    std::ifstream file(folder / "results.xml");
    boost::property_tree::ptree xml;
    ASSERT_NO_THROW(boost::property_tree::read_xml(file, xml)) << text_of(folder / "results.xml");
    EXPECT_EQ(xml.get<int>("testsuites.<xmlattr>.tests"), 4);
    EXPECT_EQ(xml.get<int>("testsuites.<xmlattr>.failures"), 1);
    EXPECT_EQ(xml.get<int>("testsuites.<xmlattr>.errors"), 2);
    EXPECT_EQ(xml.get_child("testsuites").count("testsuite"), 4U);
}

TEST(Progress, PlainIsALinePerCaseInOrder) {
    const TemporaryFolder folder;
    const Outcome outcome = stagger_quick(
        folder, {"gate", spec("holds"), spec("known"), "--jobs", "2", "--progress", "plain"});
    const std::size_t first = outcome.err.find("[1/2] pass");
    const std::size_t second = outcome.err.find("[2/2] pass");
    EXPECT_NE(second, std::string::npos) << outcome.err;
    EXPECT_LT(first, second) << outcome.err;
}

TEST(Progress, AutoIsPlainWithoutATerminal) {
    const TemporaryFolder folder;
    const Outcome outcome = stagger_quick(folder, {"gate", spec("holds")});
    EXPECT_TRUE(contains(outcome.err, "[1/1] pass")) << outcome.err;
    EXPECT_FALSE(contains(outcome.err, "\033")) << outcome.err;
    EXPECT_FALSE(contains(outcome.out, "\033")) << outcome.out;
}

TEST(Progress, ABarCleansUpBehindItself) {
    const TemporaryFolder folder;
    const Outcome outcome = stagger_quick(folder, {"gate", spec("holds"), "--progress", "bar"});
    EXPECT_TRUE(contains(outcome.err, "[0/1] ")) << outcome.err;
    EXPECT_TRUE(outcome.err.ends_with("\r\033[K")) << outcome.err;
}

TEST(Progress, NoneIsNothing) {
    const TemporaryFolder folder;
    const Outcome outcome = stagger_quick(folder, {"gate", spec("holds"), "--progress", "none"});
    EXPECT_EQ(outcome.err, "");
}

TEST(Color, IsThereOnlyWhereAskedFor) {
    const TemporaryFolder folder;
    EXPECT_TRUE(contains(stagger_quick(folder, {"gate", spec("holds"), "--color", "always"}).out,
                         "\033[1m"));
}

TEST(Seed, IsDrawnAndPrinted) {
    const TemporaryFolder folder;
    const Outcome outcome = stagger(folder, {"gate", spec("holds"), "--schedules", "10"});
    EXPECT_TRUE(std::regex_search(outcome.out, std::regex("1 case of 1 spec, seed [0-9]+\n")))
        << outcome.out;
}

}  // namespace
}  // namespace stagger::e2e
