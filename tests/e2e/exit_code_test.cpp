// SPDX-License-Identifier: Apache-2.0
//
// What a CI job sees first: the exit code, and why.
#include <csignal>
#include <cstring>

#include <gtest/gtest.h>

#include "tests/e2e/stagger.hpp"

namespace stagger::e2e {
namespace {

void expect_exit(const Outcome& outcome, int code) {
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{code})) << outcome.out << outcome.err;
}

TEST(Gate, EndsWith0WhereCasesHoldAndKnownBugsAreFound) {
    const TemporaryFolder folder;
    const Outcome outcome = stagger_quick(folder, {"gate", spec("holds"), spec("known")});
    expect_exit(outcome, 0);
    EXPECT_TRUE(contains(outcome.out, "2 cases: 2 passed")) << outcome.out;
}

TEST(Gate, RunsAsOneOfSeveralOnlyItsShare) {
    const TemporaryFolder folder;
    const auto part = [&](const std::string& shard) {
        return stagger_quick(folder, {"gate", spec("holds"), spec("known"), "--shard", shard});
    };
    const Outcome first = part("1/3"), second = part("2/3"), third = part("3/3");
    for (const Outcome* outcome : {&first, &second, &third}) expect_exit(*outcome, 0);
    EXPECT_TRUE(contains(first.out, "shard 1 of 3: 1 of 2 cases")) << first.out;
    EXPECT_TRUE(contains(first.out, "1 case: 1 passed")) << first.out;
    EXPECT_TRUE(contains(second.out, "1 case: 1 passed")) << second.out;
    EXPECT_TRUE(contains(third.out, "shard 3 of 3: 0 of 2 cases")) << third.out;
    expect_exit(part("4/3"), 64);
}

// A CI job that hands on what was written finds it, and not what an earlier run left there.
TEST(Gate, WritesItsResultsAlsoWhereItsShareIsNothing) {
    const TemporaryFolder folder;
    const Outcome outcome = stagger_quick(
        folder, {"gate", spec("holds"), "--shard", "2/2", "--json", "x.json", "--junit", "x.xml",
                 "--tap", "x.tap", "--sarif", "x.sarif", "--html", "page"});
    expect_exit(outcome, 0);
    EXPECT_FALSE(contains(outcome.err, "no case")) << outcome.err;
    EXPECT_TRUE(contains(text_of(folder / "x.json"), "\"cases\": 0"));
    EXPECT_TRUE(contains(text_of(folder / "x.xml"), "tests=\"0\""));
    EXPECT_TRUE(contains(text_of(folder / "x.tap"), "1..0"));
    EXPECT_TRUE(contains(text_of(folder / "page/index.html"), "<html"));
    EXPECT_TRUE(contains(text_of(folder / "x.sarif"), "\"exitCode\": 0"));
}

// What is written says of the exit code what is so.
TEST(Sarif, KnowsTheExitCode) {
    const TemporaryFolder folder;
    folder.write("idle.toml",
                 "name = \"idle\"\n[objects]\nn = { type = \"register\" }\nm = { type = \"mutex\" "
                 "}\n[process.p]\nsteps = [ { store = \"n\", value = 1 } ]\n");
    expect_exit(stagger(folder, {"validate", "idle.toml", "--strict", "--sarif", "strict"}), 64);
    EXPECT_TRUE(contains(text_of(folder / "strict"), "\"exitCode\": 64"));
    expect_exit(stagger(folder, {"validate", "idle.toml", "--sarif", "lenient"}), 0);
    EXPECT_TRUE(contains(text_of(folder / "lenient"), "\"exitCode\": 0"));
    expect_exit(stagger_quick(folder, {"gate", spec("loses"), "--sarif", "loses"}), 1);
    EXPECT_TRUE(contains(text_of(folder / "loses"), "\"exitCode\": 1"));
}

TEST(Gate, EndsWith1WhereACaseDoesNotHoldAndShowsTheFinding) {
    const TemporaryFolder folder;
    const Outcome outcome = stagger_quick(folder, {"gate", spec("holds"), spec("loses")});
    expect_exit(outcome, 1);
    EXPECT_TRUE(contains(outcome.out, "lost-update on n  in loses/shm")) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "the delays that matter")) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "20 of 20 replays")) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "stagger replay .stagger/")) << outcome.out;
}

TEST(Gate, EndsWith1WhereAKnownBugIsNotFoundAndShowsTheNearestMiss) {
    const TemporaryFolder folder;
    const Outcome outcome = stagger_quick(folder, {"gate", spec("missed")});
    expect_exit(outcome, 1);
    EXPECT_TRUE(contains(outcome.out, "expected to find lost-update")) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "the nearest miss")) << outcome.out;
}

TEST(Gate, EndsWith2WhereNothingWasTested) {
    const TemporaryFolder folder;
    const Outcome outcome = stagger_quick(folder, {"gate", spec("apart")});
    expect_exit(outcome, 2);
    EXPECT_TRUE(contains(outcome.out, "no-evidence")) << outcome.out;
}

