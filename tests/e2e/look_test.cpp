// SPDX-License-Identifier: Apache-2.0
//
// The commands that only look: list, points, validate, help.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/e2e/stagger.hpp"

namespace stagger::e2e {
namespace {

namespace fs = std::filesystem;

void expect_output(const std::vector<std::string>& words, int code, const std::string& part) {
    const TemporaryFolder folder;
    const Outcome outcome = stagger(folder, words);
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{code})) << outcome.out << outcome.err;
    EXPECT_TRUE(contains(outcome.out + outcome.err, part)) << outcome.out << outcome.err;
}

TEST(List, KnowsEveryBuiltInBackend) {
    for (const char* backend : {"private", "shm", "pipe", "queue", "socket", "manager"})
        expect_output({"list", "backends"}, 0, std::string("/plugins/") + backend + ".so");
    expect_output({"list", "backends"}, 0, "register: ");
    expect_output({"list", "backends"}, 0, "option lock = ");
}

TEST(List, KnowsStrategiesOraclesScenariosAndCases) {
    expect_output({"list", "strategies"}, 0, "portfolio  ");
    expect_output({"list", "oracles"}, 0, "linearizability");
    expect_output({"list", "scenarios", spec("holds")}, 0, "holds  Two processes add 1");
    expect_output({"list", "cases", spec("holds"), spec("known")}, 0,
                  "known/shm  finds lost-update");
    expect_output({"list", "cases", spec("holds")}, 0, "holds/shm  must hold");
}

// As many backends side by side as fit; nothing is wider, wherever it is shown.
TEST(List, ShowsWhichBackendHasWhichOperation) {
    const TemporaryFolder folder;
    const Outcome outcome = stagger(folder, {"list", "types", "--json", "types.json"});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{0})) << outcome.err;
    EXPECT_TRUE(contains(outcome.out, "queue\n  put ")) << outcome.out;
    std::istringstream lines(outcome.out);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
    const auto json = nlohmann::json::parse(text_of(folder / "types.json"));
    const auto having = [&](const char* type, const char* operation, const char* backend) {
        const auto& names = json.at("types").at(type).at(operation);
        return std::find(names.begin(), names.end(), backend) != names.end();
    };
    EXPECT_TRUE(having("mutex", "lock", "shm"));
    EXPECT_TRUE(having("map", "append", "shm"));
    EXPECT_TRUE(having("register", "load", "faulty"));
    EXPECT_FALSE(having("mutex", "lock", "faulty"));
    expect_output({"list", "types", "--backend", "pipe"}, 0, "  pipe\n");
}

TEST(List, IsThereForPrograms) {
    const TemporaryFolder folder;
    for (const char* topic : {"backends", "strategies", "oracles", "models"}) {
        const Outcome outcome = stagger(folder, {"list", topic, "--json", "-"});
        EXPECT_EQ(outcome.ending, testing::Ending(Exited{0})) << outcome.err;
        const auto json = nlohmann::json::parse(outcome.out);
        EXPECT_GE(json.at(topic).size(), 3U) << topic;
        for (const auto& one : json.at(topic)) EXPECT_TRUE(one.contains("summary")) << topic;
    }
    const auto cases = stagger(folder, {"list", "cases", spec("holds"), "--json", "-"});
    EXPECT_EQ(nlohmann::json::parse(cases.out).at("cases").at(0).at("name"), "holds/shm");
}

TEST(List, SaysWhatItCanList) {
    expect_output({"list", "backend"}, 64, "did you mean \"backends\"?");
    expect_output({"list"}, 64, "WHAT");
    expect_output({"list", "cases", spec("holds"), "--filter", "x"}, 4, "");
}

TEST(Points, ShowsEveryStepOfEveryTask) {
    expect_output({"points", spec("holds")}, 0, "store n");
    expect_output({"points", spec("holds")}, 0, "worker[1]");
    expect_output({"points", "nowhere.toml"}, 64, "nowhere.toml");
}

