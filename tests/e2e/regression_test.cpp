// SPDX-License-Identifier: Apache-2.0
//
// Schedules that a project keeps: replayed by every gate before anything else, and held against
// what their cases say today.
#include <regex>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/e2e/stagger.hpp"

namespace stagger::e2e {
namespace {

constexpr const char* kKept = "corpus/regressions/known/lost.schedule";

std::string replaced(const std::string& text, const std::string& part, const std::string& by) {
    const std::size_t at = text.find(part);
    EXPECT_NE(at, std::string::npos) << part;
    return at == std::string::npos ? text : std::string(text).replace(at, part.size(), by);
}

// A project with the spec `known`, and a schedule of its bug in the corpus.
class Regression : public ::testing::Test {
protected:
    Regression() {
        spec_ = text_of(spec("known"));
        project_.write("specs/known.toml", spec_);
        const TemporaryFolder elsewhere;
        stagger_quick(elsewhere, {"gate", spec("known")});
        schedule_ = text_of(only_schedule(elsewhere));
        project_.write(kKept, schedule_);
    }

    Outcome gate(std::vector<std::string> more = {}) const {
        std::vector<std::string> words{"gate", "--json", "results.json", "--junit", "results.xml"};
        words.insert(words.end(), more.begin(), more.end());
        return stagger_quick(project_, words);
    }
    nlohmann::json results() const {
        return nlohmann::json::parse(text_of(project_ / "results.json"), nullptr, false);
    }
    void expect(const Outcome& outcome, int code, const std::string& status) const {
        EXPECT_EQ(outcome.ending, testing::Ending(Exited{code})) << outcome.out << outcome.err;
        const auto regressions = results()["regressions"];
        ASSERT_EQ(regressions.size(), 1U) << outcome.out;
        EXPECT_EQ(regressions[0]["status"], status) << outcome.out;
        EXPECT_EQ(regressions[0]["file"], kKept);
    }

    TemporaryFolder project_;
    std::string spec_, schedule_;
};

TEST_F(Regression, OfAKnownBugPassesWhileItShows) {
    const Outcome outcome = gate();
    expect(outcome, 0, "pass");
    EXPECT_EQ(results()["regressions"][0]["verdict"], "lost-update");
    EXPECT_EQ(results()["summary"]["cases"], 1);
    EXPECT_TRUE(contains(outcome.out, "1 regression and 1 case of 1 spec")) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "1 regression: 1 passed; 1 case: 1 passed")) << outcome.out;
    EXPECT_LT(outcome.out.find(kKept), outcome.out.find("known/shm"));
    EXPECT_TRUE(contains(text_of(project_ / "results.xml"), std::string("name=\"") + kKept));
}

TEST_F(Regression, OfAKnownBugFailsWhereItDoesNotShowAnyMore) {
    const std::string calm = std::regex_replace(schedule_, std::regex("  \\{ task = [^\n]*\n"), "");
    project_.write(kKept, calm);
    const Outcome outcome = gate();
    expect(outcome, 1, "fail");
    EXPECT_TRUE(contains(outcome.out, "no longer shows lost-update")) << outcome.out;
    EXPECT_TRUE(contains(text_of(project_ / "results.xml"), "<failure")) << outcome.out;
}

TEST_F(Regression, OfAMendedBugFailsWhereItIsBack) {
    project_.write("specs/known.toml", replaced(spec_, "finds   = \"lost-update\"", ""));
    const Outcome outcome = gate({"--fail-fast"});
    expect(outcome, 1, "fail");
    EXPECT_EQ(results()["regressions"][0]["finding"]["symptom"], "lost-update");
    EXPECT_TRUE(contains(outcome.out,
                         "stagger replay corpus/regressions/known/lost.schedule "
                         "--spec specs/known.toml"))
        << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "1 case: 0 passed, 1 skipped")) << outcome.out;
}

TEST_F(Regression, OfAMendedBugPassesWhereNothingShows) {
    const std::string lenient =
        replaced(replaced(spec_, "finds   = \"lost-update\"", ""), "final = \"n == 102\"",
                 "allow = [\"lost-update\", \"not-serializable\", \"final-state\"]");
    project_.write("specs/known.toml", lenient);
    const Outcome outcome = gate();
    expect(outcome, 0, "pass");
    EXPECT_TRUE(contains(outcome.out, "does not show lost-update any more")) << outcome.out;
}

