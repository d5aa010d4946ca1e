// SPDX-License-Identifier: Apache-2.0
#include "harness/spec/parse.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "harness/spec/meaning.hpp"

namespace stagger::spec {
namespace {

Scenario parsed(std::string_view text) {
    auto outcome = parse_scenario(text, "a.toml");
    for (const Diagnostic& diagnostic : outcome.diagnostics) ADD_FAILURE() << diagnostic.render();
    return outcome.scenario ? std::move(*outcome.scenario) : Scenario{};
}

// A scenario with every kind of object, and these steps.
std::string with_steps(const std::string& steps) {
    return R"(
name = "all"
[params]
limit = 3
[objects]
n = { type = "register", initial = 1.5, size = 64 }
l = { type = "list", initial = [11, [22]] }
d = { type = "map", initial = { a = [1] } }
q = { type = "queue", initial = [1], capacity = 2 }
fork = { type = "mutex", count = 3 }
s = { type = "semaphore", initial = 2 }
e = { type = "event", initial = true }
c = { type = "condition" }
b = { type = "barrier", capacity = 2 }
m = { type = "mutex" }
[process.other]
steps = [ { sleep = 1 } ]
[process.worker]
count = 2
steps = [
)" + steps +
           "\n]\n";
}

std::vector<Step> steps_of(const std::string& steps) {
    return parsed(with_steps(steps)).roles[1].steps;
}

TEST(Parse, ReadsTheIncrementScenario) {
    const Scenario scenario = parsed(R"(
name    = "increment"
summary = "Two processes each add 1."
[params]
locked = false
[objects]
n = { type = "register", initial = 100 }
m = { type = "mutex" }
[process.worker]
count = 2
steps = [
  { lock = "m", when = "locked" },
  { as_one = "increment", steps = [
      { load = "n", into = "x" },
      { store = "n", value = "x + 1" } ] },
  { unlock = "m", when = "locked" },
]
[expect]
final = "n == 102 and worker[0].x + worker[1].x >= 200"
)");
    EXPECT_EQ(scenario.name, "increment");
    ASSERT_EQ(scenario.objects.size(), 2u);
    EXPECT_EQ(scenario.objects[0].initial, Value(100));
    ASSERT_EQ(scenario.roles.size(), 1u);
    const Role& worker = scenario.roles[0];
    EXPECT_EQ(worker.count, 2u);
    EXPECT_EQ(worker.variables, std::vector<std::string>{"x"});
    ASSERT_EQ(worker.steps.size(), 3u);
    EXPECT_EQ(worker.steps[0].label, "lock m");
    EXPECT_EQ(worker.steps[0].when->source, "locked");
    EXPECT_EQ(worker.steps[1].label, "as_one increment");
    EXPECT_EQ(worker.steps[1].body[1].operation, Operation::Store);
    EXPECT_EQ(worker.steps[1].body[1].value->source, "x + 1");
    EXPECT_EQ(worker.steps[1].body[1].position, (Position{15, 9}));
    EXPECT_EQ(worker.steps[2].site, 4u) << "sites follow the order of the file";
    EXPECT_EQ(scenario.site_count, 5u);
    EXPECT_EQ(scenario.cases.size(), 6u) << "one for each built-in backend";
    EXPECT_EQ(scenario.cases[1].id, "increment/shm");
    EXPECT_EQ(scenario.defaults.expect.final.size(), 1u);
}

TEST(Parse, ReadsEveryOperation) {
    const auto steps = steps_of(R"(
  { load = "n", into = "x" }, { store = "n", value = 1 }, { swap = "n", value = true, into = "x" },
  { add = "n", value = -2.5, into = "x" }, { cas = "n", expected = "x", value = 2, into = "ok" },
  { append = "l", value = "{ 1, 2 }" }, { pop = "l", into = ["x", "how"] }, { read = "l", into = "x" },
  { get = "d", key = "'a'", into = "x" }, { set = "d", key = "'a'", value = 2 }, { erase = "d", key = 1 },
  { append = "d", key = "'a'", value = 2 }, { pop = "d", key = "'a'", into = "x" }, { read = "d", key = "'a'" },
  { put = "q", value = 1, timeout = 0 }, { take = "q", into = ["x", "how"], timeout = "limit / 2" },
  { size = "q", into = "x" }, { close = "q" },
  { lock = "fork[self]", timeout = 1, into = ["_", "how"] }, { unlock = "fork[(self + 1) % 3]" },
  { acquire = "s" }, { release = "s" }, { set = "e" }, { clear = "e" }, { wait = "e", timeout = 1.5 },
  { wait = "c", with = "fork[0]" }, { notify = "c" }, { notify_all = "c" }, { arrive = "b" })");
    ASSERT_EQ(steps.size(), 29u);
    for (std::size_t i = 0; i < steps.size(); ++i) EXPECT_EQ(steps[i].site, i + 1);
    EXPECT_EQ(steps[3].value->source, "-2.5");
    EXPECT_EQ(steps[4].expected->source, "x");
    EXPECT_EQ(steps[11].operation, Operation::Append) << "on the list at a key of a map";
    EXPECT_EQ(steps[11].key->source, "'a'");
    EXPECT_EQ(steps[15].how, "how");
    EXPECT_EQ(steps[15].timeout->source, "limit / 2");
    EXPECT_EQ(steps[18].object.index->source, "self");
    EXPECT_EQ(steps[18].label, "lock fork[self]");
    EXPECT_EQ(steps[22].operation, Operation::EventSet);
    EXPECT_EQ(steps[25].with->index->source, "0");
}

TEST(Parse, ReadsEveryControlStep) {
    const auto steps = steps_of(R"(
  { let = { x = 1, y = "x + limit" } },
  { if = "x > 1", steps = [ { sleep = 0.5 } ], else = [ { sleep = "y" } ] },
  { repeat = "limit", steps = [ { break = true, when = "i == 2" } ] },
  { while = "not x", limit = 20, steps = [ { if = "true", steps = [ { break = true } ] } ] },
  { assert = "x == 1" },
  { join = "other" },
  { section = "a", shared = true, steps = [ { sleep = 0 } ] },
  { as_one = "both", steps = [ { sleep = 0 } ] })");
    ASSERT_EQ(steps.size(), 8u);
    EXPECT_EQ(steps[0].assignments[1].first, "y");
    EXPECT_EQ(steps[1].otherwise[0].amount->source, "y");
    EXPECT_EQ(steps[2].kind, StepKind::Repeat);
    EXPECT_EQ(steps[2].body[0].kind, StepKind::Break);
    EXPECT_EQ(steps[3].limit, 20u);
    EXPECT_EQ(steps[5].role, 0u);
    EXPECT_EQ(steps[5].label, "join other");
    EXPECT_TRUE(steps[6].shared);
    EXPECT_EQ(steps[6].label, "section a");
    EXPECT_EQ(steps[7].text, "both");
}

TEST(Parse, FlattensArraysOfObjects) {
    const Scenario scenario = parsed(with_steps(R"({ sleep = 1 })"));
    EXPECT_EQ(scenario.flat_object_count(), 12u);
    EXPECT_EQ(scenario.flat_object_name(3), "q");
    EXPECT_EQ(scenario.flat_object_name(4), "fork[0]");
    EXPECT_EQ(scenario.flat_object_name(6), "fork[2]");
    EXPECT_EQ(scenario.flat_object_name(7), "s");
    EXPECT_EQ(scenario.object_of(6).name, "fork");
    EXPECT_EQ(scenario.objects[0].value_size, 64u);
    EXPECT_EQ(scenario.objects[3].capacity, 2u);
}

TEST(Parse, NumbersExpressionsApart) {
    const Scenario scenario = parsed(with_steps(R"({ let = { x = 1, y = 2 } }, { sleep = "x" })"));
    const auto& steps = scenario.roles[1].steps;
    EXPECT_NE(steps[0].assignments[0].second.id, steps[0].assignments[1].second.id);
    EXPECT_LT(steps[1].amount->id, scenario.expression_count);
}

TEST(Parse, AShortLineEndingOrAByteOrderMarkIsNoProblem) {
    const std::string text =
        "\xEF\xBB\xBFname = \"a\"\r\n[process.p]\r\nsteps = [ { sleep = 1 } ]\r\n";
    EXPECT_EQ(parsed(text).name, "a");
}

TEST(Parse, EqualTextGivesEqualExpressionIds) {
    const std::string text = with_steps(R"({ load = "n", into = "x" }, { assert = "x == 1" })");
    const Scenario a = parsed(text);
    const Scenario b = parsed(text);
    EXPECT_EQ(a.roles[1].steps[1].condition->id, b.roles[1].steps[1].condition->id);
    EXPECT_EQ(a.expression_count, b.expression_count);
}

TEST(Parse, FinalMayNameObjectsParametersAndVariablesOfTasks) {
    parsed(with_steps(R"({ load = "n", into = "x" })") + R"toml(
[expect]
final = ["n == limit", "worker[0].x == worker[1].x", "#l == 2 and d.a[1] == 1", "len(other) == 1",
         "(function(list) for _, v in ipairs(list) do if v == 0 then return false end end return true end)(l)"]
visible = { n = 10, l = 0.5 }
allow = ["stale-read", "not-linearizable"]
)toml");
}

TEST(Parse, ARoleOfOneTaskNeedsNoIndex) {
    const Scenario scenario = parsed(R"(
name = "litmus"
[objects]
x = { type = "register", initial = 0 }
[process.p0]
steps = [ { load = "x", into = "r" } ]
[expect]
observe = ["p0.r", "p0[0].r"]
outcomes = { "0,0" = "acceptable", "1,1" = "interesting", "1,0" = "forbidden" }
)");
    EXPECT_EQ(scenario.defaults.expect.outcomes.at("1,1"), OutcomeClass::Interesting);
}

TEST(Parse, ExploreIsRead) {
    const Scenario scenario = parsed(with_steps("{ sleep = 1 }") + R"(
[explore]
schedules = 50
time = 1.5
strategy = "pct"
depth = 3
mode = "free"
cpus = "all"
lifetime = "fresh"
step_limit = 1000
)");
    const Explore& explore = scenario.defaults.explore;
    EXPECT_EQ(explore.schedules, 50u);
    EXPECT_EQ(explore.seconds, 1.5);
    EXPECT_EQ(explore.strategy, "pct");
    EXPECT_EQ(explore.depth, 3u);
    EXPECT_EQ(explore.mode, Mode::Free);
    EXPECT_EQ(explore.cpus, "all");
    EXPECT_EQ(explore.lifetime, Lifetime::Fresh);
    EXPECT_EQ(explore.step_limit, 1000u);
}

TEST(Parse, ConditionsTimesAndRoundsThatDependOnVariablesAreLeftToTheRun) {
    parsed(with_steps(R"({ load = "n", into = "x" }, { if = "x", steps = [ { assert = "x" } ] },
        { while = "true", limit = 2, steps = [ { break = true, when = "not x" } ] },
        { sleep = "x" }, { sleep = 1e9 }, { sleep = "1 / 2" }, { repeat = "x", steps = [ { sleep = 0 } ] },
        { repeat = "7 // 2", steps = [ { sleep = 0 } ] }, { acquire = "s", timeout = "x" })"));
}

TEST(Parse, AnIndexIsTriedOnlyWhereItIsSureToBeUsed) {
    parsed(
        with_steps(R"({ lock = "fork[self + 1]" }, { lock = "fork[self + 9]", when = "self > 5" },
        { if = "limit > 9", steps = [ { lock = "fork[limit]" } ] },
        { repeat = 2, steps = [ { lock = "fork[self + 9]" } ] },
        { let = { k = 9 } }, { lock = "fork[k]" }, { lock = "fork[limit - 1]" })"));
}

TEST(Parse, ACaseMayTakeBackWhatTheFileExpects) {
    const Scenario scenario = parsed(with_steps("{ sleep = 1 }") + R"(
[expect]
final = "n == 1"
[[case]]
backend = "shm"
[[case]]
backend = "pipe"
expect = { final = [] }
)");
    EXPECT_EQ(scenario.cases[0].expect.final.size(), 1u);
    EXPECT_TRUE(scenario.cases[1].expect.final.empty());
}

TEST(Parse, OutcomesOfTextAndListsMayHaveCommas) {
    parsed(with_steps(R"({ load = "n", into = "x" })") + R"(
[expect]
observe = ["worker[0].x", "worker[1].x"]
outcomes = { "[1, 2],nil" = "acceptable", "a, b,c" = "acceptable", "-1.5,true" = "forbidden" }
)");
}

TEST(Placed, BecomesTheLineWithACaret) {
    const Scenario scenario = parsed(with_steps("{ sleep = 1 }"));
    EXPECT_EQ(render_placed(scenario, placed({2, 1}, "this is wrong")),
              "a.toml:2:1: error: this is wrong\n  2 | name = \"all\"\n    | ^~~~");
    EXPECT_EQ(render_placed(scenario, "without a place"), "a.toml: without a place");
}

TEST(Parse, EveryScenarioOfTheProjectIsGood) {
    std::size_t seen = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(STAGGER_ROOT "/specs")) {
        if (file.path().extension() != ".toml") continue;
        ++seen;
        for (const Diagnostic& diagnostic : load_scenario(file.path().string()).diagnostics)
            ADD_FAILURE() << diagnostic.render();
    }
    EXPECT_GT(seen, 0u);
}

TEST(RoleValue, GivesTheVariablesOfEachTask) {
    Role role;
    role.name = "worker";
    role.count = 2;
    EXPECT_EQ(role_value(role, {{{"x", 1}}, {{"x", 2}}}).to_string(),
              "{[0] = {x = 1}, [1] = {x = 2}}");
    role.threads = 2;
    EXPECT_EQ(role_value(role, {{{"x", 1}}, {{"x", 2}}, {{"x", 3}}, {}}).to_string(),
              "{[0] = {[0] = {x = 1}, [1] = {x = 2}}, [1] = {[0] = {x = 3}, [1] = {}}}");
    role.count = role.threads = 1;
    EXPECT_EQ(role_value(role, {{{"r", 1}}}).to_string(), "{[0] = {r = 1}, r = 1}");
}

TEST(OutcomeText, JoinsWithCommasAndLeavesTextBare) {
    EXPECT_EQ(outcome_text({0, "a", Value(), true}), "0,a,nil,true");
    EXPECT_EQ(outcome_text({}), "");
}

}  // namespace
}  // namespace stagger::spec
