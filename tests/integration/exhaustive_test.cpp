// SPDX-License-Identifier: Apache-2.0
//
// What the strategy `exhaustive` promises, on real processes: the same outcomes and symptoms as
// all executions together, and an end. A person runs more of it with STAGGER_TEST_SCALE.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "harness/engine/runner.hpp"
#include "harness/engine/strategy/strategy.hpp"
#include "harness/search/exploration.hpp"
#include "tests/integration/small_scenarios.hpp"
#include "tests/integration/world.hpp"
#include "tests/unit/search/brute_force.hpp"

namespace stagger::engine {
namespace {

// Which of the spans had ended when which others began.
template <typename Span, typename Begin, typename End, typename Compared>
std::string order_of(const std::vector<const Span*>& spans, Begin begin, End end,
                     Compared compared) {
    std::string text;
    for (const Span* later : spans) {
        text += ">";
        for (std::size_t i = 0; i < spans.size(); ++i) {
            const bool before = spans[i]->*end < later->*begin;
            if (before && compared(*spans[i], *later)) text += std::to_string(i) + ",";
        }
    }
    return text;
}

// In an order that does not depend on how the tasks were interleaved.
template <typename Span>
std::vector<const Span*> by_task(const std::vector<Span>& spans) {
    std::vector<const Span*> sorted;
    for (const Span& span : spans) sorted.push_back(&span);
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const Span* a, const Span* b) { return a->task < b->task; });
    return sorted;
}

// All that an oracle could see of an execution: each task's calls in their order, which calls and
// sections had ended when which others began, and how it ended.
std::string outcome_of(const history::History& history, bool any_object) {
    std::string text = std::to_string(static_cast<int>(history.ending));
    const auto calls = by_task(history.calls);
    for (const history::Call* call : calls) {
        text += "\n" + std::to_string(call->task) + ":" + std::to_string(call->site) + "=" +
                std::to_string(static_cast<int>(call->status)) + call->result.to_string() +
                (call->responded == history::kNone ? "?" : "");
    }
    text += order_of(calls, &history::Call::invoked, &history::Call::responded,
                     [&](const history::Call& a, const history::Call& b) {
                         return any_object || a.object == b.object;
                     });
    text += order_of(by_task(history.sections), &history::Span::entered, &history::Span::left,
                     [](const history::Span&, const history::Span&) { return true; });
    for (const history::Complaint* complaint : by_task(history.complaints)) {
        text += "\n" + std::to_string(complaint->task) + " complains " + complaint->text;
    }
    for (const history::Wait* wait : by_task(history.waits)) {
        text += "\n" + std::to_string(wait->task) + " waits";
    }
    return text;
}

struct Found {
    std::set<std::string> outcomes, symptoms;
    std::set<std::string> histories;  // those it was told of; equal ones show the same
    std::uint64_t executions = 0;
    bool all = false;
};

Runner open(const spec::Scenario& scenario) {
    auto runner = Runner::open(scenario, scenario.cases.front(), testing::world());
    if (const auto* failure = std::get_if<PoolFailure>(&runner)) {
        throw std::runtime_error(failure->message);
    }
    return std::get<Runner>(std::move(runner));
}

// Oracles are slow, and what they could see is in the outcome: they are asked about each outcome
// when it is new, and about a sample of the other executions.
constexpr std::uint64_t kJudgedAnyway = 8;

// One execution under the runner's plan, which is learned from as soon as it is over.
template <typename Learn>
void run(Runner& runner, Found& found, Learn learn) {
    control::Segment& segment = runner.pool().segment();
    segment.trace.on = true;
    ASSERT_TRUE(runner.pool().run(spec::Lifetime::Warm).ok());
    segment.trace.on = false;
    learn(segment);
    ++found.executions;
    const std::string bytes(runner.history_bytes());
    if (!found.histories.insert(bytes).second) return;
    const bool fresh =
        found.outcomes.insert(outcome_of(runner.history(), runner.compares_objects())).second;
    if (!fresh && found.executions % kJudgedAnyway != 0) return;
    const auto seen = runner.run(runner.decisions(), spec::Lifetime::Warm);
    ASSERT_TRUE(seen.ok()) << seen.error().message;
    ASSERT_EQ((*seen)->harness_error, "");
    ASSERT_EQ((*seen)->spec_error, "");
    ASSERT_EQ(runner.history_bytes(), bytes) << "it did not repeat";
    for (const auto& violation : (*seen)->verdict.violations) {
        found.symptoms.insert(std::string(check::name(violation.symptom)) + " on " +
                              violation.object);
    }
}

