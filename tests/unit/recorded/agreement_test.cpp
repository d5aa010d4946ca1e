// SPDX-License-Identifier: Apache-2.0
//
// Every algorithm against the search of Wing, Gong and Lowe, on random histories with fixed seeds,
// good and bad. Some 1,000 histories of each kind by default; STAGGER_TEST_SCALE=100 makes that
// 100,000.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "harness/recorded/judge.hpp"
#include "tests/support/random_history.hpp"

namespace stagger::recorded {
namespace {

struct Kind {
    std::string objects;  // what random_history makes
    std::string model;
    bool distinct = true;
    // The share of histories that the near-linear algorithm has to decide by itself.
    double fast_share = 0;

    friend void PrintTo(const Kind& shown, std::ostream* out) {
        *out << shown.objects << (shown.distinct ? "" : ", repeated values");
    }
};

std::uint32_t rounds() {
    const char* scale = std::getenv("STAGGER_TEST_SCALE");
    const double factor = scale ? std::atof(scale) : 1;
    return static_cast<std::uint32_t>(1000 * std::max(factor, 0.01));
}

Judgement judged(History& history, const Kind& kind, Algorithm algorithm) {
    JudgeOptions options;
    options.algorithm = algorithm;
    const Result<Judgement> judgement = judge(history, *find_model(kind.model), options);
    EXPECT_TRUE(judgement.ok()) << judgement.error().message;
    return judgement.ok() ? *judgement : Judgement{};
}

class Agreement : public testing::TestWithParam<Kind> {};

TEST_P(Agreement, EveryAlgorithmSaysWhatWingGongLoweSays) {
    const Kind& kind = GetParam();
    std::mt19937_64 random(7);
    std::uint32_t bad = 0;
    std::uint32_t fast = 0;
    for (std::uint32_t round = 0; round < rounds(); ++round) {
        HistoryShape shape;
        shape.processes = 2 + round % 3;
        shape.operations = 4 + round % 9;
        shape.distinct = kind.distinct;
        shape.timed = round % 4 == 0;
        shape.unknown = round % 3 == 0 ? 0 : 0.15;
        History history = random_history(kind.objects, shape, random);
        const Judgement expected = judged(history, kind, Algorithm::WingGongLowe);
        ASSERT_NE(expected.answer, Answer::Inconclusive);
        bad += expected.answer == Answer::Violation ? 1 : 0;
        const Judgement automatic = judged(history, kind, Algorithm::Automatic);
        ASSERT_EQ(automatic.answer, expected.answer) << "round " << round << "\n"
                                                     << to_text(history);
        const Judgement frontier = judged(history, kind, Algorithm::Frontier);
        ASSERT_EQ(frontier.answer, expected.answer) << "round " << round << "\n"
                                                    << to_text(history);
        // Both name the first response that has no explanation.
        if (expected.answer == Answer::Violation && automatic.parts == 1) {
            ASSERT_EQ(automatic.stuck, frontier.stuck) << to_text(history);
            ASSERT_TRUE(automatic.order_known) << to_text(history);
        }
        const auto& used = automatic.algorithms;
        fast += std::find(used.begin(), used.end(), Algorithm::Distinct) != used.end() ? 1 : 0;
    }
    // Seen: between 15 % and 50 % of the histories are bad, whatever the kind.
    EXPECT_GT(bad, rounds() / 20);
    EXPECT_LT(bad, rounds() - rounds() / 20);
    EXPECT_GE(fast, kind.fast_share * rounds());
}

INSTANTIATE_TEST_SUITE_P(
    AllModels, Agreement,
    testing::Values(Kind{"plain-register", "register", true, 0.99},
                    Kind{"register", "register", true, 0.05}, Kind{"register", "register", false},
                    Kind{"queue", "queue", true, 0.9}, Kind{"queue", "queue", false},
                    Kind{"stack", "stack", true, 0.9}, Kind{"stack-with-peek", "stack", false},
                    Kind{"bag", "bag", true, 0.9}, Kind{"bag", "bag", false},
                    Kind{"set", "set", true}, Kind{"set", "set", false},
                    Kind{"grow-set", "set", true, 0.9}, Kind{"set-read", "set", false},
                    Kind{"counter", "counter", false}, Kind{"list", "list", false},
                    Kind{"map", "map", false}, Kind{"kv", "kv", false},
                    Kind{"priority-queue", "priority-queue", false},
                    Kind{"semaphore", "semaphore", false}, Kind{"mutex", "mutex", false},
                    Kind{"rwlock", "rwlock", false}));

}  // namespace
}  // namespace stagger::recorded
