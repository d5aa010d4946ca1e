// SPDX-License-Identifier: Apache-2.0
//
// Sequential and causal consistency, against trying every order, on small random histories of
// reads and writes with a fixed seed.
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/recorded/judge.hpp"
#include "tests/support/random_history.hpp"

namespace stagger::recorded {
namespace {

// Orders of operations, as the definitions have them. Indices into History::operations.
class Orders {
public:
    explicit Orders(const History& history) : history_(history) {}

    bool sequential() const {
        Set all(count(), true);
        return has_order(all,
                         [this](std::uint32_t a, std::uint32_t b) { return by_process(a, b); });
    }

    bool causal() const {
        std::vector<Set> before = causal_order();
        if (before.empty()) return false;
        for (std::uint32_t process = 0; process < history_.processes.size(); ++process) {
            Set view(count());
            for (std::uint32_t i = 0; i < count(); ++i)
                view[i] = !reads(i) || operation(i).process == process;
            const auto precedes = [&](std::uint32_t a, std::uint32_t b) { return before[b][a]; };
            if (!has_order(view, precedes)) return false;
        }
        return true;
    }

private:
    using Set = std::vector<bool>;

    std::uint32_t count() const { return static_cast<std::uint32_t>(history_.operations.size()); }
    const Operation& operation(std::uint32_t i) const { return history_.operations[i]; }
    bool reads(std::uint32_t i) const {
        return history_.functions[operation(i).function] == "read";
    }
    bool by_process(std::uint32_t a, std::uint32_t b) const {
        return a < b && operation(a).process == operation(b).process;
    }

    // Empty where it is circular.
    std::vector<Set> causal_order() const {
        std::vector<Set> before(count(), Set(count()));
        for (std::uint32_t b = 0; b < count(); ++b)
            for (std::uint32_t a = 0; a < count(); ++a)
                before[b][a] =
                    by_process(a, b) || (reads(b) && !reads(a) && operation(b).result != 0 &&
                                         operation(a).argument == operation(b).result);
        for (std::uint32_t through = 0; through < count(); ++through)
            for (std::uint32_t b = 0; b < count(); ++b)
                for (std::uint32_t a = 0; a < count(); ++a)
                    if (before[b][through] && before[through][a]) before[b][a] = true;
        for (std::uint32_t i = 0; i < count(); ++i)
            if (before[i][i]) return {};
        return before;
    }

    template <typename Precedes>
    bool has_order(Set left, const Precedes& precedes, std::uint32_t value = 0) const {
        if (std::find(left.begin(), left.end(), true) == left.end()) return true;
        for (std::uint32_t next = 0; next < count(); ++next) {
            if (!left[next] || (reads(next) && operation(next).result != value)) continue;
            bool is_first = true;
            for (std::uint32_t other = 0; other < count(); ++other)
                if (left[other] && precedes(other, next)) is_first = false;
            if (!is_first) continue;
            Set rest = left;
            rest[next] = false;
            if (has_order(rest, precedes, reads(next) ? value : operation(next).argument))
                return true;
        }
        return false;
    }

    const History& history_;
};

Answer judged(History& history, Consistency consistency) {
    JudgeOptions options;
    options.consistency = consistency;
    const Result<Judgement> judgement = judge(history, *find_model("register"), options);
    EXPECT_TRUE(judgement.ok());
    return judgement.ok() ? judgement->answer : Answer::Inconclusive;
}

// Reads with results drawn at random, so that all kinds of violations come up.
History scrambled(std::mt19937_64& random) {
    HistoryShape shape;
    shape.processes = 2 + static_cast<std::uint32_t>(random() % 2);
    shape.operations = 4 + static_cast<std::uint32_t>(random() % 4);
    shape.unknown = 0;
    History history = random_history("plain-register", shape, random);
    std::vector<std::uint32_t> values{0};
    for (const Operation& operation : history.operations)
        if (operation.argument != 0) values.push_back(operation.argument);
    for (Operation& operation : history.operations)
        if (operation.argument == 0 && random() % 2 == 0)
            operation.result = values[random() % values.size()];
    return history;
}

TEST(SequentialConsistency, AgreesWithTryingEveryOrder) {
    std::mt19937_64 random(5);
    int accepted = 0;
    for (int round = 0; round < 1500; ++round) {
        History history = scrambled(random);
        const bool expected = Orders(history).sequential();
        accepted += expected ? 1 : 0;
        ASSERT_EQ(judged(history, Consistency::Sequential),
                  expected ? Answer::Ok : Answer::Violation)
            << to_text(history);
    }
    EXPECT_GT(accepted, 150);
    EXPECT_LT(accepted, 1350);
}

TEST(CausalConsistency, AgreesWithTryingEveryOrder) {
    std::mt19937_64 random(6);
    int accepted = 0;
    for (int round = 0; round < 1500; ++round) {
        History history = scrambled(random);
        const bool expected = Orders(history).causal();
        accepted += expected ? 1 : 0;
        ASSERT_EQ(judged(history, Consistency::Causal), expected ? Answer::Ok : Answer::Violation)
            << to_text(history);
    }
    EXPECT_GT(accepted, 150);
    EXPECT_LT(accepted, 1350);
}

TEST(CausalConsistency, IsInconclusiveWhereAValueIsWrittenTwice) {
    HistoryShape shape;
    shape.distinct = false;
    shape.operations = 12;
    std::mt19937_64 random(7);
    History history = random_history("plain-register", shape, random);
    EXPECT_EQ(judged(history, Consistency::Causal), Answer::Inconclusive);
}

}  // namespace
}  // namespace stagger::recorded
