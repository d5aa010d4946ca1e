// SPDX-License-Identifier: Apache-2.0
//
// `stagger new`: what it makes works as it is, and fails where it says so.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include "tests/e2e/stagger.hpp"

namespace stagger::e2e {
namespace {

namespace fs = std::filesystem;

const testing::Ending kOk = Exited{0};

// The block of sh in a README, run in its folder as somebody would who has installed Stagger.
Outcome run_readme(const TemporaryFolder& folder, const std::string& name) {
    const std::string text = text_of(folder.path() / name / "README.md");
    const std::string begin = "```sh\n";
    const std::size_t from = text.find(begin) + begin.size();
    testing::Command sh = command(folder, {});
    sh.words = {"/bin/sh", "-e", "-c", text.substr(from, text.find("```", from) - from)};
    sh.folder = (folder.path() / name).string();
    sh.environment["PATH"] =
        fs::path(STAGGER_PROGRAM).parent_path().string() + ":" + getenv("PATH");
    sh.environment["CPLUS_INCLUDE_PATH"] = STAGGER_HEADERS;
    return testing::run_command(sh);
}

// Leaves out the lines that contain `part`.
void take_out(const std::string& file, const std::string& part) {
    std::istringstream in(text_of(file));
    std::string kept;
    for (std::string line; std::getline(in, line);)
        if (!contains(line, part)) kept += line + "\n";
    std::ofstream(file) << kept;
}

TEST(New, AScenarioPassesAndFailsWithoutTheBugThatItExpects) {
    const TemporaryFolder folder;
    const Outcome made = stagger(folder, {"new", "scenario", "two-clerks"});
    ASSERT_EQ(made.ending, kOk) << made.err;
    EXPECT_TRUE(contains(made.out, "made two-clerks.toml")) << made.out;
    const Outcome gate = stagger_quick(folder, {"gate", "two-clerks.toml"});
    EXPECT_EQ(gate.ending, kOk) << gate.out << gate.err;
    EXPECT_TRUE(contains(gate.out, "two-clerks/shm/locked=true")) << gate.out;
    take_out(folder / "two-clerks.toml", "finds");
    const Outcome twin = stagger_quick(folder, {"gate", "two-clerks.toml"});
    EXPECT_EQ(twin.ending, testing::Ending(Exited{1})) << twin.out << twin.err;
    EXPECT_TRUE(contains(twin.out, "lost-update on n")) << twin.out;
}

TEST(New, ABackendBuildsAndPassesAndItsTwinFails) {
    const TemporaryFolder folder;
    const Outcome made = stagger(folder, {"new", "backend", "mail-slot_2"});
    ASSERT_EQ(made.ending, kOk) << made.err;
    for (const char* name :
         {"mail-slot_2.cpp", "CMakeLists.txt", "README.md", "specs/mail-slot_2.toml"})
        EXPECT_TRUE(fs::exists(folder.path() / "mail-slot_2" / name)) << name;
    const Outcome gate = run_readme(folder, "mail-slot_2");
    EXPECT_EQ(gate.ending, kOk) << gate.out << gate.err;
    EXPECT_FALSE(contains(gate.err, "warning")) << gate.err;
    EXPECT_TRUE(contains(gate.out, "pass    mail-slot_2/mail-slot_2/lock=none  ")) << gate.out;
    take_out(folder / "mail-slot_2/specs/mail-slot_2.toml", "finds");
    const Outcome twin = stagger_quick(
        folder, {"gate", "mail-slot_2/specs", "--plugin", "mail-slot_2", "--filter", "*none"});
    EXPECT_EQ(twin.ending, testing::Ending(Exited{1})) << twin.out << twin.err;
}

// What its README proposes to try.
TEST(New, ABackendThatIsBrokenIsFoundOut) {
    const TemporaryFolder folder;
    ASSERT_EQ(stagger(folder, {"new", "backend", "slots"}).ending, kOk);
    const std::string source = folder / "slots/slots.cpp";
    std::string text = text_of(source);
    const std::size_t take = text.find("plugin::Reply take");
    for (const std::string call : {" lock();", " unlock();"}) {
        ASSERT_NE(text.find(call, take), std::string::npos);
        text.erase(text.find(call, take), call.size());
    }
    std::ofstream(source) << text;
    const Outcome gate = run_readme(folder, "slots");
    EXPECT_EQ(gate.ending, testing::Ending(Exited{1})) << gate.out << gate.err;
    EXPECT_TRUE(contains(gate.out, "-message on q  in slots/slots\n")) << gate.out;
    EXPECT_TRUE(contains(gate.out, "came out of q 2 times")) << gate.out;
    EXPECT_TRUE(contains(gate.out, "replay it:")) << gate.out;
}

TEST(New, MakesItWhereItIsTold) {
    const TemporaryFolder folder;
    fs::create_directory(folder.path() / "mit Räumen");
    const Outcome made = stagger(folder, {"new", "scenario", "a", "--in", "mit Räumen/neu"});
    ASSERT_EQ(made.ending, kOk) << made.err;
    EXPECT_TRUE(contains(made.out, "gate 'mit Räumen/neu/a.toml'")) << made.out;
    EXPECT_EQ(stagger(folder, {"validate", "mit Räumen"}).ending, kOk);
}

TEST(New, NeverReplacesWhatIsThere) {
    const TemporaryFolder folder;
    folder.write("a.toml", "mine");
    folder.write("b/README.md", "mine");
    fs::create_symlink("nowhere", folder.path() / "c.toml");
    for (const char* name : {"a", "c"}) {
        const Outcome outcome = stagger(folder, {"new", "scenario", name});
        EXPECT_EQ(outcome.ending, testing::Ending(Exited{64}));
        EXPECT_TRUE(contains(outcome.err, ".toml is there already")) << outcome.err;
    }
    const Outcome outcome = stagger(folder, {"new", "backend", "b"});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{64}));
    EXPECT_TRUE(contains(outcome.err, "b/README.md is there already")) << outcome.err;
    EXPECT_EQ(text_of(folder / "a.toml") + text_of(folder / "b/README.md"), "minemine");
    EXPECT_FALSE(fs::exists(folder.path() / "b/b.cpp"));
    EXPECT_FALSE(fs::exists(folder.path() / "nowhere"));
}