// How many orders the tasks' events would have if all were possible: more than there are where
// tasks wait for each other.
double orders_of(const control::Segment& segment) {
    std::map<std::uint32_t, double> counts;
    double orders = 1, all = 0;
    for (std::uint32_t i = 0; i < segment.trace.count; ++i) {
        const control::TraceEntry& entry = segment.trace.entries[i];
        const bool parent = segment.tasks[entry.task].kind == control::TaskKind::Parent;
        const bool silent = (segment.execution.silent & control::bit(entry.task)) != 0;
        if (entry.kind != control::TraceKind::Event || parent || silent) continue;
        if (entry.call != control::Call::End) orders *= ++all / ++counts[entry.task];
    }
    return orders;
}

Found by_brute_force(Runner& runner, std::uint64_t most) {
    testing::BruteForce all;
    Found found;
    double orders = 0;
    while (found.executions < most) {
        control::Plan& plan = runner.plan();
        plan_calm(plan);
        if (!all.plan(plan)) {
            found.all = true;
            break;
        }
        run(runner, found, [&](const control::Segment& segment) {
            if (found.executions == 0) orders = orders_of(segment);
            all.learn(segment);
        });
        if (::testing::Test::HasFatalFailure() || orders > 2.0 * static_cast<double>(most)) break;
    }
    return found;
}

Found by_search(Runner& runner) {
    search::Exploration exploration({1, runner.compares_objects(), 0});
    Found found;
    while (const auto directions = exploration.next()) {
        plan_calm(runner.plan());
        search::follow(*directions, runner.plan());
        run(runner, found, [&](const control::Segment& segment) { exploration.learn(segment); });
        if (::testing::Test::HasFatalFailure()) break;
    }
    found.all = exploration.complete();
    return found;
}

struct Tally {
    std::uint64_t compared = 0, violating = 0, brute = 0, searched = 0;
    std::set<std::string> symptoms;
};

// Scenarios whose executions are too many to try all of them are passed over.
void compare(const std::string& text, std::uint64_t most, Tally& tally) {
    const spec::Scenario scenario = testing::scenario_from(text);
    Runner runner = open(scenario);
    const Found all = by_brute_force(runner, most);
    tally.brute += all.executions;
    if (::testing::Test::HasFatalFailure() || !all.all) return;
    const Found found = by_search(runner);
    tally.searched += found.executions;
    ++tally.compared;
    tally.violating += all.symptoms.empty() ? 0 : 1;
    for (const std::string& symptom : all.symptoms) {
        tally.symptoms.insert(symptom.substr(0, symptom.find(' ')));
    }
    ASSERT_TRUE(found.all);
    ASSERT_EQ(found.symptoms, all.symptoms);
    ASSERT_EQ(found.outcomes, all.outcomes);
    ASSERT_LE(found.executions, all.executions);
}

struct Sample {
    const char* backend;
    std::uint64_t first_seed;
    std::uint64_t scenarios;
    std::uint64_t most;                 // executions
    std::vector<std::string> symptoms;  // some of them show these, and others none
};

class SmallScenarios : public ::testing::TestWithParam<Sample> {};

TEST_P(SmallScenarios, ShowTheSameToTheSearchAsToBruteForce) {
    const Sample& sample = GetParam();
    Tally tally;
    std::uint64_t seed = sample.first_seed;
    for (; tally.compared < testing::scaled(sample.scenarios); ++seed) {
        const std::string text = testing::small_scenario(sample.backend, seed);
        compare(text, sample.most, tally);
        ASSERT_FALSE(HasFatalFailure()) << "seed " << seed << "\n" << text;
    }
    std::printf(
        "%lu scenarios, %lu with violations, %lu passed over; %lu executions by brute "
        "force, %lu by search; shown:",
        tally.compared, tally.violating, seed - sample.first_seed - tally.compared, tally.brute,
        tally.searched);
    for (const std::string& symptom : tally.symptoms) std::printf(" %s", symptom.c_str());
    std::printf("\n");
    for (const std::string& symptom : sample.symptoms) {
        EXPECT_TRUE(tally.symptoms.contains(symptom)) << symptom;
    }
    EXPECT_LT(tally.violating, tally.compared);
}