TEST(Points, SayWhatTheCalmCourseLeavesOut) {
    const TemporaryFolder folder;
    folder.write(
        "a.toml",
        "name = \"a\"\n[objects]\nn = { type = \"register\", initial = 0 }\n[process.p]\ncount = "
        "2\nsteps = [ { load = \"n\", into = \"x\" }, { if = \"x > 5\", steps = [ { store = "
        "\"n\", value = 1 } ] } ]\n[[case]]\nbackend = \"shm\"\n");
    const Outcome outcome = stagger(folder, {"points", "a.toml", "--json", "points.json"});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{0})) << outcome.err;
    EXPECT_TRUE(contains(outcome.out, "can: p: store n\n")) << outcome.out;
    EXPECT_FALSE(contains(outcome.out, "p: load n")) << outcome.out;
    const auto one = nlohmann::json::parse(text_of(folder / "points.json")).at("cases").at(0);
    EXPECT_EQ(one.at("not_reached"), nlohmann::json({"p: store n"}));
    EXPECT_EQ(one.at("points").at(0).at("task"), "p[0]");
}

TEST(Points, SayWhichBackendIsOutOfSight) {
    const TemporaryFolder folder;
    fs::create_directory(folder.path() / "plugins");
    fs::copy_file(STAGGER_BLIND_FAULTY, folder.path() / "plugins/unseen.so");
    folder.write(
        "a.toml",
        "name = \"a\"\n[objects]\nn = { type = \"register\", initial = 0 }\n[process.p]\nsteps = [ "
        "{ load = \"n\", into = \"x\" } ]\n[[case]]\nbackend = \"unseen\"\n");
    const Outcome outcome = stagger(folder, {"points", "a.toml", "--plugin", "plugins"});
    EXPECT_TRUE(
        contains(outcome.out, "out of sight: backend unseen: its accesses to shared memory"))
        << outcome.out << outcome.err;
}

TEST(Validate, SaysOkOrWhatIsWrong) {
    expect_output({"validate", spec("holds")}, 0, "holds.toml: ok, 1 case");
    expect_output({"validate", spec("nobody")}, 64, "pidgeon");
}

TEST(Validate, WarnsOfWhatCanHardlyBeMeantAndFailsIfStrict) {
    const TemporaryFolder folder;
    folder.write("a.toml",
                 "name = \"a\"\n[objects]\nn = { type = \"register\" }\nm = { type = \"mutex\" }\n"
                 "[process.p]\nsteps = [ { load = \"n\", into = \"x\" } ]\n[[case]]\nbackend = "
                 "\"shm\"\nfinds = \"assertion\"\n");
    const Outcome outcome = stagger(folder, {"validate", "a.toml"});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{0}));
    EXPECT_TRUE(contains(outcome.out, "a.toml:4:1: warning: no step uses")) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "a.toml:9:9: warning: \"assertion\" is never"))
        << outcome.out;
    EXPECT_EQ(stagger(folder, {"validate", "--strict", "a.toml"}).ending,
              testing::Ending(Exited{64}));
    EXPECT_EQ(stagger(folder, {"validate", "--strict", spec("holds")}).ending,
              testing::Ending(Exited{0}));
}

TEST(Validate, ReportsEveryBadSpecOfAFolder) {
    const TemporaryFolder folder;
    folder.write("specs/a.toml", "name = 1\n");
    folder.write("specs/b.toml", text_of(spec("holds")));
    folder.write("specs/deep/c.toml", "nonsense");
    const Outcome outcome = stagger(folder, {"validate", "specs"});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{64}));
    EXPECT_TRUE(contains(outcome.out, "specs/a.toml:1:")) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "specs/b.toml: ok")) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "specs/deep/c.toml:1:")) << outcome.out;
}

TEST(Help, IsThereForEveryCommandWithExamples) {
    for (const char* name : {"gate", "run", "replay", "list", "points", "new", "validate"}) {
        expect_output({"--help"}, 0, name);
        expect_output({name, "--help"}, 0, "Examples:\n  stagger " + std::string(name));
    }
    expect_output({"--version"}, 0, "stagger ");
}

}  // namespace
}  // namespace stagger::e2e
