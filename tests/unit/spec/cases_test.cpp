// SPDX-License-Identifier: Apache-2.0
#include "harness/spec/cases.hpp"

#include <gtest/gtest.h>

#include "harness/spec/parse.hpp"

namespace stagger::spec {
namespace {

Scenario with_cases(const std::string& cases) {
    auto outcome = parse_scenario(R"(
name = "increment"
options = { lock = "mutex" }
[params]
locked = false
size = 1
list = [1]
[objects]
n = { type = "register", initial = 100 }
m = { type = "mutex" }
[process.worker]
count = 2
steps = [ { load = "n", into = "x" } ]
[expect]
final = "n == 102"
allow = ["leak"]
[explore]
schedules = 10
strategy = "pct"
)" + cases,
                                  "a.toml");
    for (const Diagnostic& diagnostic : outcome.diagnostics) ADD_FAILURE() << diagnostic.render();
    return outcome.scenario ? std::move(*outcome.scenario) : Scenario{};
}

std::vector<std::string> ids(const std::vector<Case>& cases) {
    std::vector<std::string> out;
    for (const Case& one : cases) out.push_back(one.id);
    return out;
}

using Ids = std::vector<std::string>;

TEST(Cases, AnIdSaysWhatTheCaseItselfChooses) {
    EXPECT_EQ(
        ids(with_cases(R"(
[[case]]
backend = ["shm", "pipe"]
[[case]]
backend = "shm"
params = { size = 2, locked = true }
options = { lock = "spin" }
)")
                .cases),
        (Ids{"increment/shm", "increment/pipe", "increment/shm/lock=spin,locked=true,size=2"}));
}

constexpr char kSized[] = R"(
name = "sized"
params = { workers = 2 }
[objects]
n = { type = "register" }
[process.worker]
count = "workers"
steps = [ { load = "n", into = "x" } ]
[[case]]
backend = "shm"
params = { workers = [1, 3] }
)";

TEST(Cases, AParameterSaysHowManyProcessesRun) {
    const auto outcome = parse_scenario(kSized, "a.toml");
    ASSERT_TRUE(outcome.scenario);
    const Role& worker = outcome.scenario->roles[0];
    EXPECT_EQ(worker.count, 2u);
    EXPECT_EQ(processes_of(worker, outcome.scenario->cases[0].params), 1u);
    EXPECT_EQ(processes_of(worker, outcome.scenario->cases[1].params), 3u);
}

TEST(Cases, NoCaseIsMadeWithANumberOfProcessesThatCannotRun) {
    const auto outcome = parse_scenario(kSized, "a.toml");
    ASSERT_TRUE(outcome.scenario);
    Selection selection;
    selection.backends = {"shm"};
    selection.params = {{"workers", 5}};
    EXPECT_TRUE(select_cases(*outcome.scenario, selection, true).ok());
    selection.params = {{"workers", 0}};
    const auto none = select_cases(*outcome.scenario, selection, true);
    ASSERT_FALSE(none.ok());
    EXPECT_NE(none.error().message.find("how many processes of worker run"), std::string::npos)
        << none.error().message;
}

TEST(Cases, ANumberOfProcessesFromElsewhereThatCannotRunIsNotTaken) {
    Role role;
    role.count = 2;
    role.count_param = "workers";
    for (const Value& wrong : {Value(0), Value(-1), Value(1'000'000), Value(1.5), Value("many")})
        EXPECT_EQ(processes_of(role, {{"workers", wrong}}), 2u) << wrong.to_string();
    EXPECT_EQ(processes_of(role, {}), 2u);
    EXPECT_EQ(processes_of(role, {{"workers", 4}}), 4u);
}

TEST(Cases, ListsAreAMatrix) {
    EXPECT_EQ(ids(with_cases(R"(
[[case]]
backend = ["shm", "pipe"]
params = { locked = [false, true] }
options = { kind = ["a", "b"] }
)")
                      .cases),
              (Ids{"increment/shm/kind=a,locked=false", "increment/shm/kind=b,locked=false",
                   "increment/shm/kind=a,locked=true", "increment/shm/kind=b,locked=true",
                   "increment/pipe/kind=a,locked=false", "increment/pipe/kind=b,locked=false",
                   "increment/pipe/kind=a,locked=true", "increment/pipe/kind=b,locked=true"}));
}

TEST(Cases, AListParameterIsWrittenAsAListOfLists) {
    const auto cases =
        with_cases("[[case]]\nbackend = \"shm\"\nparams = { list = [[1, 2], []] }\n").cases;
    ASSERT_EQ(cases.size(), 2u);
    EXPECT_EQ(cases[0].params.at("list"), Value(Value::List{1, 2}));
    EXPECT_EQ(cases[1].params.at("list"), Value(Value::List{}));
    EXPECT_EQ(cases[0].id, "increment/shm/list=[1, 2]");
}

