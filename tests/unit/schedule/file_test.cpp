// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "harness/schedule/schedule.hpp"

namespace stagger::schedule {
namespace {

ScheduleFile example() {
    ScheduleFile file;
    file.scenario = "increment";
    file.spec_path = "specs/increment.toml";
    file.spec_source = "name = \"increment\"\n# a \\ and a tab\t\n";
    file.case_json = R"({"id": "increment/shm", "params": {"locked": false}})";
    file.case_id = "increment/shm";
    file.seed = 17;
    file.symptoms = {"lost-update", "final-state"};
    file.schedule.decisions = {
        {Phase::Attach, "worker[0]", 2, 0, "open n", Choice::Run, "worker[1]"},
        {Phase::Main, "worker[0]", 7, 0, "store n", Choice::Run, "worker[1]"},
        {Phase::Main, "worker[1]", 1, 3, "notify \"c\"", Choice::Wake, "worker[0]"}};
    return file;
}

void expect_same(const ScheduleFile& a, const ScheduleFile& b) {
    EXPECT_EQ(a.scenario, b.scenario);
    EXPECT_EQ(a.spec_path, b.spec_path);
    EXPECT_EQ(a.spec_source, b.spec_source);
    EXPECT_EQ(a.case_json, b.case_json);
    EXPECT_EQ(a.case_id, b.case_id);
    EXPECT_EQ(a.seed, b.seed);
    EXPECT_EQ(a.symptoms, b.symptoms);
    EXPECT_EQ(a.schedule.decisions, b.schedule.decisions);
    EXPECT_EQ(a.origin, b.origin);
}

void expect_comes_back(const ScheduleFile& file) {
    const auto back = from_text(to_text(file), "a.schedule");
    ASSERT_TRUE(back.ok()) << back.error().message << "\n" << to_text(file);
    expect_same(*back, file);
    EXPECT_EQ(to_text(*back), to_text(file));
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

// Reading `text` must fail, at that place and saying so.
void expect_refused(const std::string& text, const std::string& place, const std::string& says) {
    const auto result = from_text(text, "a.schedule");
    ASSERT_FALSE(result.ok()) << text;
    const std::string& message = result.error().message;
    EXPECT_EQ(message.rfind("a.schedule:" + place, 0), 0u) << message;
    EXPECT_NE(message.find(says), std::string::npos) << message;
}

TEST(ScheduleFile, ComesBackAsItWas) {
    expect_comes_back(example());
}

TEST(ScheduleFile, IsReadableText) {
    const std::string text = to_text(example());
    EXPECT_NE(text.find("format = 1\n"), std::string::npos);
    EXPECT_NE(text.find("  { task = \"worker[0]\", point = 7, label = \"store n\", "
                        "run = \"worker[1]\" },\n"),
              std::string::npos);
    EXPECT_NE(text.find("spec = '''\nname = \"increment\"\n"), std::string::npos);
    EXPECT_EQ(text.substr(text.size() - 14), "\nwhole = true\n");
}

TEST(ScheduleFile, SaysWithWhatItWasFound) {
    ScheduleFile file = example();
    file.origin = {"0.1.0", "x86_64", "6.1.0-18-amd64", "glibc 2.36", {{"shm", 2, "0123abcd"}}};
    expect_comes_back(file);
    file.origin.plugins.clear();
    expect_comes_back(file);
    const std::string text = to_text(file);
    expect_refused(replaced(text, "kernel =", "kernal ="), "", "unknown key \"kernal\"");
    expect_refused(replaced(text, "plugins = [", "plugins = [ 3,"), "", "must be a table");
    expect_refused(replaced(text, "plugins = [\n]\n", ""), "", "`plugins` is missing");
}

TEST(ScheduleFile, TheCalmScheduleComesBack) {
    ScheduleFile file = example();
    file.schedule.decisions.clear();
    file.symptoms.clear();
    expect_comes_back(file);
}

// Who goes first is decided before anybody has come to a point.
TEST(ScheduleFile, ADecisionAtTheStartComesBack) {
    ScheduleFile file = example();
    file.schedule.decisions[0].task = "start";
    file.schedule.decisions[0].point = 0;
    expect_comes_back(file);
}

TEST(ScheduleFile, AnySpecTextComesBack) {
    ScheduleFile file = example();
    for (const char* text : {"", "\n", "\n\nx", "x", "a '''b''' c", "ends with '", "a\r\nb\r\n",
                             "\"\"\" quotes \"\"\"", "\\u0041 \\", "caf\xc3\xa9 \xe2\x82\xac",
                             "a\x01"
                             "b\x7f"}) {
        file.spec_source = text;
        expect_comes_back(file);
    }
    file.spec_source = std::string("nul\0nul", 7);
    expect_comes_back(file);
}

TEST(ScheduleFile, ALabelCutWithinACharacterStaysReadable) {
    ScheduleFile file = example();
    file.schedule.decisions[0].label = "open caf\xc3";
    const auto back = from_text(to_text(file), "a.schedule");
    ASSERT_TRUE(back.ok()) << back.error().message;
    EXPECT_EQ(back->schedule.decisions[0].label, "open caf?");
}

TEST(ScheduleFile, LargeSeedsComeBack) {
    ScheduleFile file = example();
    file.seed = ~std::uint64_t{0};
    expect_comes_back(file);
}

TEST(ScheduleFile, AnotherVersionIsRefusedByItsNumber) {
    expect_refused(replaced(to_text(example()), "format = 1", "format = 2"),
                   "3:10:", "this Stagger reads format 1");
}

TEST(ScheduleFile, AnotherFileIsRefused) {
    expect_refused("name = \"increment\"\n", "1:1:", "no schedule file");
    expect_refused("", "1:1:", "no schedule file");
}

TEST(ScheduleFile, AFileCutShortAnywhereIsRefused) {
    const std::string whole = to_text(example());
    for (std::size_t size = 0; size + 5 < whole.size(); ++size)
        EXPECT_FALSE(from_text(whole.substr(0, size), "a.schedule").ok()) << size;
    expect_refused(whole.substr(0, whole.find("whole = true")), "", "cut short");
    expect_refused(whole.substr(0, whole.find("\"store n\"") + 4), "", "cut short");
}

TEST(ScheduleFile, WrongEntriesAreRefusedWhereTheyStand) {
    const std::string good = to_text(example());
    expect_refused(replaced(good, "seed = 17", "seed = -17"), "6:8:", "`seed` must be");
    expect_refused(replaced(good, "seed = 17", "sead = 17"), "6:1:", "unknown key \"sead\"");
    expect_refused(replaced(good, "seed = 17\n", ""), "1:1:", "`seed` is missing");
    expect_refused(replaced(good, "point = 7", "point = -1"), "11:", "`point` must be");
    expect_refused(replaced(good, "point = 7", "point = 4294967296"), "11:", "`point` must be");
    expect_refused(replaced(good, "point = 7, ", ""), "11:", "`point` is missing");
    expect_refused(replaced(good, "run = ", "ran = "), "10:", "unknown key \"ran\"");
    expect_refused(replaced(good, "wake = ", "run = 'x', wake = "), "12:", "either");
    expect_refused(replaced(good, "wake = \"worker[0]\"", "fault = \"kil\""),
                   "12:", "there is no fault \"kil\"");
    EXPECT_TRUE(from_text(replaced(good, "wake = \"worker[0]\"", "fault = \"kill\""), "a").ok());
    expect_refused(replaced(good, "\"attach\"", "\"atach\""), "10:", "`phase` must be");
    expect_refused(replaced(good, "\"lost-update\"", "5"), "7:", "`symptoms`");
    expect_refused(replaced(good, "\"lost-update\"", "\"lost-updaet\""), "7:", "no symptom");
    expect_refused(replaced(good, "whole = true", "whole = false"), "", "last line");
    expect_refused(std::string(good).insert(5, 1, '\0'), "1:6:", "NUL");
}

TEST(ScheduleFile, HugeTextIsRefused) {
    EXPECT_FALSE(from_text(std::string(std::size_t{9} << 20, '#'), "a.schedule").ok());
}

TEST(ScheduleFile, IsWrittenAsideAndRenamed) {
    const auto folder = std::filesystem::path(testing::TempDir()) / "stagger_schedule_test";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    const std::string path = (folder / "a.schedule").string();
    ASSERT_TRUE(write_file(example(), path).ok());
    const auto back = read_file(path);
    ASSERT_TRUE(back.ok()) << back.error().message;
    expect_same(*back, example());
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
    EXPECT_FALSE(write_file(example(), (folder / "missing" / "a.schedule").string()).ok());
    EXPECT_FALSE(read_file((folder / "missing").string()).ok());
    std::filesystem::remove_all(folder);
}

TEST(ScheduleFile, DamagedFilesNeverCrashTheReader) {
    const std::string good = to_text(example());
    std::mt19937 random(3);
    for (int i = 0; i < 2000; ++i) {
        std::string text = good;
        for (auto n = 1 + random() % 4; n > 0; --n)
            text[random() % text.size()] = static_cast<char>(random() % 128);
        const auto result = from_text(text, "a.schedule");
        if (result.ok()) expect_comes_back(*result);
    }
}

Decision input(std::int64_t value) {
    Decision decision{Phase::Main, "worker[1]", 2, 0, "let amount", Choice::Input, ""};
    decision.value = value;
    return decision;
}

TEST(ScheduleFileInputs, ComeBackAndCanBeRead) {
    ScheduleFile file = example();
    file.schedule.decisions.push_back(input(7));
    file.schedule.decisions.push_back(input(-(std::int64_t{1} << 53)));
    expect_comes_back(file);
    EXPECT_NE(
        to_text(file).find(R"({ task = "worker[1]", any = 2, label = "let amount", value = 7 })"),
        std::string::npos)
        << to_text(file);
}

TEST(ScheduleFileInputs, AreRefusedWhereTheyAreWrong) {
    ScheduleFile file = example();
    file.schedule.decisions = {input(7)};
    const std::string text = to_text(file);
    expect_refused(replaced(text, "value = 7", "value = 7.5"), "10:", "`value` must be");
    expect_refused(replaced(text, "value = 7", "value = 9007199254740993"), "10:", "at most 2^53");
    expect_refused(replaced(text, "any = 2", "any = 0"), "10:", "`any` must be");
    expect_refused(replaced(text, "value = 7", "value = 7, run = \"worker[0]\""),
                   "10:", "unknown key \"run\"");
}

}  // namespace
}  // namespace stagger::schedule
