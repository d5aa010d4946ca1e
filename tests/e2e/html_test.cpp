// SPDX-License-Identifier: Apache-2.0
//
// What `--html DIR` leaves behind. What the page looks like and does in a browser is tested in
// tests/browser.
#include <csignal>
#include <filesystem>
#include <regex>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/e2e/stagger.hpp"

namespace stagger::e2e {
namespace {

using Json = nlohmann::json;

std::string page_of(const TemporaryFolder& folder, const std::string& name = "page") {
    return text_of(folder / (name + "/index.html"));
}

Json data_of(const std::string& page) {
    const std::string begin = "id=\"run-data\">";
    const std::size_t from = page.find(begin);
    if (from == std::string::npos) return {};
    const std::size_t to = page.find("</script>", from);
    return Json::parse(page.substr(from + begin.size(), to - from - begin.size()), nullptr, false);
}

void expect_exit(const Outcome& outcome, int code) {
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{code})) << outcome.out << outcome.err;
}

TEST(Html, OfAGateIsOnePageAndTheTerminalSaysWhere) {
    const TemporaryFolder folder;
    const Outcome outcome =
        stagger_quick(folder, {"gate", spec("holds"), spec("loses"), "--html", "page"});
    expect_exit(outcome, 1);
    EXPECT_TRUE(contains(outcome.out, "The page is page/index.html")) << outcome.out;
    const Json data = data_of(page_of(folder));
    ASSERT_EQ(data["cases"].size(), 2u);
    EXPECT_EQ(data["command"], "gate");
    EXPECT_EQ(data["cases"][1]["findings"][0]["symptom"], "lost-update");
    EXPECT_GT(data["cases"][0]["evidence"]["growth"].size(), 5u);
    std::size_t files = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder / "page"))
        ++files;
    EXPECT_EQ(files, 1u);
}

TEST(Html, IsTheSameForOneSeedWhateverTheNumberOfJobs) {
    const auto page = [](const std::string& jobs) {
        const TemporaryFolder folder;
        stagger_quick(folder, {"gate", spec("holds"), spec("loses"), spec("known"), "--jobs", jobs,
                               "--html", "page"});
        return std::regex_replace(page_of(folder), std::regex("\"seconds\":[^,]*"), "");
    };
    const std::string one = page("1");
    EXPECT_TRUE(contains(one, "\"growth\"")) << one.size();
    EXPECT_EQ(page("2"), one);
}

TEST(Html, GoesToAFolderOfAnyNameAndReplacesThePageThatIsThere) {
    const TemporaryFolder folder;
    const std::string name = "w\xc3\xb6rter und mehr/\xe7\xb5\x90\xe6\x9e\x9c";
    folder.write(name + "/mine.txt", "kept");
    expect_exit(stagger_quick(folder, {"gate", spec("holds"), spec("known"), "--html", name}), 0);
    expect_exit(stagger_quick(folder, {"gate", spec("holds"), "--html", name}), 0);
    EXPECT_EQ(data_of(page_of(folder, name))["cases"].size(), 1u);
    EXPECT_EQ(text_of(folder / (name + "/mine.txt")), "kept");
}

TEST(Html, AFolderThatCannotBeWrittenIsSaidBeforeAnythingRuns) {
    const TemporaryFolder folder;
    folder.write("file", "x");
    folder.write("taken/index.html/x", "x");
    for (const char* path : {"file", "file/page", "taken"}) {
        const Outcome outcome = stagger_quick(folder, {"gate", spec("holds"), "--html", path});
        expect_exit(outcome, 64);
        EXPECT_TRUE(contains(outcome.err, path)) << outcome.err;
        EXPECT_EQ(outcome.out, "");
    }
    EXPECT_EQ(text_of(folder / "file"), "x");
}

TEST(Html, AFolderThatGoesAwayMeanwhileCostsNoVerdict) {
    const TemporaryFolder folder;
    testing::Command gate = command(folder, {"gate", spec("loses"), spec("holds"), "--seed", "1",
                                             "--schedules", "100", "--html", "page"});
    gate.react = [&folder](const std::string&) {
        std::filesystem::remove_all(folder / "page");
        return 0;
    };
    const Outcome outcome = testing::run_command(gate);
    expect_exit(outcome, 3);
    EXPECT_TRUE(contains(outcome.err, "page/index.html cannot be written")) << outcome.err;
    EXPECT_TRUE(contains(outcome.out, "1 passed, 1 failed")) << outcome.out;
}

TEST(Html, OfARunThatWasInterruptedSaysSo) {
    const TemporaryFolder folder;
    testing::Command gate =
        command(folder, {"gate", spec("known"), spec("holds"), "--time", "300", "--html", "page"});
    bool sent = false;
    gate.react = [&sent](const std::string& err) {
        if (sent || !contains(err, "known/shm")) return 0;
        sent = true;
        return SIGINT;
    };
    expect_exit(testing::run_command(gate), 2);
    const Json data = data_of(page_of(folder));
    EXPECT_EQ(data["stopped"], true);
    EXPECT_EQ(data["cases"].size(), 2u);
    EXPECT_EQ(data["cases"][1]["status"], "inconclusive");
}

TEST(Html, IsThereForARunAReplayAndACampaignToo) {
    const TemporaryFolder folder;
    expect_exit(stagger_quick(folder, {"run", spec("loses"), "--html", "run"}), 1);
    EXPECT_EQ(data_of(page_of(folder, "run"))["command"], "run");
    expect_exit(
        stagger(folder, {"replay", only_schedule(folder), "--times", "2", "--html", "replay"}), 1);
    const Json replayed = data_of(page_of(folder, "replay"));
    EXPECT_EQ(replayed["command"], "replay");
    EXPECT_EQ(replayed["cases"][0]["findings"][0]["symptom"], "lost-update");
    expect_exit(stagger_quick(folder, {"fuzz", spec("loses"), "--html", "fuzz"}), 1);
    EXPECT_EQ(data_of(page_of(folder, "fuzz"))["command"], "fuzz");
}

TEST(Html, OfABadSpecShowsItsErrors) {
    const TemporaryFolder folder;
    folder.write("bad.toml", "name = '<img src=x>'\nnonsense = 1\n");
    expect_exit(stagger_quick(folder, {"gate", "bad.toml", "--html", "page"}), 64);
    const std::string page = page_of(folder);
    EXPECT_FALSE(contains(page, "<img")) << "markup from a spec";
    EXPECT_TRUE(contains(data_of(page)["cases"][0]["message"].get<std::string>(), "nonsense"));
}

}  // namespace
}  // namespace stagger::e2e