TEST(Cases, OverrideKeyByKeyWhatTheFileSays) {
    const auto cases = with_cases(R"(
[[case]]
backend = "shm"
params = { locked = true }
options = { order = "relaxed" }
expect = { final = ["n == 1", "n ~= 2"] }
explore = { schedules = 5 }
finds = "lost-update"
)")
                           .cases;
    ASSERT_EQ(cases.size(), 1u);
    const Case& one = cases[0];
    EXPECT_EQ(one.params.at("locked"), Value(true));
    EXPECT_EQ(one.params.at("size"), Value(1));
    EXPECT_EQ(one.options.at("shm").at("lock"), "mutex");
    EXPECT_EQ(one.options.at("shm").at("order"), "relaxed");
    EXPECT_EQ(one.expect.final.size(), 2u);
    EXPECT_EQ(one.expect.allow, Ids{"leak"});
    EXPECT_EQ(one.explore.schedules, 5u);
    EXPECT_EQ(one.explore.strategy, "pct");
    EXPECT_EQ(one.finds, Ids{"lost-update"});
}

TEST(Cases, ObjectsMayHaveBackendsOfTheirOwn) {
    const auto cases = with_cases(R"(
[[case]]
backend = { m = "file", n = "shm" }
options = { file = { sync = true }, order = "seq_cst" }
)")
                           .cases;
    ASSERT_EQ(cases.size(), 1u);
    EXPECT_EQ(cases[0].id, "increment/n=shm,m=file/file.sync=true,order=seq_cst");
    EXPECT_EQ(cases[0].backend, "");
    EXPECT_EQ(cases[0].object_backends.at("m"), "file");
    EXPECT_EQ(cases[0].options.at("file").at("sync"), "true");
    EXPECT_EQ(cases[0].options.at("shm").count("sync"), 0u);
    EXPECT_EQ(cases[0].options.at("shm").at("order"), "seq_cst");
}

TEST(Cases, AnOptionOfOneBackendMultipliesThatOneOnly) {
    EXPECT_EQ(
        ids(with_cases(R"(
[[case]]
backend = ["shm", "pipe"]
options = { shm = { lock = ["spin", "robust"] } }
)")
                .cases),
        (Ids{"increment/shm/shm.lock=spin", "increment/shm/shm.lock=robust", "increment/pipe"}));
}

TEST(Cases, LibcIsAChoiceOfTheHarnessNotAnOption) {
    const auto cases =
        with_cases("[[case]]\nbackend = \"shm\"\noptions = { libc = [\"modelled\", \"real\"] }\n")
            .cases;
    ASSERT_EQ(cases.size(), 2u);
    EXPECT_FALSE(cases[0].real_libc);
    EXPECT_TRUE(cases[1].real_libc);
    EXPECT_EQ(cases[1].id, "increment/shm/libc=real");
    EXPECT_EQ(cases[1].options.at("shm").count("libc"), 0u);
}

TEST(Cases, FaultsAreAMatrixAndPartOfTheId) {
    const Scenario scenario = with_cases(R"(
[faults]
kill = "worker"
pause = ["worker[0]", "worker[1]"]
max = 2
[[case]]
backend = "shm"
faults = { kill = ["worker[1]", false, ["worker[0]", "worker[1]"]] }
[[case]]
backend = "pipe"
faults = { slow = true }
)");
    EXPECT_EQ(ids(scenario.cases),
              (std::vector<std::string>{"increment/shm/kill=worker[1]", "increment/shm/kill=false",
                                        "increment/shm/kill=worker[0]+worker[1]",
                                        "increment/pipe/slow=true"}));
    const Faults& one = scenario.cases[0].faults;
    EXPECT_EQ(one.victims.at(FaultKind::Kill), (std::vector<Victim>{{"worker", 1}}));
    EXPECT_EQ(one.victims.at(FaultKind::Pause),
              (std::vector<Victim>{{"worker", 0}, {"worker", 1}}));
    EXPECT_EQ(one.max, 2u);
    EXPECT_EQ(scenario.cases[1].faults.victims.count(FaultKind::Kill), 0u);
    const Faults& last = scenario.cases[3].faults;
    EXPECT_EQ(last.victims.at(FaultKind::Kill), (std::vector<Victim>{{"worker", {}}}));
    EXPECT_TRUE(last.victims.at(FaultKind::Slow).empty()) << "every role";
}

TEST(Cases, AFaultStrikesOnlyProcessesThatAreThere) {
    const auto outcome = parse_scenario(R"(
name = "few"
[objects]
n = { type = "register" }
[process.worker]
count = 2
steps = [{ load = "n", into = "x" }]
[[case]]
backend = "shm"
faults = { kill = "worker[2]" }
)",
                                        "few.toml");
    ASSERT_EQ(outcome.diagnostics.size(), 1u);
    EXPECT_NE(outcome.diagnostics[0].message.find("worker has 2 processes"), std::string::npos);
}

