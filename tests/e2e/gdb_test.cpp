// SPDX-License-Identifier: Apache-2.0
//
// `replay --gdb`: a task is stopped where it matters, gdb looks at it, and the schedule goes on as
// it was recorded.
#include <gtest/gtest.h>

#include "tests/e2e/stagger.hpp"

namespace stagger::e2e {
namespace {

constexpr const char* kRacy = R"(name = "racy"
[objects]
n = { type = "register", initial = 0 }
[process.worker]
count = 2
steps = [{ add = "n", value = 1 }]
[expect]
final = "n == 2"
[[case]]
backend = "broken_racy"
)";

constexpr const char* kThreads = R"(name = "threads"
[objects]
n = { type = "register", initial = 0 }
[process.worker]
threads = 3
steps = [{ load = "n", into = "x" }, { store = "n", value = "x + 1" }]
[expect]
final = "n == 3"
[[case]]
backend = "shm"
)";

constexpr const char* kCrashes = R"(name = "crashes"
[objects]
n = { type = "register", initial = 0 }
[process.reader]
steps = [{ load = "n", into = "x" }]
[process.writer]
steps = [{ store = "n", value = 1 }]
[[case]]
backend = "broken_crash"
)";

using Words = std::vector<std::string>;

// A folder in which a scenario was found to go wrong, with its schedule.
class Gdb : public ::testing::Test {
protected:
    void find(const std::string& text) {
        const std::string file = folder_.write("found.toml", text);
        stagger_quick(folder_, {"run", file, "--plugin", STAGGER_TEST_PLUGINS});
        schedule_ = only_schedule(folder_);
    }

    testing::Command looked_at(const std::string& where, const Words& commands) const {
        Words words{"replay", schedule_, "--plugin", STAGGER_TEST_PLUGINS, "--gdb", where};
        for (const std::string& word : commands) words.insert(words.end(), {"--gdb-command", word});
        return command(folder_, std::move(words));
    }

    Outcome look(const std::string& where, const Words& commands) const {
        const Outcome outcome = testing::run_command(looked_at(where, commands));
        EXPECT_FALSE(outcome.timed_out) << outcome.out << outcome.err;
        return outcome;
    }

    TemporaryFolder folder_;
    std::string schedule_;
};

TEST_F(Gdb, StopsATaskWhereTheScheduleDelaysItAndTheReplayGoesOn) {
    find(kRacy);
    const Outcome outcome = look("worker[1]", {"bt", "print old", "frame", "continue"});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{1})) << outcome.out << outcome.err;
    EXPECT_TRUE(contains(outcome.out, "worker[1] is stopped at its point 3, `add n: memory write`"))
        << outcome.out;
    // The frame of the plugin, at the line that writes; what it has read is old by then.
    EXPECT_TRUE(contains(outcome.out, "Broken::add")) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "cell_ = old + number(value);")) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "$1 = 0")) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "lost-update on n")) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "it showed in 1 of 1 replays")) << outcome.out;
    EXPECT_FALSE(contains(outcome.out, "did not go as it does")) << outcome.out;
}

TEST_F(Gdb, ComesBackOnceTheOthersHaveRunByTheSchedule) {
    find(kRacy);
    const Outcome outcome = look("worker[1]", {"finish", "detach"});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{1})) << outcome.out << outcome.err;
    EXPECT_TRUE(contains(outcome.out, "Value returned is")) << outcome.out << outcome.err;
    EXPECT_TRUE(contains(outcome.out, "it showed in 1 of 1 replays")) << outcome.out;
}

TEST_F(Gdb, StopsAtAPointByItsNumberOrByWhatIsDoneThere) {
    find(kRacy);
    for (const char* point : {"2", "add n: memory read"}) {
        const Outcome outcome = look(std::string("worker[1]@") + point, {"frame"});
        EXPECT_TRUE(contains(outcome.out, "at its point 2, `add n: memory read`")) << outcome.out;
        EXPECT_TRUE(contains(outcome.out, "old = cell_;")) << outcome.out;
        EXPECT_TRUE(contains(outcome.out, "it showed in 1 of 1 replays")) << outcome.out;
    }
}

TEST_F(Gdb, StandsInTheThreadOfItsTask) {
    find(kThreads);
    const Outcome outcome = look("worker[0].2", {"frame", "thread"});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{1})) << outcome.out << outcome.err;
    EXPECT_TRUE(contains(outcome.out, "Interpreter::call")) << outcome.out << outcome.err;
    EXPECT_FALSE(contains(outcome.out, "Current thread is 1 ")) << outcome.out;
}