TEST(New, RefusesWhatIsNoName) {
    const TemporaryFolder folder;
    for (const char* name :
         {"", "a b", "../x", "/x", "x/y", ".", "2x", "_x", "\xc3\xa9t\xc3\xa9", "a\nb", "x.y"}) {
        for (const char* kind : {"scenario", "backend"}) {
            const Outcome outcome = stagger(folder, {"new", kind, name});
            EXPECT_EQ(outcome.ending, testing::Ending(Exited{64})) << name;
            EXPECT_TRUE(contains(outcome.err, "name")) << name << ": " << outcome.err;
        }
    }
    for (const auto& [name, why] : {std::pair{"class", "C++"}, std::pair{"test", "CMake"},
                                    std::pair{"shm", "there is a backend shm"}}) {
        const Outcome outcome = stagger(folder, {"new", "backend", name});
        EXPECT_EQ(outcome.ending, testing::Ending(Exited{64})) << name;
        EXPECT_TRUE(contains(outcome.err, why)) << outcome.err;
    }
    EXPECT_TRUE(contains(stagger(folder, {"new", "backen", "x"}).err, "did you mean \"backend\"?"));
    EXPECT_TRUE(fs::is_empty(folder.path()));
}

// Nobody, not even root, makes files there.
TEST(New, SaysWhereItCannotWriteAndLeavesNothing) {
    const TemporaryFolder folder;
    folder.write("file", "");
    for (const char* where : {"/proc/sys", "file", "file/below"}) {
        const Outcome outcome = stagger(folder, {"new", "backend", "q", "--in", where});
        EXPECT_EQ(outcome.ending, testing::Ending(Exited{3})) << where << outcome.err;
        EXPECT_TRUE(contains(outcome.err, "cannot be made")) << outcome.err;
        EXPECT_TRUE(contains(outcome.err, "--in")) << outcome.err;
    }
}

}  // namespace
}  // namespace stagger::e2e