TEST(Cases, FaultsNeedControlledMode) {
    const auto outcome = parse_scenario(R"(
name = "free"
[objects]
n = { type = "register" }
[process.worker]
steps = [{ load = "n", into = "x" }]
[faults]
kill = "worker"
[[case]]
backend = "shm"
explore = { mode = "free" }
)",
                                        "free.toml");
    ASSERT_EQ(outcome.diagnostics.size(), 1u);
    EXPECT_NE(outcome.diagnostics[0].message.find("controlled"), std::string::npos);
}

TEST(Cases, AFileWithoutCasesHasOnePerBuiltInBackend) {
    const auto cases = with_cases("").cases;
    EXPECT_EQ(cases.size(), built_in_backends().size());
    EXPECT_EQ(cases[1].options.at("shm").at("lock"), "mutex");
    EXPECT_TRUE(cases[1].finds.empty());
}

constexpr const char* kTwoCases = R"(
[[case]]
backend = ["shm", "pipe"]
[[case]]
backend = "shm"
params = { locked = true }
)";

Ids selected(const Selection& selection, bool make) {
    const auto cases = select_cases(with_cases(kTwoCases), selection, make);
    EXPECT_TRUE(cases.ok());
    return cases.ok() ? ids(*cases) : Ids{};
}

TEST(Selection, TakesTheCasesThatMatch) {
    EXPECT_EQ(selected({}, true).size(), 3u);
    EXPECT_EQ(selected({{"shm"}, {}, ""}, true),
              (Ids{"increment/shm", "increment/shm/locked=true"}));
    EXPECT_EQ(selected({{}, {{"locked", true}}, ""}, true), Ids{"increment/shm/locked=true"});
    EXPECT_EQ(selected({{}, {}, "*/pipe"}, true), Ids{"increment/pipe"});
}

TEST(Selection, MakesACaseWhereNoneMatches) {
    EXPECT_EQ(selected({{"manager"}, {{"size", 7}, {"locked", true}}, ""}, true),
              Ids{"increment/manager/locked=true,size=7"});
    EXPECT_EQ(selected({{"manager"}, {}, ""}, false), Ids{});
    EXPECT_EQ(selected({{}, {{"size", 7}}, ""}, true).size(), built_in_backends().size());
    EXPECT_EQ(selected({{}, {}, "nothing*"}, true), Ids{});
}

TEST(Selection, AMadeCaseHasTheFilesExpectations) {
    const auto cases = select_cases(with_cases(kTwoCases), {{"queue"}, {{"size", 7}}, ""}, true);
    ASSERT_TRUE(cases.ok());
    const Case& made = cases->at(0);
    EXPECT_EQ(made.backend, "queue");
    EXPECT_EQ(made.params.at("size"), Value(7));
    EXPECT_EQ(made.params.at("locked"), Value(false));
    EXPECT_EQ(made.expect.final.size(), 1u);
    EXPECT_EQ(made.explore.schedules, 10u);
    EXPECT_EQ(made.options.at("queue").at("lock"), "mutex");
}

TEST(Selection, AnUnknownOrMistypedParameterIsAnError) {
    const Scenario scenario = with_cases(kTwoCases);
    const auto unknown = select_cases(scenario, {{}, {{"loked", true}}, ""}, true);
    ASSERT_FALSE(unknown.ok());
    EXPECT_NE(unknown.error().message.find("did you mean \"locked\"?"), std::string::npos);
    EXPECT_FALSE(select_cases(scenario, {{}, {{"locked", "yes"}}, ""}, true).ok());
    EXPECT_TRUE(select_cases(scenario, {{}, {{"size", 2.5}}, ""}, true).ok());
}

TEST(Definition, TakesLiteralsAndBareText) {
    EXPECT_EQ(parse_definition("a=true")->second, Value(true));
    EXPECT_EQ(parse_definition("a=-3")->second, Value(-3));
    EXPECT_EQ(parse_definition("a=1.5")->second, Value(1.5));
    EXPECT_EQ(parse_definition("a=[1, 2]")->second, Value(Value::List{1, 2}));
    EXPECT_EQ(parse_definition("a=\"3\"")->second, Value("3"));
    EXPECT_EQ(parse_definition("a=fast lane")->second, Value("fast lane"));
    EXPECT_EQ(parse_definition("a=")->second, Value(""));
    EXPECT_EQ(parse_definition("a=x=y")->second, Value("x=y"));
    EXPECT_EQ(parse_definition("name=1")->first, "name");
}

TEST(Definition, RefusesWhatIsNone) {
    EXPECT_FALSE(parse_definition("a").ok());
    EXPECT_FALSE(parse_definition("=1").ok());
    EXPECT_FALSE(parse_definition("two words=1").ok());
    EXPECT_FALSE(parse_definition("a=1\nb = 2").ok());
    EXPECT_FALSE(parse_definition("a=\"open").ok());
    EXPECT_FALSE(parse_definition("a=\xff").ok());
}

}  // namespace
}  // namespace stagger::spec