TEST_F(Gdb, SaysWhereItHasChangedTheCourse) {
    find(kRacy);
    const Outcome outcome = look("worker[1]", {"set variable old = 1"});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{0})) << outcome.out << outcome.err;
    EXPECT_TRUE(contains(outcome.out, "It did not go as it does without gdb")) << outcome.out;
}

TEST_F(Gdb, ThatKillsTheTaskMakesNoCrashOfIt) {
    find(kRacy);
    const Outcome outcome = look("worker[1]", {"kill"});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{2})) << outcome.out << outcome.err;
    EXPECT_TRUE(contains(outcome.out, "Inconclusive: the process of worker[1] was killed"))
        << outcome.out;
    EXPECT_FALSE(contains(outcome.out, "crash")) << outcome.out;
}

TEST_F(Gdb, SeesTheCrashThatTheScheduleShows) {
    find(kCrashes);
    const Outcome outcome = look("writer", {"continue", "frame", "continue"});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{1})) << outcome.out << outcome.err;
    EXPECT_TRUE(contains(outcome.out, "received signal SIGSEGV")) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "The violation is there")) << outcome.out;
}

TEST_F(Gdb, TakesItsTimeAndAHangIsStillOne) {
    schedule_ = STAGGER_FINDINGS "/hang.schedule";  // finding it takes a minute
    const Outcome outcome = look("worker[0]", {"shell sleep 1", "continue"});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{1})) << outcome.out << outcome.err;
    EXPECT_TRUE(contains(outcome.out, "hang")) << outcome.out;
    EXPECT_FALSE(contains(outcome.out, "did not go as it does")) << outcome.out;
}

TEST_F(Gdb, IsThereForAPersonAtATerminal) {
    find(kRacy);
    testing::Command looking = looked_at("worker[1]", {});
    looking.columns = 100;
    looking.environment["TERM"] = "dumb";
    looking.input = "print old\ncontinue\n";
    const Outcome outcome = testing::run_command(looking);
    EXPECT_FALSE(outcome.timed_out) << outcome.out;
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{1})) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "(gdb) ")) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "$1 = 0")) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "it showed in 1 of 1 replays")) << outcome.out;
}

TEST_F(Gdb, LeavesStdoutToThoseWhoOwnIt) {
    find(kRacy);
    testing::Command looking = looked_at("worker[1]", {"print old"});
    looking.words.insert(looking.words.end(), {"--json", "-"});
    const Outcome outcome = testing::run_command(looking);
    EXPECT_EQ(outcome.out.substr(0, 1), "{") << outcome.out;
    EXPECT_TRUE(contains(outcome.err, "$1 = 0")) << outcome.err;
}

TEST_F(Gdb, IsNotStartedWhereTheCommandLineMakesNoSense) {
    find(kRacy);
    const auto rejected = [&](const Outcome& outcome, const std::string& part) {
        EXPECT_EQ(outcome.ending, testing::Ending(Exited{64})) << outcome.out << outcome.err;
        EXPECT_TRUE(contains(outcome.err, part)) << outcome.err;
    };
    rejected(look("worker[7]", {"bt"}), "its tasks are: worker[0], worker[1], parent");
    rejected(look("worker[1]@99", {"bt"}), "    3  add n: memory write");
    rejected(look("worker[1]", {}), "--gdb needs a terminal");
    testing::Command often = looked_at("worker[1]", {"bt"});
    often.words.insert(often.words.end(), {"--times", "3"});
    rejected(testing::run_command(often), "--times has no meaning with --gdb");
    const Outcome nowhere = stagger(folder_, {"replay", schedule_, "--gdb-command", "bt"});
    rejected(nowhere, "--gdb-command needs --gdb");
}

TEST_F(Gdb, ThatIsNotInstalledIsSaid) {
    find(kRacy);
    testing::Command looking = looked_at("worker[1]", {"bt"});
    looking.environment["PATH"] = folder_.path().string();
    const Outcome outcome = testing::run_command(looking);
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{3})) << outcome.out << outcome.err;
    EXPECT_TRUE(contains(outcome.err, "there is no gdb in PATH")) << outcome.err;
}

TEST_F(Gdb, ThatMayNotTraceIsSaidWithWhatToDo) {
    find(kRacy);
    testing::Command looking = looked_at("worker[1]", {"bt"});
    looking.words.insert(looking.words.begin(), STAGGER_WITHOUT_PTRACE);
    const Outcome outcome = testing::run_command(looking);
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{3})) << outcome.out << outcome.err;
    EXPECT_TRUE(contains(outcome.err, "gdb cannot look into processes")) << outcome.err;
    EXPECT_TRUE(contains(outcome.err, "What to do: ")) << outcome.err;
}

}  // namespace
}  // namespace stagger::e2e
