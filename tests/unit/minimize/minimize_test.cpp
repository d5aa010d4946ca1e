// SPDX-License-Identifier: Apache-2.0
#include "harness/minimize/minimize.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace stagger::minimize {
namespace {

using Points = std::set<std::uint32_t>;

constexpr std::size_t kPlenty = 100'000;

Decisions numbered(std::uint32_t count) {
    Decisions decisions(count);
    for (std::uint32_t i = 0; i < count; ++i) decisions[i].point = i;
    return decisions;
}

Points points_of(const Decisions& decisions) {
    Points points;
    for (const control::Decision& decision : decisions) points.insert(decision.point);
    return points;
}

bool has(const Decisions& decisions, std::uint32_t point) {
    return points_of(decisions).contains(point);
}

void expect_one_minimal(const Decisions& smallest, const StillShows& shows) {
    EXPECT_TRUE(shows(smallest));
    for (std::size_t i = 0; i < smallest.size(); ++i) {
        Decisions without = smallest;
        without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
        EXPECT_FALSE(shows(without)) << "decision " << i << " is not needed";
    }
}

TEST(Minimize, KeepsOnlyTheOneDecisionThatMatters) {
    for (const std::uint32_t needed : {0u, 1u, 49u, 98u, 99u}) {
        const auto shows = [&](const Decisions& some) { return has(some, needed); };
        EXPECT_EQ(points_of(minimize(numbered(100), shows, kPlenty)), Points{needed});
    }
}

TEST(Minimize, KeepsDecisionsThatMatterOnlyTogether) {
    const auto shows = [](const Decisions& some) {
        return has(some, 3) && has(some, 17) && has(some, 90);
    };
    EXPECT_EQ(points_of(minimize(numbered(100), shows, kPlenty)), (Points{3, 17, 90}));
}

TEST(Minimize, KeepsAllIfAllMatter) {
    const auto shows = [](const Decisions& some) { return some.size() == 9; };
    EXPECT_EQ(minimize(numbered(9), shows, kPlenty).size(), 9u);
}

TEST(Minimize, KeepsTheOrderOfWhatIsLeft) {
    const auto shows = [](const Decisions& some) {
        return has(some, 2) && has(some, 5) && has(some, 7);
    };
    const Decisions smallest = minimize(numbered(8), shows, kPlenty);
    ASSERT_EQ(smallest.size(), 3u);
    EXPECT_TRUE(std::is_sorted(smallest.begin(), smallest.end(),
                               [](const auto& a, const auto& b) { return a.point < b.point; }));
}

TEST(Minimize, TheCalmScheduleWinsWithASingleTry) {
    int tries = 0;
    const auto shows = [&](const Decisions&) {
        ++tries;
        return true;
    };
    EXPECT_TRUE(minimize(numbered(50), shows, kPlenty).empty());
    EXPECT_EQ(tries, 1);
}

TEST(Minimize, OfNothingIsNothing) {
    const auto shows = [](const Decisions&) { return true; };
    EXPECT_TRUE(minimize({}, shows, kPlenty).empty());
}

// Two decisions that undo each other: with one of them alone it does not show, with both or none
// it does. Whatever is left, nothing single can go.
TEST(Minimize, EndsOneMinimalAlsoWhereDecisionsUndoEachOther) {
    const StillShows shows = [](const Decisions& some) {
        return has(some, 10) && has(some, 20) == has(some, 21);
    };
    expect_one_minimal(minimize(numbered(40), shows, kPlenty), shows);
}

// Predicates without any structure: whether a set shows it is as random as a hash, one in three.
TEST(Minimize, EndsOneMinimalOnPredicatesWithoutAnyStructure) {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        const StillShows shows = [&](const Decisions& some) {
            if (some.size() == 24) return true;
            std::uint64_t hash = seed;
            for (const control::Decision& decision : some)
                hash = control::mix(hash, decision.point);
            return !some.empty() && hash % 3 == 0;
        };
        expect_one_minimal(minimize(numbered(24), shows, kPlenty), shows);
    }
}

TEST(Minimize, StopsAtItsBoundWithTheBestSoFar) {
    const auto needs_many = [](const Decisions& some) {
        for (std::uint32_t i = 0; i < 64; i += 2) {
            if (!has(some, i)) return false;
        }
        return true;
    };
    for (const std::size_t bound : {0u, 1u, 2u, 10u, 40u}) {
        std::size_t tries = 0;
        const auto shows = [&](const Decisions& some) {
            ++tries;
            return needs_many(some);
        };
        const Decisions best = minimize(numbered(64), shows, bound);
        EXPECT_LE(tries, bound);
        EXPECT_TRUE(needs_many(best));
    }
}

// ddmin needs of the order of k log(n/k) tries for k decisions that matter: far from n^2.
TEST(Minimize, TakesFewTriesForALongSchedule) {
    std::size_t tries = 0;
    const auto shows = [&](const Decisions& some) {
        ++tries;
        return has(some, 1234);
    };
    EXPECT_EQ(minimize(numbered(4096), shows, kPlenty).size(), 1u);
    EXPECT_LT(tries, 60u);
}

TEST(MinimizeOffset, IsTheSmallestThatShows) {
    for (const std::uint64_t smallest : {1u, 2u, 17u, 999u, 1000u}) {
        std::size_t tries = 0;
        const auto shows = [&](std::uint64_t offset) {
            ++tries;
            return offset >= smallest;
        };
        EXPECT_EQ(minimize_offset(1000, shows), smallest);
        EXPECT_LE(tries, 10u);
    }
    EXPECT_EQ(minimize_offset(std::uint64_t{1} << 54, [](std::uint64_t) { return true; }), 1u);
}

}  // namespace
}  // namespace stagger::minimize
