// SPDX-License-Identifier: Apache-2.0
#include "harness/search/exploration.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/unit/search/brute_force.hpp"
#include "tests/unit/search/generator.hpp"
#include "tests/unit/search/program.hpp"

namespace stagger::search {
namespace {

using testing::BruteForce;
using testing::Instruction;
using testing::Op;
using testing::Program;
using testing::ProgramText;

struct Found {
    std::set<std::string> outcomes;
    std::uint64_t executions = 0;
    bool all = false;
};

Found by_brute_force(const ProgramText& text, std::uint64_t most) {
    Program program(text);
    BruteForce all;
    Found found;
    while (all.executions() < most) {
        if (!all.plan(program.segment().plan)) {
            found.all = true;
            break;
        }
        found.outcomes.insert(program.run());
        all.learn(program.segment());
    }
    found.executions = all.executions();
    return found;
}

struct Searched {
    Found found;
    std::uint64_t classes = 0, redundant = 0;
};

Searched by_search(const ProgramText& text, std::uint32_t deviations = 0) {
    Program program(text);
    Exploration exploration({1, text.any_object, deviations});
    Searched searched;
    while (const auto directions = exploration.next()) {
        follow(*directions, program.segment().plan);
        searched.found.outcomes.insert(program.run());
        exploration.learn(program.segment());
        if (++searched.found.executions > 1'000'000) break;
    }
    searched.found.all = exploration.complete();
    searched.classes = exploration.classes();
    searched.redundant = exploration.redundant();
    return searched;
}

ProgramText two_increments() {
    const std::vector<Instruction> increment = {{Op::Load, 0}, {Op::Store, 0}};
    return {{increment, increment}};
}

// Of the two loads and two stores only the order of dependent ones counts: both loads first, then
// the stores in two orders; or one task wholly before the other, in two orders.
TEST(TheSearch, TakesOneExecutionOfEachClass) {
    const Searched searched = by_search(two_increments());
    EXPECT_TRUE(searched.found.all);
    EXPECT_EQ(searched.classes, 4u);
    EXPECT_EQ(by_brute_force(two_increments(), 10'000).outcomes, searched.found.outcomes);
}

TEST(TheSearch, NeedsOneExecutionWhereNobodyMeets) {
    const ProgramText text = {{{{Op::Store, 0}, {Op::Store, 0}}, {{Op::Store, 1}, {Op::Load, 1}}}};
    const Searched searched = by_search(text);
    EXPECT_TRUE(searched.found.all);
    EXPECT_EQ(searched.classes, 1u);
    EXPECT_EQ(searched.redundant, 0u);
}

// Four tasks write a register of their own twice and a shared one once: 4! orders of the shared
// writes. By brute force there are 16 events, the four starts included: 16! / (4!)^4 = 63 million.
TEST(TheSearch, OrdersOnlyWhatIsShared) {
    const auto task = [](std::uint32_t own) {
        return std::vector<Instruction>{{Op::Store, own}, {Op::Store, own}, {Op::Store, 0, own}};
    };
    const Searched searched = by_search({{task(1), task(2), task(3), {{Op::Store, 0, 4}}}});
    EXPECT_TRUE(searched.found.all);
    EXPECT_EQ(searched.classes, 24u);
}

TEST(TheSearch, CountsCriticalSectionsInEachOrderOnce) {
    const std::vector<Instruction> section = {{Op::Lock, 0}, {Op::Add, 0}, {Op::Unlock, 0}};
    const Searched searched = by_search({{section, section, section}});
    EXPECT_TRUE(searched.found.all);
    EXPECT_EQ(searched.classes, 6u);
}

TEST(TheSearch, GoesThroughTheBoundedRoundsFirst) {
    Program program(two_increments());
    Exploration exploration({1, false, 2});
    std::set<std::size_t> sizes;
    std::vector<std::size_t> order;
    while (const auto directions = exploration.next()) {
        follow(*directions, program.segment().plan);
        program.run();
        exploration.learn(program.segment());
        if (exploration.classes() > 0) break;
        order.push_back(directions->decisions.size());
    }
    ASSERT_GT(order.size(), 5u);
    EXPECT_EQ(order[0], 0u);
    EXPECT_EQ(order[1], 1u);
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
    EXPECT_EQ(order.back(), 2u);
}

// Of three sections in six orders the first execution is told to be a sixth or more, and the last
// one is known to be the last. The bounded rounds before are no share of anything.
TEST(TheSearch, TellsHowMuchOfItIsDone) {
    const std::vector<Instruction> section = {{Op::Lock, 0}, {Op::Add, 0}, {Op::Unlock, 0}};
    Program program({{section, section, section}});
    Exploration exploration({1, false, 0});
    std::vector<double> progress;
    while (const auto directions = exploration.next()) {
        follow(*directions, program.segment().plan);
        program.run();
        exploration.learn(program.segment());
        if (exploration.progress() > 0) progress.push_back(exploration.progress());
    }
    ASSERT_GE(progress.size(), 6u);
    EXPECT_GE(progress.front(), 1.0 / 6);
    EXPECT_LT(progress.front(), 1);
    EXPECT_TRUE(std::all_of(progress.begin(), progress.end() - 1,
                            [](double share) { return share > 0 && share < 1; }));
    EXPECT_DOUBLE_EQ(progress.back(), 1);
}

TEST(TheSearch, IsNotCompleteBeforeItIsOver) {
    Program program(two_increments());
    Exploration exploration({1, false, 0});
    for (int i = 0; i < 3; ++i) {
        follow(*exploration.next(), program.segment().plan);
        program.run();
        exploration.learn(program.segment());
        EXPECT_FALSE(exploration.complete());
    }
}

TEST(TheSearch, SeesWhatATraceCannotHold) {
    Program program(two_increments());
    program.segment().trace.full = false;
    Exploration exploration({1, false, 0});
    while (const auto directions = exploration.next()) {
        follow(*directions, program.segment().plan);
        program.run();
        program.segment().trace.full = true;
        exploration.learn(program.segment());
    }
    EXPECT_FALSE(exploration.complete());
    EXPECT_FALSE(exploration.limits().empty());
}

// The same outcomes as all executions together, over programs of all that tasks can meet in.
void compare(testing::Flavour flavour, std::uint64_t first_seed, int programs) {
    constexpr std::uint64_t kMostExecutions = 20'000;
    std::uint64_t brute = 0, searched = 0, classes = 0;
    int compared = 0;
    for (std::uint64_t seed = first_seed; compared < programs; ++seed) {
        const ProgramText text = testing::generate(flavour, seed);
        const Found all = by_brute_force(text, kMostExecutions);
        if (!all.all) continue;
        ++compared;
        const Searched found = by_search(text);
        ASSERT_TRUE(found.found.all) << "seed " << seed << "\n" << testing::to_string(text);
        ASSERT_EQ(found.found.outcomes, all.outcomes) << "seed " << seed << "\n"
                                                      << testing::to_string(text);
        brute += all.executions;
        searched += found.found.executions;
        classes += found.classes;
    }
    std::printf("%d programs: %lu executions by brute force, %lu by search, %lu classes\n",
                compared, brute, searched, classes);
}

TEST(TheSearch, FindsWhatBruteForceFindsWithRegisters) {
    compare(testing::Flavour::Registers, 1, 150);
}
TEST(TheSearch, FindsWhatBruteForceFindsWithLocks) {
    compare(testing::Flavour::Locks, 1'000, 150);
}
TEST(TheSearch, FindsWhatBruteForceFindsWithConditions) {
    compare(testing::Flavour::Conditions, 2'000, 150);
}
TEST(TheSearch, FindsWhatBruteForceFindsWithQueues) {
    compare(testing::Flavour::Queues, 3'000, 100);
}
TEST(TheSearch, FindsWhatBruteForceFindsWithOperations) {
    compare(testing::Flavour::Operations, 4'000, 100);
}
TEST(TheSearch, FindsWhatBruteForceFindsWithServers) {
    compare(testing::Flavour::Servers, 5'000, 100);
}
TEST(TheSearch, FindsWhatBruteForceFindsWithAllOfThem) {
    compare(testing::Flavour::Mixed, 6'000, 200);
}

}  // namespace
}  // namespace stagger::search
