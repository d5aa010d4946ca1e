// SPDX-License-Identifier: Apache-2.0
//
// What the steps of a scenario do when real processes run them: each program's variables at the end
// are compared with what a reader of the language would expect.
#include <gtest/gtest.h>

#include "tests/integration/world.hpp"

namespace stagger::engine {
namespace {

struct Program {
    const char* name;
    std::string steps;
    std::string holds;  // at the end
};

std::ostream& operator<<(std::ostream& out, const Program& program) {
    return out << program.name;
}

const Program kPrograms[] = {
    {"LetAssignsSeveral", "{ let = { a = 1, b = \"'text'\" } }", "p.a == 1 and p.b == 'text'"},
    {"IfTakesOneBranch",
     "{ if = \"1 > 2\", steps = [{ let = { a = 1 } }], else = [{ let = { a = 2 } }] }", "p.a == 2"},
    {"WhenSkipsAStep", "{ let = { a = 1 } }, { let = { a = 2 }, when = \"a == 2\" }", "p.a == 1"},
    {"RepeatCountsFromOne",
     R"({ let = { t = "''" } }, { repeat = 3, steps = [{ let = { t = "t .. i" } }] })",
     "p.t == '123'"},
    {"RepeatOfZeroDoesNothing",
     "{ let = { a = 1 } }, { repeat = 0, steps = [{ let = { a = 2 } }] }", "p.a == 1"},
    {"TheInnermostLoopCounts",
     R"({ let = { t = "''" } }, { repeat = 2, steps = [
           { repeat = 2, steps = [{ let = { t = "t .. i" } }] },
           { let = { t = "t .. '/' .. i .. ' '" } }] })",
     "p.t == '12/1 12/2 '"},
    {"WhileRunsUntilItsConditionIsFalse",
     "{ let = { a = 0 } }, { while = 'a < 4', limit = 10, steps = [{ let = { a = 'a + 1' } }] }",
     "p.a == 4"},
    {"BreakLeavesTheInnermostLoop",
     "{ let = { a = 0 } }, { repeat = 3, steps = [{ repeat = 9, steps = [{ let = { a = 'a + 1' } "
     "}, "
     "{ break = true, when = 'i == 2' }] }] }",
     "p.a == 6"},
    {"ATimeOutOfZeroTriesOnce", "{ take = \"q\", timeout = 0, into = ['v', 'how'] }",
     "p.how ~= 'ok' and p.v == nil"},
    {"SleepCostsVirtualTimeOnly", "{ sleep = 86400 }, { let = { a = 1 } }", "p.a == 1"},
    {"SwapAndAddGiveTheOldValue",
     "{ store = 'n', value = 5 }, { add = 'n', value = 2, into = 'a' }, "
     "{ swap = 'n', value = 9, into = 'b' }, { load = 'n', into = 'c' }",
     "p.a == 5 and p.b == 7 and p.c == 9"},
    {"CasTellsWhetherItDid",
     "{ store = 'n', value = 5 }, { cas = 'n', expected = 5, value = 6, into = 'a' }, "
     "{ cas = 'n', expected = 5, value = 7, into = 'b' }",
     "p.a == true and p.b == false and n == 6"},
    {"AMapHoldsWhatWasSet",
     "{ set = 'map', key = \"'k'\", value = 3 }, { get = 'map', key = \"'k'\", into = 'a' }, "
     "{ erase = 'map', key = \"'k'\" }, { get = 'map', key = \"'k'\", into = 'b' }",
     "p.a == 3 and p.b == nil and len(map) == 0"},
    {"AListGivesBackTheLast",
     "{ append = 'l', value = 3 }, { pop = 'l', into = 'a' }, { read = 'l', into = 'b' }",
     "p.a == 3 and #p.b == 2 and #l == 2"},
    {"AQueueGivesBackTheFirst",
     "{ put = 'q', value = 1 }, { put = 'q', value = 2 }, { take = 'q', into = 'a' }, "
     "{ size = 'q', into = 'b' }",
     "p.a == 1 and p.b == 1"},
    {"AnArraysElementsAreApart",
     "{ repeat = 3, steps = [{ store = 'cells[i - 1]', value = 'i * i' }] }",
     "cells[0] == 1 and cells[1] == 4 and cells[2] == 9"},
    {"SectionsAndBlocksRunTheirSteps",
     "{ section = 'a', steps = [{ as_one = 'b', steps = [{ store = 'n', value = 4 }] }] }",
     "n == 4"},
    {"ASemaphoreCountsItsPermits",
     "{ acquire = 's' }, { acquire = 's', timeout = 1, into = ['v', 'how'] }, { release = 's' }",
     "p.how == 'timeout'"},
    {"AnEventStaysSet",
     "{ set = 'e' }, { wait = 'e' }, { clear = 'e' }, "
     "{ wait = 'e', timeout = 1, into = ['v', 'how'] }",
     "p.how == 'timeout'"},
};

