// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/final_state.hpp"

#include <gtest/gtest.h>

#include "harness/spec/parse.hpp"

namespace stagger::engine {
namespace {

constexpr const char* kSpec = R"(
name = "sums"
[params]
goal = 7
[objects]
n = { type = "register" }
forks = { type = "register", count = 2 }
[process.worker]
count = 2
steps = [{ load = "n", into = "x" }]
[process.pair]
threads = 2
steps = [{ load = "n", into = "y" }]
[process.lone]
steps = [{ load = "n", into = "z" }]
)";

// A scenario with this [expect], and a history in which every process ended well.
class Ended {
public:
    explicit Ended(const std::string& expect)
        : parsed_(spec::parse_scenario(kSpec + expect + "\n[[case]]\nbackend = \"shm\"\n",
                                       "sums.toml")) {
        if (!parsed_.scenario) {
            ADD_FAILURE() << parsed_.diagnostics.front().render();
            return;
        }
        add_task("worker", 0, 0, {{"x", 1}});
        add_task("worker", 1, 0, {{"x", 2}});
        add_task("pair", 0, 0, {{"y", 3}});
        add_task("pair", 0, 1, {{"y", "text"}});
        add_task("lone", 0, 0, {{"z", 5}});
        for (const auto& [object, value] : {std::pair{0u, 7}, {1u, 10}, {2u, 20}}) {
            history::Call call;
            call.object = object;
            call.operation = Operation::Snapshot;
            call.result = Value(value);
            history.calls.push_back(call);
        }
    }

    Result<check::Observations> observe() const {
        return FinalState(*parsed_.scenario, parsed_.scenario->cases.front()).observe(history);
    }

    history::History history;

private:
    void add_task(const std::string& role, std::uint32_t index, std::uint32_t thread,
                  std::map<std::string, Value> variables) {
        history::Task task;
        task.role = role;
        task.index = index;
        task.thread = thread;
        task.variables = std::move(variables);
        history.tasks.push_back(std::move(task));
    }

    spec::ParseOutcome parsed_;
};

bool final_holds(const std::string& expression) {
    const auto seen = Ended("[expect]\nfinal = \"" + expression + "\"").observe();
    if (!seen.ok()) {
        ADD_FAILURE() << expression << ": " << seen.error().message;
        return false;
    }
    EXPECT_EQ(seen.value().finals.size(), 1u);
    return seen.value().finals.front().holds;
}

TEST(FinalState, SeesObjectsAsTheParentSawThem) {
    EXPECT_TRUE(final_holds("n == 7"));
    EXPECT_FALSE(final_holds("n == 8"));
    EXPECT_TRUE(final_holds("forks[0] == 10 and forks[1] == 20"));
}

TEST(FinalState, SeesVariablesByRoleProcessAndThread) {
    EXPECT_TRUE(final_holds("worker[0].x + worker[1].x == 3"));
    EXPECT_TRUE(final_holds("pair[0][0].y == 3 and pair[0][1].y == 'text'"));
    EXPECT_TRUE(final_holds("lone.z == 5 and lone[0].z == 5"));
}

TEST(FinalState, SeesParameters) {
    EXPECT_TRUE(final_holds("n == goal"));
    EXPECT_FALSE(final_holds("goal == 6"));
}

TEST(FinalState, SaysWhichValuesAnExpressionWasAbout) {
    const auto seen = Ended("[expect]\nfinal = \"n == 8\"").observe();
    ASSERT_TRUE(seen.ok());
    EXPECT_EQ(seen.value().finals.front().values, "n = 7");
    EXPECT_EQ(seen.value().finals.front().text, "n == 8");
}

TEST(FinalState, IsNotJudgedWhenSomebodyWasStuck) {
    Ended ended("[expect]\nfinal = \"n == 8\"");
    ended.history.ending = history::Ending::Deadlock;
    const auto seen = ended.observe();
    ASSERT_TRUE(seen.ok());
    EXPECT_TRUE(seen.value().finals.empty());
}

TEST(FinalState, AnExpressionThatFailsIsAMistakeInTheSpec) {
    const auto seen = Ended("[expect]\nfinal = \"n.field == 1\"").observe();
    ASSERT_FALSE(seen.ok());
    EXPECT_NE(seen.error().message.find("n.field"), std::string::npos) << seen.error().message;
}

constexpr const char* kOutcomes = R"([expect]
observe = ["worker[0].x", "pair[0][1].y"]
outcomes = { "1,text" = "acceptable", "2,text" = "interesting" }
)";

TEST(FinalState, NamesTheOutcomeAndItsClass) {
    Ended ended(kOutcomes);
    auto seen = ended.observe();
    ASSERT_TRUE(seen.ok()) << seen.error().message;
    EXPECT_EQ(seen.value().outcome, "1,text");
    EXPECT_EQ(seen.value().outcome_class, check::OutcomeClass::Acceptable);
    ended.history.tasks[0].variables["x"] = 2;
    EXPECT_EQ(ended.observe().value().outcome_class, check::OutcomeClass::Interesting);
    ended.history.tasks[0].variables["x"] = 3;
    EXPECT_EQ(ended.observe().value().outcome_class, check::OutcomeClass::Forbidden);
}

TEST(ExpectationsOf, AnOutcomeTableStandsInForLinearizability) {
    const auto expectations = [](const std::string& expect) {
        const auto parsed =
            spec::parse_scenario(kSpec + expect + "\n[[case]]\nbackend = \"shm\"\n", "sums.toml");
        return expectations_of(parsed.scenario.value().cases.front());
    };
    EXPECT_FALSE(expectations(kOutcomes).judge_linearizability);
    const auto others = expectations("[expect]\nallow = [\"stale-read\"]\nvisible = { n = 10 }");
    EXPECT_TRUE(others.judge_linearizability);
    EXPECT_EQ(others.allow, std::vector{check::Symptom::StaleRead});
    EXPECT_EQ(others.visible, (std::map<std::string, double>{{"n", 10}}));
}

}  // namespace
}  // namespace stagger::engine
