// SPDX-License-Identifier: Apache-2.0
//
// `stagger doctor`: what it says of a machine that works, of one with less, and of a Stagger that
// has gone blind.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "harness/base/symptoms.hpp"
#include "tests/e2e/stagger.hpp"

namespace stagger::e2e {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Of what is worse than ok in a section, by name.
std::map<std::string, std::string> ailing(const json& report, const char* section) {
    std::map<std::string, std::string> out;
    for (const json& probe : report.at(section))
        if (probe.at("health") != "ok")
            out[probe.at("name").get<std::string>()] = probe.at("health").get<std::string>();
    return out;
}

// `stagger doctor` under a limit, as prlimit(1) takes it.
Outcome limited(const TemporaryFolder& folder, const std::string& limit) {
    testing::Command doctor = command(folder, {"doctor", "--json", "-"});
    doctor.words.insert(doctor.words.begin(), {"/usr/bin/prlimit", limit});
    return testing::run_command(doctor);
}

// A Stagger of the test's own, with a few backends, to be broken.
std::string installed(const TemporaryFolder& folder) {
    const fs::path from = fs::path(STAGGER_PROGRAM).parent_path();
    fs::create_directories(folder.path() / "bin");
    fs::create_directories(folder.path() / "plugins");
    for (const char* name : {"stagger", "stagger-worker", "libstagger_agent.so"})
        fs::copy_file(from / name, folder.path() / "bin" / name);
    for (const char* name : {"faulty.so", "manager.so", "private.so", "shm.so"})
        fs::copy_file(fs::path(STAGGER_PLUGINS) / name, folder.path() / "plugins" / name);
    return folder / "bin/stagger";
}

Outcome doctor_of(const std::string& program, const TemporaryFolder& folder) {
    testing::Command doctor = command(folder, {"doctor", "--json", "doctor.json"});
    doctor.words[0] = program;
    return testing::run_command(doctor);
}

TEST(Doctor, FindsEveryPlantedBugOnAMachineThatWorks) {
    const TemporaryFolder folder;
    const Outcome outcome = stagger(folder, {"doctor", "--json", "doctor.json"});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{0})) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "sharp")) << outcome.out;
    const json report = json::parse(text_of(folder / "doctor.json"));
    EXPECT_TRUE(ailing(report, "planted").empty()) << outcome.out;
    // All but data-race, for which there is no oracle, and hang, which takes too long.
    EXPECT_EQ(report.at("planted").size(), kSymptomNames.size() - 2);
    EXPECT_TRUE(ailing(report, "backends").empty()) << outcome.out;
    EXPECT_GE(report.at("backends").size(), 6U);
}

TEST(Doctor, SaysWhatDoesNotWorkWithoutAResourceAndWhatDoes) {
    const TemporaryFolder folder;
    const Outcome outcome = limited(folder, "--msgqueue=0");
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{0})) << outcome.out << outcome.err;
    const json report = json::parse(outcome.out);
    EXPECT_EQ(report.at("health"), "less");
    EXPECT_EQ(ailing(report, "limits").count("POSIX message queues"), 1U) << outcome.out;
    EXPECT_EQ(ailing(report, "backends"), (std::map<std::string, std::string>{{"queue", "less"}}));
    EXPECT_TRUE(contains(outcome.err, "to do: ulimit -q")) << outcome.err;
}

// The bug of residue leaves a file behind, which cannot be made; it is not that it was not seen.
TEST(Doctor, DoesNotTakeWantOfAFolderForBlindness) {
    const TemporaryFolder folder;
    testing::Command doctor = command(folder, {"doctor", "--json", "doctor.json"});
    doctor.environment["TMPDIR"] = "/nowhere";
    const Outcome outcome = testing::run_command(doctor);
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{0})) << outcome.out << outcome.err;
    const json report = json::parse(text_of(folder / "doctor.json"));
    EXPECT_EQ(ailing(report, "planted"), (std::map<std::string, std::string>{{"leak", "less"}}));
    EXPECT_EQ(ailing(report, "backends"),
              (std::map<std::string, std::string>{{"fifo", "less"}, {"file", "less"}}));
}

TEST(Doctor, SaysThatNothingRunsWithoutDescriptors) {
    const TemporaryFolder folder;
    const Outcome outcome = limited(folder, "--nofile=40");
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{3})) << outcome.out << outcome.err;
    EXPECT_EQ(ailing(json::parse(outcome.out), "limits").at("descriptors"), "BAD");
    EXPECT_TRUE(contains(outcome.err, "to do: ulimit -n 1024")) << outcome.err;
}

TEST(Doctor, AHarnessThatHasGoneBlindIsFoundOut) {
    const TemporaryFolder folder;
    const std::string program = installed(folder);
    EXPECT_EQ(doctor_of(program, folder).ending, testing::Ending(Exited{0}));
    fs::copy_file(STAGGER_BLIND_FAULTY, folder.path() / "plugins/faulty.so",
                  fs::copy_options::overwrite_existing);
    const Outcome blind = doctor_of(program, folder);
    EXPECT_EQ(blind.ending, testing::Ending(Exited{3})) << blind.out;
    EXPECT_TRUE(contains(blind.out, "gone blind")) << blind.out;
    EXPECT_TRUE(contains(blind.out, "Do not rely on verdicts")) << blind.out;
    EXPECT_EQ(
        ailing(json::parse(text_of(folder / "doctor.json")), "planted").at("not-linearizable"),
        "BAD");
}

TEST(Doctor, AWorkerThatDoesNothingIsFoundOut) {
    const TemporaryFolder folder;
    const std::string program = installed(folder);
    fs::copy_file("/bin/true", folder.path() / "bin/stagger-worker",
                  fs::copy_options::overwrite_existing);
    const Outcome outcome = doctor_of(program, folder);
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{3})) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "no backend works here")) << outcome.out;
    fs::remove(folder.path() / "bin/libstagger_agent.so");
    EXPECT_TRUE(contains(doctor_of(program, folder).out, "libstagger_agent.so is not there"));
}

}  // namespace
}  // namespace stagger::e2e