// Two processes, so that there is something to schedule; `other` shares one register with `p`.
std::string text_of(const std::string& steps, const std::string& expect,
                    const std::string& backends) {
    return R"(
name = "program"
[objects]
common = { type = "register", initial = 0 }
n = { type = "register", initial = 0 }
map = { type = "map" }
l = { type = "list", initial = [11, 22] }
q = { type = "queue", capacity = 4 }
s = { type = "semaphore", initial = 1 }
e = { type = "event" }
cells = { type = "register", initial = 0, count = 3 }
[process.p]
steps = [{ store = "common", value = 1 }, )" +
           steps + R"(]
[process.other]
steps = [{ load = "common", into = "seen" }]
[expect]
)" + expect +
           "\n[[case]]\nbackend = [" + backends + "]\n";
}

class Language : public ::testing::TestWithParam<Program> {};

TEST_P(Language, DoesWhatAReaderExpects) {
    const Program& program = GetParam();
    const spec::Scenario scenario = testing::scenario_from(text_of(
        program.steps, "final = \"\"\"" + program.holds + "\"\"\"", "\"shm\", \"manager\""));
    CampaignOptions options = testing::world();
    options.schedules = 8;
    for (const spec::Case& spec_case : scenario.cases) {
        const CaseResult result = run_case(scenario, spec_case, options);
        EXPECT_EQ(result.verdict, "ok") << testing::describe(result);
    }
}

INSTANTIATE_TEST_SUITE_P(Programs, Language, ::testing::ValuesIn(kPrograms),
                         [](const auto& tested) { return std::string(tested.param.name); });

CaseResult run_steps(const std::string& steps, const std::string& expect = "") {
    const spec::Scenario scenario = testing::scenario_from(text_of(steps, expect, "\"shm\""));
    CampaignOptions options = testing::world();
    options.schedules = 8;
    return run_case(scenario, scenario.cases.front(), options);
}

TEST(Steps, AnAssertThatIsFalseIsAnAssertion) {
    const CaseResult result = run_steps("{ load = 'n', into = 'x' }, { assert = 'x == 1' }");
    EXPECT_EQ(result.verdict, "assertion") << testing::describe(result);
    EXPECT_NE(result.message.find("x == 1"), std::string::npos) << result.message;
    EXPECT_EQ(run_steps("{ load = 'n', into = 'x' }, { assert = 'x == 0' }").verdict, "ok");
}

TEST(Steps, AnExpressionThatFailsIsAnErrorInTheSpecWithItsPlace) {
    const CaseResult result = run_steps("{ let = { a = \"'text' + {}\" } }");
    EXPECT_EQ(result.status, CaseStatus::Error);
    EXPECT_TRUE(result.spec_error);
    EXPECT_EQ(result.message.find("test.toml:13:57: error: in the expression"), 0u)
        << result.message;
}

// The reader computes with a nil that it was given wrongly: that is the finding, not the sum. Where
// the answer was right, the sum is the mistake.
TEST(Steps, AnExpressionThatFailsOverAWrongAnswerLeavesTheWrongAnswerToBeFound) {
    const auto verdict_on = [](const char* backend) {
        const spec::Scenario scenario = testing::scenario_from(
            "name = 'test'\n[objects]\nn = { type = 'register' }\n"
            "[process.writer]\nsteps = [{ store = 'n', value = 5 }]\n"
            "[process.reader]\nsteps = [{ join = 'writer' }, { load = 'n', into = 'x' },\n"
            "  { let = { y = 'x + 1' } }]\n"
            "[[case]]\nbackend = '" +
            std::string(backend) + "'\n");
        CampaignOptions options = testing::world();
        options.schedules = 8;
        return run_case(scenario, scenario.cases.front(), options);
    };
    const CaseResult wrong = verdict_on("private");
    EXPECT_EQ(wrong.verdict, "stale-read") << testing::describe(wrong);
    EXPECT_FALSE(wrong.spec_error);
    EXPECT_EQ(verdict_on("shm").verdict, "ok");
}

