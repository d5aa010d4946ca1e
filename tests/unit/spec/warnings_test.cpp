// SPDX-License-Identifier: Apache-2.0
//
// What `validate` warns of, each beside a twin that it must not accuse.
#include <gtest/gtest.h>

#include <string>

#include "harness/spec/parse.hpp"
#include "harness/spec/warnings.hpp"

namespace stagger::spec {
namespace {

// All warnings about a scenario with these parts, as "line:column: message".
std::string warned(const std::string& text) {
    const auto outcome = parse_scenario("name = \"a\"\n" + text, "a.toml");
    for (const auto& diagnostic : outcome.diagnostics) ADD_FAILURE() << diagnostic.render();
    if (!outcome.scenario) return "bad";
    std::string out;
    for (const Warning& warning : warnings_about(*outcome.scenario))
        out += std::to_string(warning.position.line) + ":" +
               std::to_string(warning.position.column) + ": " + warning.message + "\n";
    return out;
}

std::string with_steps(const std::string& steps, const std::string& rest = "") {
    return warned(
        "[objects]\nn = { type = \"register\", initial = 0 }\nm = { type = \"mutex\" }\n"
        "q = { type = \"queue\" }\n[process.p]\nsteps = [ { store = \"n\", value = 1 }, { "
        "lock = \"m\" }, { unlock = \"m\" }, { put = \"q\", value = 1 }, " +
        steps + " ]\n" + rest);
}

TEST(Warnings, OfAnObjectThatNobodyUses) {
    EXPECT_EQ(warned("[objects]\nn = { type = \"register\" }\nm = { type = \"mutex\" }\n"
                     "[process.p]\nsteps = [ { load = \"n\", into = \"x\" } ]\n"),
              "4:1: no step uses the object \"m\"\n");
    EXPECT_EQ(with_steps("{ load = \"n\", into = \"x\" }"), "");
}

// The mutex of a wait is used, too.
TEST(Warnings, NotOfAMutexThatOnlyAWaitNames) {
    EXPECT_EQ(warned("[objects]\nm = { type = \"mutex\" }\nc = { type = \"condition\" }\n"
                     "[process.p]\nsteps = [ { wait = \"c\", with = \"m\" } ]\n"),
              "");
}

// `stagger run --backend pipe` may make a case of its own, so it is no error.
TEST(Warnings, OfOptionsThatTheFileGivesABackendWithoutACase) {
    const std::string rest =
        "[objects]\nn = { type = \"register\" }\n[process.p]\nsteps = [ { store = \"n\", value = 1 "
        "} ]\n[[case]]\nbackend = \"shm\"\n[[case]]\nbackend = { n = \"file\" }\n";
    EXPECT_EQ(warned("options = { shm = { lock = \"none\" }, pipe = { size = 1 } }\n" + rest),
              "2:38: no case is on the backend \"pipe\"\n");
    EXPECT_EQ(
        warned("options = { shm = { lock = \"none\" }, file = { lock = \"flock\" } }\n" + rest),
        "");
}

TEST(Warnings, OfAParameterThatNobodyUses) {
    const std::string steps = "[process.p]\nsteps = [ { sleep = \"a\" } ]\n";
    EXPECT_EQ(warned("[params]\na = 1\nb = 2\n" + steps),
              "4:1: nothing uses the parameter \"b\"\n");
    EXPECT_EQ(warned("[params]\na = 1\nb = 2\n[process.p]\ncount = \"b\"\nsteps = [ { sleep = "
                     "\"a\" } ]\n"),
              "");
    EXPECT_EQ(
        warned("[params]\na = 1\nb = 2\n" + steps + "[expect]\nfinal = \"b == 2 or a == 1\"\n"),
        "");
}

TEST(Warnings, OfAVariableThatIsComputedForNobody) {
    EXPECT_EQ(with_steps("{ let = { x = \"self + 1\" } }"),
              "7:113: nothing uses the variable \"x\"\n");
    EXPECT_EQ(with_steps("{ let = { x = \"self + 1\" } }", "[expect]\nfinal = \"p.x == 1\"\n"), "");
    EXPECT_EQ(with_steps("{ let = { x = \"self + 1\" } }, { sleep = \"x\" }"), "");
    EXPECT_EQ(with_steps("{ section = \"s\", steps = [ { let = { x = true } } ] }"), "");
}

TEST(Warnings, OfAStepThatRunsInNoCase) {
    const std::string text =
        "[params]\nlocked = false\n[objects]\nm = { type = \"mutex\" }\n[process.p]\nsteps = [ { "
        "lock = \"m\" }, { unlock = \"m\" }, { sleep = 1, when = \"locked\" } ]\n[[case]]\n"
        "backend = \"shm\"\n";
    EXPECT_EQ(warned(text), "7:65: \"sleep\" never runs: this is false in every case\n");
    EXPECT_EQ(warned(text + "[[case]]\nbackend = \"shm\"\nparams = { locked = true }\n"), "");
}

TEST(Warnings, OfARoleThatDoesNothing) {
    const std::string text =
        "[params]\non = false\n[process.p]\nsteps = [ { sleep = 1 } ]\n[process.q]\nsteps = [ { "
        "sleep = 1, when = \"on\" } ]\n[[case]]\nbackend = \"shm\"\n";
    EXPECT_NE(warned(text).find("q does nothing in any case"), std::string::npos);
    EXPECT_EQ(warned(text + "[[case]]\nbackend = \"shm\"\nparams = { on = true }\n"), "");
}

TEST(Warnings, OfALockThatNobodyReleases) {
    const std::string begin =
        "[objects]\nm = { type = \"mutex\" }\n[process.p]\nsteps = [ { lock = \"m\" }";
    EXPECT_EQ(warned(begin + " ]\n"), "5:13: p locks m and has no step that unlocks it\n");
    EXPECT_EQ(warned(begin + ", { sleep = 1 }, { unlock = \"m\" } ]\n"), "");
    EXPECT_EQ(
        warned(begin + ", { unlock = \"m\" } ]\n[process.o]\nsteps = [ { unlock = \"m\" } ]\n"),
        "7:13: o unlocks m and has no step that locks it\n");
}

TEST(Warnings, OfALockThatABranchForgets) {
    const auto with = [](const std::string& steps) {
        return warned(
            "[objects]\nm = { type = \"mutex\" }\nn = { type = \"register\", initial = 0 }\n"
            "[process.p]\nsteps = [ { lock = \"m\" }, { load = \"n\", into = \"x\" }, " +
            steps + " ]\n");
    };
    const std::string unlock = "{ unlock = \"m\" }";
    EXPECT_EQ(with("{ if = \"x > 0\", steps = [ " + unlock + " ] }"),
              "6:13: p locks m here, and does not unlock it on every path\n");
    EXPECT_EQ(with("{ if = \"x > 0\", steps = [ " + unlock + " ], else = [ { sleep = 1 }, " +
                   unlock + " ] }"),
              "");
    EXPECT_EQ(with("{ if = \"x > 0\", steps = [ { sleep = 1 } ] }, " + unlock), "");
    // What goes with what is not known: nothing is said.
    EXPECT_EQ(with("{ unlock = \"m\", when = \"x > 0\" }, { unlock = \"m\", when = \"x <= 0\" }"),
              "");
    EXPECT_EQ(with("{ repeat = 1, steps = [ " + unlock + " ] }"), "");
}

TEST(Warnings, OfAQueueIntoWhichNobodyPuts) {
    const std::string steps = "[process.p]\nsteps = [ { take = \"q\", into = \"x\" } ]\n";
    EXPECT_EQ(warned("[objects]\nq = { type = \"queue\" }\n" + steps),
              "3:1: no step does \"put\" on q, where others do \"take\"\n");
    EXPECT_EQ(warned("[objects]\nq = { type = \"queue\", initial = [1] }\n" + steps), "");
}

std::string finds(const std::string& symptom, const std::string& more = "") {
    return with_steps("{ load = \"n\", into = \"x\" }",
                      "[[case]]\nbackend = \"shm\"\nfinds = \"" + symptom + "\"\n" + more);
}

TEST(Warnings, OfSymptomsThatCannotBe) {
    for (const char* symptom :
         {"data-race", "final-state", "forbidden-outcome", "assertion", "not-serializable"})
        EXPECT_NE(finds(symptom).find("\"" + std::string(symptom) + "\" is never found here"),
                  std::string::npos)
            << symptom;
    for (const char* symptom : {"lost-update", "stale-read", "deadlock", "crash", "lost-message",
                                "mutual-exclusion", "torn-value", "hang", "leak"})
        EXPECT_EQ(finds(symptom), "") << symptom;
    EXPECT_EQ(finds("final-state", "expect = { final = \"n == 1\" }\n"), "");
    EXPECT_NE(finds("deadlock", "expect = { allow = [\"deadlock\"] }\n").find("`allow` drops it"),
              std::string::npos);
    EXPECT_NE(
        warned("[objects]\nn = { type = \"register\" }\n[process.p]\nsteps = [ { load = \"n\", "
               "into = \"x\" } ]\n[[case]]\nbackend = \"shm\"\nfinds = \"lost-message\"\n")
            .find("8:9: \"lost-message\" is never found here"),
        std::string::npos);
}

TEST(Warnings, AreShownLikeErrors) {
    const auto outcome = parse_scenario(
        "name = \"a\"\n[objects]\nm = { type = \"mutex\" }\n[process.p]\nsteps = [ { sleep = 1 } "
        "]\n",
        "a: error: b.toml");
    ASSERT_TRUE(outcome.scenario);
    const auto warnings = warnings_about(*outcome.scenario);
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_EQ(render_warning(*outcome.scenario, warnings[0]),
              "a: error: b.toml:3:1: warning: no step uses the object \"m\"\n"
              "  3 | m = { type = \"mutex\" }\n"
              "    | ^\n");
}

}  // namespace
}  // namespace stagger::spec
