// SPDX-License-Identifier: Apache-2.0
//
// Every model against a reference that tries all orders, on random histories with fixed seeds.
#include <gtest/gtest.h>

#include "harness/check/check.hpp"
#include "harness/history/text.hpp"
#include "tests/unit/check/reference.hpp"

namespace stagger {
namespace {

struct Case {
    std::string name;
    history::Object object;
    bool snapshot = true;
    bool takes = true;  // of a list: items are popped, too

    friend void PrintTo(const Case& shown, std::ostream* out) { *out << shown.name; }
};

history::Object object(ObjectType type, Value initial, std::uint64_t capacity = 0) {
    history::Object result;
    result.name = "o";
    result.type = type;
    result.initial = std::move(initial);
    result.capacity = capacity;
    return result;
}

history::Object queue(stagger_fifo_scope scope, std::uint64_t capacity) {
    history::Object result = object(ObjectType::Queue, Value::List{0, 1}, capacity);
    result.contract.fifo_scope = scope;
    return result;
}

std::vector<Case> cases() {
    return {
        {"Register", object(ObjectType::Register, 0)},
        {"List", object(ObjectType::List, Value::List{1})},
        {"ListThatGrows", object(ObjectType::List, Value::List{1}), true, false},
        {"Map", object(ObjectType::Map, Value::Map{{"a", 1}})},
        {"Queue", queue(STAGGER_FIFO_GLOBAL, 0)},
        {"QueueOfThree", queue(STAGGER_FIFO_GLOBAL, 3)},
        {"QueuePerProducer", queue(STAGGER_FIFO_PER_PRODUCER, 3)},
        {"QueueWithoutOrder", queue(STAGGER_FIFO_NONE, 3)},
        {"Mutex", object(ObjectType::Mutex, {}), false},
        {"Stream", object(ObjectType::Stream, {})},
        {"Rpc", object(ObjectType::Rpc, {}), false},
        {"RwLock", object(ObjectType::RwLock, {}), false},
        {"Semaphore", object(ObjectType::Semaphore, 1)},
        {"Event", object(ObjectType::Event, false)},
        {"Barrier", object(ObjectType::Barrier, {}, 2), false},
    };
}

// What `judge` finds, as the reference would say it.
bool accepted(const history::History& history) {
    check::Limits limits;
    limits.time = std::chrono::minutes(10);  // however slow this machine is
    const check::Verdict verdict = check::judge(history, {}, {}, limits);
    EXPECT_TRUE(verdict.inconclusive.empty()) << verdict.inconclusive.front();
    return verdict.violations.empty();
}

class Linearizability : public testing::TestWithParam<Case> {};

TEST_P(Linearizability, AcceptsWhatASequentialRunCouldHaveReturned) {
    std::mt19937 random(1);
    for (int round = 0; round < 300; ++round) {
        reference::Shape shape;
        shape.tasks = 2 + reference::draw(random, 4);
        shape.calls = 4 + reference::draw(random, 60);
        shape.end_with_snapshot = GetParam().snapshot && round % 2 == 0;
        shape.only_grows = !GetParam().takes;
        const auto history = reference::random_history(GetParam().object, shape, random);
        ASSERT_TRUE(accepted(history)) << "round " << round << "\n" << write_text(history);
    }
}

TEST_P(Linearizability, AgreesWithTryingEveryOrder) {
    std::mt19937 random(2);
    int rejected = 0;
    for (int round = 0; round < 3000; ++round) {
        reference::Shape shape;
        shape.tasks = 2 + reference::draw(random, 2);
        shape.calls = 2 + reference::draw(random, 4);
        shape.end_with_snapshot = GetParam().snapshot && round % 2 == 0;
        shape.only_grows = !GetParam().takes;
        auto history = reference::random_history(GetParam().object, shape, random);
        for (unsigned i = reference::draw(random, 3); i > 0; --i)
            reference::disturb(history, random);
        const bool legal = reference::has_legal_order(history);
        rejected += legal ? 0 : 1;
        ASSERT_EQ(accepted(history), legal) << "round " << round << "\n" << write_text(history);
    }
    // A comparison in which nothing is ever wrong proves little.
    EXPECT_GT(rejected, 20);
}

// All overlap, in each of 60! orders; what is read at last tells the one that it was.
TEST(ListsThatGrow, AreJudgedHoweverManyAppendsOverlap) {
    constexpr std::uint32_t kTasks = 60;
    history::History history;
    history.objects.push_back(object(ObjectType::List, Value::List{7}));
    Value::List seen{7};
    for (std::uint32_t i = 0; i <= kTasks; ++i) {
        history::Task task;
        task.name = "t[" + std::to_string(i) + "]";
        history.tasks.push_back(task);
        history::Call call;
        call.task = i;
        call.operation = i < kTasks ? Operation::Append : Operation::Read;
        call.value = i < kTasks ? Value(std::int64_t{i} + 100) : Value();
        call.invoked = i < kTasks ? i : 2 * kTasks;
        call.responded = i < kTasks ? kTasks + i : 2 * kTasks + 1;
        history.calls.push_back(call);
    }
    for (std::uint32_t i = kTasks; i > 0; --i) seen.emplace_back(std::int64_t{i} + 99);
    history.calls.back().result = seen;
    EXPECT_TRUE(accepted(history));
    // The last but one was appended a second time, by nobody.
    seen.push_back(seen[kTasks - 1]);
    history.calls.back().result = seen;
    EXPECT_FALSE(accepted(history));
    // One was appended only after the read that shows it.
    seen.pop_back();
    history.calls.back().result = seen;
    history::Call late = history.calls[3];
    history.calls.erase(history.calls.begin() + 3);
    late.invoked = 2 * kTasks + 2;
    late.responded = 2 * kTasks + 3;
    history.calls.push_back(late);
    EXPECT_FALSE(accepted(history));
}

INSTANTIATE_TEST_SUITE_P(EveryModel, Linearizability, testing::ValuesIn(cases()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace stagger