// What is neither true nor false is a mistake, whether it would have passed or not.
TEST(Steps, AConditionThatIsNeitherTrueNorFalseIsAnErrorInTheSpec) {
    for (const char* step : {"{ assert = 'x' }", "{ let = { a = 1 }, when = 'x' }",
                             "{ if = 'x', steps = [{ let = { a = 1 } }] }",
                             "{ while = 'x', limit = 2, steps = [{ let = { a = 1 } }] }"}) {
        for (const char* value : {"0", "-5", "\"'text'\"", "\"{ 1 }\""}) {
            const CaseResult result =
                run_steps(std::string("{ let = { x = ") + value + " } }, " + step);
            EXPECT_TRUE(result.spec_error) << step << testing::describe(result);
            EXPECT_NE(result.message.find("must be true or false, and gives "), std::string::npos)
                << result.message;
        }
        for (const char* value : {"true", "\"1 == 1\""}) {
            const CaseResult result =
                run_steps(std::string("{ let = { x = ") + value + " } }, " + step);
            EXPECT_FALSE(result.spec_error) << step << testing::describe(result);
        }
    }
}

TEST(Steps, AFinalThatIsNeitherTrueNorFalseIsAnErrorInTheSpec) {
    for (const char* wrong : {"n", "p.x - 5", "p.x .. ''", "l"}) {
        const CaseResult result =
            run_steps("{ load = 'n', into = 'x' }", std::string("final = \"") + wrong + "\"");
        EXPECT_TRUE(result.spec_error) << wrong << testing::describe(result);
        EXPECT_NE(result.message.find("must be true or false, and gives "), std::string::npos)
            << result.message;
    }
    const CaseResult unset = run_steps(
        "{ load = 'n', into = 'x' }, { let = { y = 1 }, when = 'x > 5' }", "final = 'p.y'");
    EXPECT_EQ(unset.verdict, "final-state") << "what was never set counts as false";
}

TEST(Steps, ATimeARepetitionAndAnIndexOutOfRangeAreErrorsWithTheirPlace) {
    const std::pair<const char*, const char*> kWrong[] = {
        {"{ let = { t = 1e10 } }, { sleep = 't' }", "from 0 to a thousand million"},
        {"{ let = { t = -1 } }, { take = 'q', timeout = 't', into = ['v', 'how'] }",
         "from 0 to a thousand million"},
        {"{ let = { t = 1.5 } }, { repeat = 't', steps = [{ sleep = 1 }] }", "a whole number"}};
    for (const auto& [steps, says] : kWrong) {
        const CaseResult result = run_steps(steps);
        EXPECT_TRUE(result.spec_error) << testing::describe(result);
        EXPECT_EQ(result.message.find("test.toml:13:"), 0u) << result.message;
        EXPECT_NE(result.message.find(says), std::string::npos) << result.message;
    }
}

TEST(Steps, AResultThatNobodyLooksAtMustBeOk) {
    const CaseResult result = run_steps("{ take = 'q', timeout = 1, into = 'v' }");
    EXPECT_EQ(result.verdict, "unexpected-error") << testing::describe(result);
    EXPECT_EQ(run_steps("{ take = 'q', timeout = 1, into = ['v', 'how'] }").verdict, "ok");
}

TEST(Steps, AFinalThatDoesNotHoldShowsTheValues) {
    const CaseResult result = run_steps("{ store = 'n', value = 3 }", "final = 'n == 4'");
    EXPECT_EQ(result.verdict, "final-state") << testing::describe(result);
    EXPECT_NE(result.message.find("n = 3"), std::string::npos) << result.message;
}

TEST(Steps, WhatIsObservedOfAnObjectIsItsFinalValue) {
    const CaseResult result = run_steps("{ store = 'n', value = 3 }",
                                        "observe = ['n']\noutcomes = { '3' = 'acceptable' }");
    EXPECT_EQ(result.verdict, "ok") << testing::describe(result);
    EXPECT_EQ(result.evidence.outcomes.count("3"), 1u);
}

TEST(Steps, NilIsNoValueOfAMap) {
    const CaseResult result = run_steps("{ set = 'map', key = 1, value = 'nil' }");
    EXPECT_TRUE(result.spec_error) << testing::describe(result);
    EXPECT_NE(result.message.find("`erase` takes a key away"), std::string::npos) << result.message;
    EXPECT_EQ(run_steps("{ set = 'map', key = 1, value = 'false' }").verdict, "ok");
}

TEST(Steps, ALoopAtItsLimitIsALivelockOnceAllOthersHaveEnded) {
    const CaseResult result =
        run_steps("{ while = 'true', limit = 5, steps = [{ load = 'n', into = 'x' }] }");
    EXPECT_EQ(result.verdict, "livelock") << testing::describe(result);
}

