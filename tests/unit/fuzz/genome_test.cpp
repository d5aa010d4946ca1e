// SPDX-License-Identifier: Apache-2.0
#include "harness/fuzz/genome.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>

namespace stagger::fuzz {
namespace {

Places places_of_two_tasks() {
    Places places;
    places.tasks = 2;
    places.objects = {name_of_object("n"), name_of_object("m")};
    places.keys = {control::make_key(control::KeySpace::Object, 0),
                   control::make_key(control::KeySpace::Memory, 1, 8)};
    return places;
}

Genome sample() {
    Genome genome;
    genome.edits = {{EditKind::Delay, 1, 300, 65535},
                    {EditKind::Priority, 0, 0, 255},
                    {EditKind::Fault, 1, 4, 1},
                    {EditKind::Timeout, 0, 9, 2}};
    genome.pairings.push_back({name_of_object("n"), 0, 1, 15, 700, false, true, false, false});
    genome.pairings.push_back({1, 1, 0, 2, 0, true, false, true, true});
    genome.inputs = {{1, 3, 1}, {0, 65535, ~std::uint64_t{0}}};
    return genome;
}

class Planned : public ::testing::Test {
protected:
    const control::Plan& plan(const Genome& genome) {
        plan_genome(genome, places_of_two_tasks(), *plan_);
        return *plan_;
    }
    std::unique_ptr<control::Plan> plan_ = std::make_unique<control::Plan>();
};

TEST(Genome, WhatIsWrittenIsReadAgain) {
    EXPECT_EQ(decode(encode(sample())), sample());
    EXPECT_EQ(decode(encode(Genome{})), Genome{});
}

TEST(Genome, EmptyAndShortInputIsCalm) {
    const std::vector<std::uint8_t> bytes = encode(sample());
    EXPECT_EQ(decode({}), Genome{});
    EXPECT_EQ(decode({bytes.data(), 1}), Genome{});
    EXPECT_EQ(decode({bytes.data(), 3}), Genome{});
}

TEST(Genome, AnotherVersionIsCalm) {
    std::vector<std::uint8_t> bytes = encode(sample());
    ++bytes.front();
    EXPECT_EQ(decode(bytes), Genome{});
}

TEST(Genome, WhatIsCutShortLosesItsLastEntryOnly) {
    std::vector<std::uint8_t> bytes = encode(sample());
    bytes.pop_back();
    Genome expected = sample();
    expected.edits.pop_back();
    EXPECT_EQ(decode(bytes), expected);
}

TEST(Genome, NeverGrowsPastItsBound) {
    Genome genome;
    genome.edits.resize(10 * kMaxEdits);
    genome.pairings.resize(10 * control::kMaxConstraints);
    const std::vector<std::uint8_t> bytes = encode(genome);
    EXPECT_LE(bytes.size(), kMaxGenomeBytes);
    EXPECT_LE(decode(bytes).edits.size(), kMaxEdits);
    EXPECT_LE(decode(bytes).pairings.size(), control::kMaxConstraints);
}

TEST_F(Planned, TheCalmGenomeGivesTheCalmPlan) {
    EXPECT_EQ(plan({}).strategy, control::StrategyKind::Calm);
}

TEST_F(Planned, DelaysAreSortedAndFaultsDoNothingWhereNoneIsDeclared) {
    Genome genome;
    genome.edits = {{EditKind::Delay, 1, 7, 3},
                    {EditKind::Fault, 0, 1, 1},
                    {EditKind::Delay, 0, 9, 4},
                    {EditKind::Timeout, 0, 2, 1},
                    {EditKind::Delay, 2, 5, 6}};  // task 2 of 2 is task 0
    plan(genome);
    ASSERT_EQ(plan_->replay_count, 3u);
    EXPECT_EQ(plan_->strategy, control::StrategyKind::Guided);
    EXPECT_FALSE(plan_->prioritised);
    EXPECT_EQ(plan_->replay[0].point, 5u);
    EXPECT_EQ(plan_->replay[1].point, 9u);
    EXPECT_EQ(plan_->replay[2].task, 1u);
    EXPECT_EQ(plan_->replay[2].target, 3u);
    EXPECT_EQ(plan_->replay[2].choice, control::ChoiceKind::Hold);
}

TEST_F(Planned, APriorityAtNoPointIsTheOneToBeginWith) {
    Genome genome;
    genome.edits = {{EditKind::Priority, 1, 0, 200}, {EditKind::Priority, 0, 3, 7}};
    plan(genome);
    EXPECT_TRUE(plan_->prioritised);
    EXPECT_EQ(plan_->priorities[1], 200);
    ASSERT_EQ(plan_->replay_count, 1u);
    EXPECT_EQ(plan_->replay[0].choice, control::ChoiceKind::Priority);
}

TEST_F(Planned, PairingsNameObjectsByNameAndKeysByNumber) {
    Genome genome;
    genome.pairings.push_back({name_of_object("m"), 0, 1, 2, 3, false, true, false, false});
    genome.pairings.push_back({5, 0, 1, 2, 3, true, false, true, false});  // key 5 of 2: the second
    genome.pairings.push_back({name_of_object("n"), 0, 1, 1, 0, false, false, false, true});
    plan(genome);
    ASSERT_EQ(plan_->constraint_count, 3u);
    EXPECT_EQ(plan_->constraints[0].key, control::make_key(control::KeySpace::Object, 1));
    EXPECT_TRUE(plan_->constraints[0].operation);
    EXPECT_TRUE(plan_->constraints[0].poised);
    EXPECT_EQ(plan_->constraints[0].writer.ordinal, 3u);
    EXPECT_EQ(plan_->constraints[1].key, control::make_key(control::KeySpace::Memory, 1, 8));
    EXPECT_FALSE(plan_->constraints[1].operation);
    EXPECT_TRUE(plan_->constraints[1].before);
    EXPECT_EQ(plan_->constraints[2].writer.task, control::kNobody);
}

TEST_F(Planned, AnyBytesAreAPlanWithinItsBounds) {
    std::mt19937 random(7);
    for (int i = 0; i < 20'000; ++i) {
        std::vector<std::uint8_t> bytes(random() % (2 * kMaxGenomeBytes));
        for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
        if (!bytes.empty() && i % 2 == 0) bytes.front() = kGenomeVersion;
        const Genome genome = decode(bytes);
        ASSERT_EQ(decode(encode(genome)), genome);
        plan(genome);
        ASSERT_LE(plan_->constraint_count, control::kMaxConstraints);
        ASSERT_LE(plan_->replay_count, kMaxEdits);
        for (std::uint32_t k = 0; k < plan_->replay_count; ++k) {
            ASSERT_LT(plan_->replay[k].task, 2u);
            ASSERT_GT(plan_->replay[k].point, 0u);
        }
    }
}

TEST_F(Planned, InputsAreOffsetsByTaskAndNumber) {
    Genome genome;
    genome.inputs = {{3, 2, 40}, {0, 1, 5}};
    const control::Plan& planned = plan(genome);
    EXPECT_EQ(planned.strategy, control::StrategyKind::Calm) << "nothing is said of who runs";
    EXPECT_TRUE(planned.inputs_wrap);
    ASSERT_EQ(planned.input_count, 2u);
    EXPECT_EQ(planned.inputs[0].task, 0u);
    EXPECT_EQ(planned.inputs[0].value, 5);
    EXPECT_EQ(planned.inputs[1].task, 1u) << "of two tasks";
    EXPECT_EQ(planned.inputs[1].point, 2u);
    EXPECT_EQ(plan(Genome{}).input_count, 0u);
}

}  // namespace
}  // namespace stagger::fuzz
