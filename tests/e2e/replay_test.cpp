// SPDX-License-Identifier: Apache-2.0
//
// From a finding to its schedule file, and back to the same violation.
#include <regex>

#include <gtest/gtest.h>

#include "tests/e2e/stagger.hpp"

namespace stagger::e2e {
namespace {

// A folder in which the lost update of loses.toml was found, with its schedule.
class Replay : public ::testing::Test {
protected:
    Replay() {
        stagger_quick(folder_, {"gate", spec("loses")});
        schedule_ = only_schedule(folder_);
    }

    void expect_rejected(const std::string& file, const std::string& part) {
        const Outcome outcome = stagger(folder_, {"replay", file});
        EXPECT_EQ(outcome.ending, testing::Ending(Exited{64})) << outcome.out << outcome.err;
        EXPECT_TRUE(contains(outcome.err, part)) << outcome.err;
    }

    TemporaryFolder folder_;
    std::string schedule_;
};

TEST_F(Replay, ShowsTheViolationAgainEveryTime) {
    const Outcome outcome = stagger(folder_, {"replay", schedule_, "--times", "5"});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{1})) << outcome.out << outcome.err;
    EXPECT_TRUE(contains(outcome.out, "it showed in 5 of 5 replays")) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "the delays that matter")) << outcome.out;
}

TEST_F(Replay, NeedsNothingButTheFile) {
    const TemporaryFolder elsewhere;
    const std::string copy = elsewhere.write("copy.schedule", text_of(schedule_));
    const Outcome outcome = stagger(elsewhere, {"replay", copy, "--times", "2"});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{1})) << outcome.out << outcome.err;
}

TEST_F(Replay, WritesTheHistoryForOtherOracles) {
    stagger(folder_, {"replay", schedule_, "--times", "1", "--history", "lost.jsonl"});
    // Each load and store takes effect at once; only the two updates as wholes do not.
    const Outcome outcome = stagger(folder_, {"check", "lost.jsonl", "--model", "register",
                                              "--initial", "100", "--key", "\"n\""});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{0})) << outcome.out << outcome.err;
    EXPECT_TRUE(contains(outcome.out, "4 operations")) << outcome.out;
}

TEST_F(Replay, MinimizesAgainWhereAskedTo) {
    const Outcome outcome = stagger(folder_, {"replay", schedule_, "--times", "2", "--minimize"});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{1})) << outcome.out << outcome.err;
}

TEST_F(Replay, EndsWith0WhereTheViolationIsGone) {
    // Without its decisions, the schedule is the calm one.
    const std::string mended =
        std::regex_replace(text_of(schedule_), std::regex("  \\{ task = [^\n]*\n"), "");
    const std::string calm = folder_.write("calm.schedule", mended);
    const Outcome outcome = stagger(folder_, {"replay", calm, "--times", "2"});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{0})) << outcome.out << outcome.err;
    EXPECT_TRUE(contains(outcome.out, "The violation is not there")) << outcome.out;
}

TEST_F(Replay, EndsWith2WhereTheScheduleNoLongerFits) {
    const std::string shifted =
        std::regex_replace(text_of(schedule_), std::regex("point = [0-9]+"), "point = 4000");
    const Outcome outcome =
        stagger(folder_, {"replay", folder_.write("far.schedule", shifted), "--times", "2"});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{2})) << outcome.out << outcome.err;
    EXPECT_TRUE(contains(outcome.out, "no longer fits: worker[")) << outcome.out;
}

TEST_F(Replay, RejectsAFileCutShortAnywhere) {
    const std::string text = text_of(schedule_);
    for (const std::size_t length :
         {std::size_t{0}, std::size_t{20}, text.size() / 2, text.size() - 3})
        expect_rejected(folder_.write("cut.schedule", text.substr(0, length)), "cut.schedule");
}

TEST_F(Replay, RejectsAScheduleOfAnotherVersion) {
    const std::string text =
        std::regex_replace(text_of(schedule_), std::regex("\nformat = 1\n"), "\nformat = 999\n");
    expect_rejected(folder_.write("new.schedule", text), "format");
}

TEST_F(Replay, RejectsAScheduleOfAnotherScenario) {
    const std::string text = std::regex_replace(
        text_of(schedule_), std::regex("scenario = \"loses\""), "scenario = \"wins\"");
    expect_rejected(folder_.write("other.schedule", text), "the scenario \"wins\"");
    const Outcome outcome = stagger(folder_, {"replay", schedule_, "--spec", spec("holds")});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{64})) << outcome.out << outcome.err;
}

TEST_F(Replay, RejectsWhatIsNoSchedule) {
    expect_rejected(spec("loses"), "loses.toml");
    expect_rejected(folder_ / "nowhere.schedule", "nowhere.schedule");
}

}  // namespace
}  // namespace stagger::e2e
