// SPDX-License-Identifier: Apache-2.0
#include "harness/fuzz/mutator.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace stagger::fuzz {
namespace {

// Two tasks of a role, of which nothing was learned but how long they are.
class Mutator : public ::testing::Test {
protected:
    Mutator() {
        terrain_.places.tasks = 2;
        terrain_.most_points = {20, 30};
        terrain_.meetings = {{0, 4}, {1, 6}};
        terrain_.knowledge = &knowledge_;
    }
    engine::Knowledge knowledge_{{0, 0}, 0, {}};
    Terrain terrain_;
};

TEST_F(Mutator, GivesGenomesThatFitForEver) {
    Draws draws(1);
    Genome genome;
    for (int i = 0; i < 20'000; ++i) {
        mutate(genome, terrain_, draws);
        ASSERT_LE(encode(genome).size(), kMaxGenomeBytes);
        ASSERT_EQ(decode(encode(genome)), genome);
    }
}

TEST_F(Mutator, GivesTheSameForTheSameSeed) {
    Genome first, second;
    Draws one(5), other(5);
    for (int i = 0; i < 50; ++i) mutate(first, terrain_, one);
    for (int i = 0; i < 50; ++i) mutate(second, terrain_, other);
    EXPECT_EQ(first, second);
    EXPECT_NE(first, Genome{});
}

TEST_F(Mutator, AimsMostDelaysWhereTasksMeet) {
    int meetings = 0, elsewhere = 0;
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        Genome genome;
        Draws draws(seed);
        mutate(genome, terrain_, draws);
        if (genome.edits.size() != 1 || genome.edits[0].kind != EditKind::Delay) continue;
        const Edit& edit = genome.edits[0];
        const bool there =
            (edit.task == 0 && edit.point == 4) || (edit.task == 1 && edit.point == 6);
        ++(there ? meetings : elsewhere);
    }
    EXPECT_GT(meetings, elsewhere);
    EXPECT_GT(elsewhere, 0);
}

TEST_F(Mutator, DoesNothingWhereNothingIsKnown) {
    Terrain nowhere;
    Genome genome;
    Draws draws(1);
    mutate(genome, nowhere, draws);
    EXPECT_EQ(genome, Genome{});
}

TEST(Crossover, GivesOnlyWhatOneOfBothHas) {
    Genome a, b;
    for (std::uint16_t i = 1; i <= 10; ++i) {
        a.edits.push_back({EditKind::Delay, 0, i, 1});
        b.edits.push_back({EditKind::Delay, 1, i, 1});
    }
    std::set<std::size_t> sizes;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        Draws draws(seed);
        const Genome both = cross(a, b, draws);
        sizes.insert(both.edits.size());
        for (const Edit& edit : both.edits) {
            const bool known = std::count(a.edits.begin(), a.edits.end(), edit) +
                                   std::count(b.edits.begin(), b.edits.end(), edit) >
                               0;
            ASSERT_TRUE(known);
        }
    }
    EXPECT_GT(sizes.size(), 10u);
}

// What any() gave in the last execution: a small range and the largest there is.
std::vector<control::Draw> two_draws() {
    constexpr std::int64_t kLargest = std::int64_t{1} << 53;
    return {{0, 1, 0, 0, 1, 80, 1}, {1, 2, 0, 0, -kLargest, kLargest, 0}};
}

TEST_F(Mutator, GivesInputsThatWereAskedFor) {
    terrain_.draws = two_draws();
    Draws draws(1);
    Genome genome;
    std::set<std::uint64_t> small;
    for (int i = 0; i < 20'000; ++i) {
        mutate(genome, terrain_, draws);
        ASSERT_LE(encode(genome).size(), kMaxGenomeBytes);
        ASSERT_EQ(decode(encode(genome)), genome);
        for (const Input& input : genome.inputs) {
            ASSERT_TRUE((input.task == 0 && input.number == 1 && input.offset < 80) ||
                        (input.task == 1 && input.number == 2));
            if (input.task == 0) small.insert(input.offset);
        }
    }
    EXPECT_EQ(small.size(), 80u) << "each of 80 values, in 20,000 mutations";
}

TEST_F(Mutator, GivesNoInputsWhereNobodyAsks) {
    Draws draws(1);
    Genome genome;
    for (int i = 0; i < 1000; ++i) mutate(genome, terrain_, draws);
    EXPECT_TRUE(genome.inputs.empty());
}

}  // namespace
}  // namespace stagger::fuzz