TEST_F(Regression, ThatNoLongerFitsIsInconclusiveAndSaysWhatToDo) {
    project_.write("specs/known.toml",
                   replaced(spec_, "{ as_one", "{ load = \"n\", into = \"y\" },\n  { as_one"));
    const Outcome outcome = gate();
    expect(outcome, 2, "inconclusive");
    EXPECT_TRUE(contains(outcome.out, "no longer fits: worker[")) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "stagger run specs/known.toml --filter")) << outcome.out;
}

TEST_F(Regression, OfACaseThatIsGoneIsInconclusive) {
    project_.write("specs/known.toml", replaced(spec_, "\"shm\"", "\"pipe\""));
    const Outcome outcome = gate();
    expect(outcome, 2, "inconclusive");
    EXPECT_TRUE(contains(outcome.out, "known/shm, which specs/known.toml does not have"))
        << outcome.out;
    EXPECT_TRUE(gate({"--filter", "known/pipe"}).out.find(kKept) == std::string::npos);
}

TEST_F(Regression, OfACaseThatIsNotAskedForIsLeftOut) {
    project_.write("specs/holds.toml", text_of(spec("holds")));
    const Outcome outcome = gate({"--filter", "holds/*"});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{0})) << outcome.out << outcome.err;
    EXPECT_TRUE(results()["regressions"].empty());
}

TEST_F(Regression, ThatIsBrokenEndsWith64AndNamesTheLine) {
    project_.write(kKept, replaced(schedule_, "format = 1", "format = 9"));
    const Outcome outcome = gate();
    expect(outcome, 64, "error");
    EXPECT_TRUE(contains(outcome.out, std::string(kKept) + ":3:10")) << outcome.out;
    EXPECT_TRUE(contains(outcome.out, "1 case: 1 passed")) << outcome.out;
}

TEST_F(Regression, OfAnotherScenarioEndsWith64) {
    project_.write(kKept, replaced(schedule_, "scenario = \"known\"", "scenario = \"other\""));
    const Outcome outcome = gate();
    expect(outcome, 64, "error");
    EXPECT_TRUE(contains(outcome.out, "the scenario \"other\"")) << outcome.out;
}

TEST_F(Regression, IsLookedForWhereItIsSaid) {
    const TemporaryFolder elsewhere;
    const Outcome found =
        stagger_quick(elsewhere, {"gate", project_ / "specs", "--json", "results.json"});
    EXPECT_TRUE(contains(found.out, "1 regression and")) << found.out;
    const Outcome none = stagger_quick(project_, {"gate", "--corpus", elsewhere.path().string()});
    EXPECT_FALSE(contains(none.out, "regression")) << none.out;
    const Outcome wrong = stagger_quick(project_, {"gate", "--corpus", "nowhere"});
    EXPECT_EQ(wrong.ending, testing::Ending(Exited{64})) << wrong.out << wrong.err;
    EXPECT_TRUE(contains(wrong.err, "--corpus nowhere")) << wrong.err;
}

TEST(Corpus, IsJoinedAndToldByTheProgram) {
    const TemporaryFolder folder;
    folder.write("one/corpus/known_shm/a.genome", "a");
    folder.write("one/lost.schedule", "format = 1\n");
    const Outcome merged = stagger(folder, {"corpus", "merge", "one", "all"});
    EXPECT_EQ(merged.ending, testing::Ending(Exited{0})) << merged.out << merged.err;
    EXPECT_TRUE(contains(merged.out, "1 input and 1 finding are new in all")) << merged.out;
    const Outcome told = stagger(folder, {"corpus", "report", "all"});
    EXPECT_EQ(told.ending, testing::Ending(Exited{64})) << told.out << told.err;
    EXPECT_TRUE(contains(told.err, "all/lost.schedule:")) << told.err;
    EXPECT_TRUE(contains(told.out, "0 distinct findings, 1 input")) << told.out;
    for (const char* wrong : {"report", "mangle"}) {
        const Outcome outcome = stagger(folder, {"corpus", wrong, "nowhere"});
        EXPECT_EQ(outcome.ending, testing::Ending(Exited{64})) << wrong;
    }
}

}  // namespace
}  // namespace stagger::e2e