TEST(Gate, EndsWith3WhereABackendCannotBeLoaded) {
    const TemporaryFolder folder;
    folder.write("plugins/pidgeon.so", "this is no library");
    const Outcome outcome =
        stagger_quick(folder, {"gate", spec("nobody"), spec("holds"), "--plugin", "plugins"});
    expect_exit(outcome, 3);
    EXPECT_TRUE(contains(outcome.out, "pidgeon.so")) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "file too short")) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "1 passed, 1 error")) << outcome.out;
    expect_exit(stagger(folder, {"validate", spec("nobody"), "--plugin", "plugins"}), 3);
}

TEST(Gate, EndsWith4WhereNothingMatches) {
    const TemporaryFolder folder;
    const Outcome outcome = stagger_quick(folder, {"gate", spec("holds"), "--filter", "nope/*"});
    expect_exit(outcome, 4);
    EXPECT_TRUE(contains(outcome.err, "no case matches")) << outcome.err;
    folder.write("empty/readme.md", "no specs here");
    expect_exit(stagger_quick(folder, {"gate", "empty"}), 4);
}

TEST(Gate, ABadSpecEndsWith64AndTheOthersAreRunAllTheSame) {
    const TemporaryFolder folder;
    folder.write("specs/a.toml", "name = \"a\"\nnonsense = 1\n");
    folder.write("specs/holds.toml", text_of(spec("holds")));
    const Outcome outcome = stagger_quick(folder, {"gate"});
    expect_exit(outcome, 64);
    EXPECT_TRUE(contains(outcome.out, "specs/a.toml:2:1")) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "nonsense")) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "2 cases: 1 passed, 1 error")) << outcome.out;
}

TEST(Gate, EndsWith64OnWrongUsage) {
    const TemporaryFolder folder;
    expect_exit(stagger(folder, {}), 64);
    expect_exit(stagger(folder, {"gaet"}), 64);
    expect_exit(stagger(folder, {"gate", "--schedules", "many"}), 64);
    expect_exit(stagger(folder, {"gate", "nowhere.toml"}), 64);
    expect_exit(stagger(folder, {"gate"}), 64);
    const Outcome backend = stagger(folder, {"gate", spec("holds"), "--backend", "shmm"});
    expect_exit(backend, 64);
    EXPECT_TRUE(contains(backend.err, "did you mean \"shm\"?")) << backend.err;
    const Outcome strategy = stagger(folder, {"gate", spec("holds"), "--strategy", "randon"});
    expect_exit(strategy, 64);
    EXPECT_TRUE(contains(strategy.err, "did you mean \"random\"?")) << strategy.err;
}

TEST(Gate, FailFastSkipsWhatIsBehindAFailure) {
    const TemporaryFolder folder;
    const Outcome outcome =
        stagger_quick(folder, {"gate", spec("loses"), spec("holds"), "--fail-fast"});
    expect_exit(outcome, 1);
    EXPECT_TRUE(contains(outcome.out, "1 failed, 1 skipped")) << outcome.out;
}

class EndingSignal : public ::testing::TestWithParam<int> {};

// SIGHUP is what a terminal sends that is closed, mostly twice.
TEST_P(EndingSignal, EndsAGateWithWhatIsThere) {
    const TemporaryFolder folder;
    testing::Command gate = command(
        folder, {"gate", spec("known"), spec("holds"), "--time", "300", "--json", "results.json"});
    bool sent = false;
    gate.react = [&sent, this](const std::string& err) {
        if (sent || !contains(err, "known/shm")) return 0;
        sent = GetParam() != SIGHUP;
        return GetParam();
    };
    const Outcome outcome = testing::run_command(gate);
    expect_exit(outcome, 2);
    EXPECT_TRUE(contains(outcome.out, "1 passed, 1 inconclusive")) << outcome.out;
    EXPECT_TRUE(contains(text_of(folder / "results.json"), "\"inconclusive\": 1"));
}

INSTANTIATE_TEST_SUITE_P(Gate, EndingSignal, ::testing::Values(SIGINT, SIGTERM, SIGHUP),
                         [](const auto& tested) {
                             return std::string(sigabbrev_np(tested.param));
                         });

TEST(Gate, AReaderThatWentAwayDoesNotKillIt) {
    const TemporaryFolder folder;
    testing::Command gate = command(folder, {"gate", spec("holds"), "--schedules", "50"});
    gate.close_stdout = true;
    expect_exit(testing::run_command(gate), 0);
    gate.words.insert(gate.words.end(), {"--json", "-"});
    expect_exit(testing::run_command(gate), 3);
}

TEST(Run, MakesACaseWhereTheFileHasNone) {
    const TemporaryFolder folder;
    const Outcome outcome = stagger_quick(folder, {"run", spec("holds"), "--backend", "pipe"});
    expect_exit(outcome, 0);
    EXPECT_TRUE(contains(outcome.out, "holds/pipe")) << outcome.out;
}

TEST(Run, ShowsTheKnownBugToo) {
    const TemporaryFolder folder;
    const Outcome outcome = stagger_quick(folder, {"run", spec("known")});
    expect_exit(outcome, 0);
    EXPECT_TRUE(contains(outcome.out, "the delays that matter")) << outcome.out;
}

}  // namespace
}  // namespace stagger::e2e
