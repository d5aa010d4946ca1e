// SPDX-License-Identifier: Apache-2.0
//
// The commands that only look: list, points, validate, help.
#include <gtest/gtest.h>

#include "tests/e2e/stagger.hpp"

namespace stagger::e2e {
namespace {

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

TEST(Validate, SaysOkOrWhatIsWrong) {
    expect_output({"validate", spec("holds")}, 0, "holds.toml: ok, 1 case");
    expect_output({"validate", spec("nobody")}, 64, "pidgeon");
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