// Whatever it polls through: a server that answers is not somebody who gets on.
TEST(Steps, ALoopThatPollsInVainIsALivelockOnEveryBackend) {
    const spec::Scenario scenario = testing::scenario_from(R"(
name = "in-vain"
[objects]
flag = { type = "register", initial = false }
[process.waiter]
steps = [{ load = "flag", into = "x" },
         { while = "not x", limit = 5, steps = [{ load = "flag", into = "x" }] }]
[process.other]
steps = [{ load = "flag", into = "x" }, { store = "flag", value = false }]
[[case]]
backend = ["shm", "pipe", "queue", "socket", "manager"]
[[case]]
backend = "socket"
options = { kind = ["seqpacket", "datagram", "tcp"] }
)");
    CampaignOptions options = testing::world();
    options.schedules = 3;
    options.replays = 1;
    for (const spec::Case& spec_case : scenario.cases) {
        const CaseResult result = run_case(scenario, spec_case, options);
        EXPECT_EQ(result.verdict, "livelock") << testing::describe(result);
    }
}

// What no execution allows to judge is not tried a thousand times.
TEST(Steps, ACampaignThatCanJudgeNothingEndsEarlyAndSaysSo) {
    const spec::Scenario scenario = testing::scenario_from(R"(
name = "too-long"
[objects]
n = { type = "register", initial = 0 }
[process.worker]
count = 2
steps = [{ repeat = 100000000000, steps = [{ store = "n", value = 1 }] }]
[explore]
step_limit = 100000000
[[case]]
backend = "private"
finds = "lost-update"
)");
    CampaignOptions options = testing::world();
    options.schedules = 1000;
    const CaseResult result = run_case(scenario, scenario.cases.front(), options);
    EXPECT_EQ(result.status, CaseStatus::Inconclusive) << testing::describe(result);
    EXPECT_LT(result.schedules, 10u);
}

// The limit is far too small for most orders, but a loop at its limit lets all others run first.
TEST(Steps, ALoopAtItsLimitFirstLetsAllOthersRun) {
    const spec::Scenario scenario = testing::scenario_from(R"(
name = "poll"
[objects]
n = { type = "register", initial = 0 }
[process.reader]
steps = [{ let = { x = 0 } },
         { while = "x == 0", limit = 1, steps = [{ load = "n", into = "x" }] }]
[process.writer]
steps = [{ repeat = 10, steps = [{ load = "n", into = "y" }] }, { store = "n", value = 1 }]
[[case]]
backend = ["shm", "pipe", "queue", "socket", "manager"]
)");
    CampaignOptions options = testing::world();
    options.schedules = 30;
    for (const spec::Case& spec_case : scenario.cases) {
        const CaseResult result = run_case(scenario, spec_case, options);
        EXPECT_EQ(result.verdict, "ok") << testing::describe(result);
    }
}

TEST(Steps, JoinWaitsForAllProcessesOfARole) {
    const spec::Scenario scenario = testing::scenario_from(R"(
name = "join"
[objects]
n = { type = "register", initial = 0 }
[process.worker]
count = 3
steps = [{ add = "n", value = 1 }]
[process.main]
steps = [{ join = "worker" }, { load = "n", into = "x" }]
[expect]
final = "main.x == 3"
[[case]]
backend = ["shm", "pipe", "queue", "socket", "manager"]
)");
    CampaignOptions options = testing::world();
    options.schedules = 60;
    for (const spec::Case& spec_case : scenario.cases) {
        const CaseResult result = run_case(scenario, spec_case, options);
        EXPECT_EQ(result.verdict, "ok") << testing::describe(result);
    }
}

// Two sections of one name exclude each other; without a lock they do not.
TEST(Steps, SectionsMayNotOverlap) {
    const auto run = [](const std::string& before, const std::string& after) {
        const spec::Scenario scenario = testing::scenario_from(R"(
name = "section"
[objects]
n = { type = "register", initial = 0 }
m = { type = "mutex" }
[process.worker]
count = 2
steps = [)" + before + R"({ section = "critical", steps = [{ load = "n", into = "x" }] })" +
                                                               after + R"(]
[[case]]
backend = "shm"
)");
        return run_case(scenario, scenario.cases.front(), testing::world());
    };
    EXPECT_EQ(run("", "").verdict, "mutual-exclusion");
    EXPECT_EQ(run("{ lock = 'm' }, ", ", { unlock = 'm' }").verdict, "ok");
}

}  // namespace
}  // namespace stagger::engine