// 500 scenarios in all. The parts can run side by side. Over a server even one access of two tasks
// has more than 100,000 executions: there the search is held against brute force on its own model
// of processes, in tests/unit/search.
INSTANTIATE_TEST_SUITE_P(On, SmallScenarios,
                         ::testing::Values(Sample{"shm", 1, 150, 350, {}},
                                           Sample{"shm", 1'000'001, 150, 350, {}},
                                           Sample{"private", 1, 200, 350, {}}),
                         [](const auto& test) {
                             return test.param.backend + std::string("_from_") +
                                    std::to_string(test.param.first_seed);
                         });

// What calls on one name depend on is more than the name: directories on the way, what a link leads
// to, who is bound there. A pair of calls that is wrongly held independent shows as an outcome that
// only brute force finds; of 28 calls and 16 beginnings, a person runs more with the scale.
TEST(CallsOnNames, ShowTheSameToTheSearchAsToBruteForce) {
    Tally tally;
    std::uint64_t seed = 1;
    for (; tally.compared < testing::scaled(30); ++seed) {
        const std::string text = testing::scenario_of_names(seed);
        compare(text, 500, tally);
        ASSERT_FALSE(HasFatalFailure()) << "seed " << seed << "\n" << text;
    }
    std::printf("%lu scenarios of %lu; %lu executions by brute force, %lu by search\n",
                tally.compared, seed - 1, tally.brute, tally.searched);
    EXPECT_LT(tally.searched, tally.brute / 2);
}

// A file is the same to who has it open, also when the directory that it is in gets another name.
TEST(CallsOnNames, AreFollowedToFilesThatAreOpen) {
    Tally tally;
    compare(testing::scenario_of_names({28}, {29}, 12), 2000, tally);
    EXPECT_EQ(tally.compared, 1u);
}

CaseResult exhaust(const spec::Scenario& scenario, const std::string& id) {
    CampaignOptions options = testing::world();
    options.strategy = "exhaustive";
    options.keep_going = true;
    return run_case(scenario, testing::case_of(scenario, id), options);
}

TEST(Exhaustive, ComesToAnEndOfIncrementsAndSaysSo) {
    const spec::Scenario scenario = testing::scenario_at("specs/updates/increment.toml");
    const CaseResult bug = exhaust(scenario, "increment/shm");
    EXPECT_TRUE(bug.evidence.complete) << testing::describe(bug);
    EXPECT_EQ(bug.verdict, "lost-update");
    EXPECT_GT(bug.evidence.classes, 2u);
    EXPECT_LT(bug.schedules, 1000u);
    const CaseResult held = exhaust(scenario, "increment/shm/locked=true");
    EXPECT_TRUE(held.evidence.complete) << testing::describe(held);
    EXPECT_EQ(held.verdict, "ok");
    EXPECT_FALSE(held.evidence.limits.empty());
}

// Twelve writes, three in each of four tasks, can be ordered in 12! / 3!^4 ways.
TEST(Exhaustive, NeedsATwentiethOfAllOrdersWhereFewMeet) {
    constexpr std::uint64_t kOrders = 369'600;
    const spec::Scenario scenario = testing::scenario_at("specs/search/own-registers.toml");
    const CaseResult result = exhaust(scenario, "own-registers/shm/lock=none");
    EXPECT_TRUE(result.evidence.complete) << testing::describe(result);
    EXPECT_EQ(result.verdict, "ok");
    EXPECT_LE(result.schedules, kOrders / 20);
    std::printf("%lu schedules, %lu classes, of %lu orders\n", result.schedules,
                result.evidence.classes, kOrders);
}

TEST(Exhaustive, IsNotCompleteWhenItsBudgetEndsFirst) {
    const spec::Scenario scenario = testing::scenario_at("specs/updates/increment.toml");
    CampaignOptions options = testing::world();
    options.strategy = "exhaustive";
    options.schedules = 30;
    options.keep_going = true;
    const CaseResult result =
        run_case(scenario, testing::case_of(scenario, "increment/shm"), options);
    EXPECT_FALSE(result.evidence.complete);
    EXPECT_EQ(result.schedules, 30u);
}

}  // namespace
}  // namespace stagger::engine
