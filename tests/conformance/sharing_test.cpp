// SPDX-License-Identifier: Apache-2.0
//
// What several processes, and several threads in each, see of each other's operations: everything
// where the backend shares, nothing where its contract says that each process has its own copy.
#include "tests/conformance/suite.hpp"

namespace stagger::conformance {
namespace {

using Sharing = Backends;
using Shared = Backends;
using Protected = Backends;
using ContendedQueues = Backends;
using Unprotected = Backends;
using Copying = Backends;

constexpr int kRounds = 200;

TEST_P(Sharing, EveryProcessSeesWhatAnotherDidOrItsOwnCopy) {
    Case run(GetParam(),
             {{.initial = 1},
              {.type = STAGGER_QUEUE},
              {.type = STAGGER_SEMAPHORE},
              {.type = STAGGER_EVENT}},
             {.processes = 2});
    const bool shared = run.contract().shared != 0;
    run.call(0, {.operation = STAGGER_STORE, .value = 2});
    run.call(0, {.operation = STAGGER_PUT, .object = 1, .value = "in"});
    run.call(0, {.operation = STAGGER_RELEASE, .object = 2});
    run.call(0, {.operation = STAGGER_EVENT_SET, .object = 3});
    EXPECT_EQ(run.call(1, {}).value, Value(shared ? 2 : 1));
    EXPECT_EQ(run.call(1, {.operation = STAGGER_TAKE, .object = 1, .timeout = 0}).status,
              shared ? STAGGER_OK : STAGGER_EMPTY);
    EXPECT_EQ(run.call(1, {.operation = STAGGER_ACQUIRE, .object = 2, .timeout = 0}).status,
              shared ? STAGGER_OK : STAGGER_TIMEOUT);
    EXPECT_EQ(run.call(1, {.operation = STAGGER_EVENT_WAIT, .object = 3, .timeout = 0}).status,
              shared ? STAGGER_OK : STAGGER_TIMEOUT);
}

TEST_P(Sharing, ThreadsOfAProcessShareEvenWhereProcessesDoNot) {
    Case run(GetParam(), {{.initial = 1}, {.type = STAGGER_LIST}}, {.processes = 2, .threads = 2});
    run.call(2, {.operation = STAGGER_STORE, .value = 2});
    run.call(2, {.operation = STAGGER_APPEND, .object = 1, .value = 3});
    EXPECT_EQ(run.call(3, {}).value, Value(2));
    EXPECT_EQ(run.call(3, {.operation = STAGGER_READ, .object = 1}).value, Value(Value::List{3}));
}

TEST_P(Shared, ATaskWaitsForOneOfAnotherProcess) {
    Case run(GetParam(),
             {{.type = STAGGER_QUEUE, .capacity = 1},
              {.type = STAGGER_MUTEX},
              {.type = STAGGER_CONDITION},
              {.type = STAGGER_BARRIER, .capacity = 2}},
             {.processes = 2});
    run.start(1, {.operation = STAGGER_TAKE});
    run.call(0, {.operation = STAGGER_PUT, .value = 1});
    EXPECT_EQ(run.finish(1).value, Value(1));

    run.call(1, {.operation = STAGGER_LOCK, .object = 1});
    run.start(1, {.operation = STAGGER_WAIT, .object = 2, .with = 1});
    run.call(0, {.operation = STAGGER_LOCK, .object = 1});
    run.call(0, {.operation = STAGGER_NOTIFY, .object = 2});
    run.call(0, {.operation = STAGGER_UNLOCK, .object = 1});
    EXPECT_EQ(run.finish(1).status, STAGGER_OK);
    run.start(0, {.operation = STAGGER_LOCK, .object = 1, .timeout = 50});
    run.call(1, {.operation = STAGGER_UNLOCK, .object = 1});
    EXPECT_EQ(run.finish(0).status, STAGGER_OK);

    run.start(1, {.operation = STAGGER_ARRIVE, .object = 3});
    EXPECT_EQ(run.call(0, {.operation = STAGGER_ARRIVE, .object = 3}).status, STAGGER_OK);
    EXPECT_EQ(run.finish(1).status, STAGGER_OK);
}

// Runs the program in every task at once.
void run_all(Case& run, std::uint32_t tasks, std::size_t program = 0) {
    for (std::uint32_t task = 0; task < tasks; ++task) run.start_program(task, program);
    for (std::uint32_t task = 0; task < tasks; ++task) run.finish(task);
}

TEST_P(Sharing, NoAddAndNoCasIsLostWhenAllDoItAtOnce) {
    const Program count = [](const Invoke& invoke) {
        for (int i = 0; i < kRounds; ++i) {
            invoke({.operation = STAGGER_ADD, .object = 0, .value = 1});
            for (;;) {
                const Value old = invoke({.object = 1}).value;
                const Value next(*old.integer() + 1);
                const Request cas = {
                    .operation = STAGGER_CAS, .object = 1, .value = next, .expected = old};
                if (invoke(cas).value == Value(true)) break;
            }
        }
        return Value();
    };
    Case run(GetParam(), {{.initial = 0}, {.initial = 0}},
             {.processes = 2, .threads = 2, .programs = {count}});
    run_all(run, 4);
    const int writers = run.contract().shared != 0 ? 4 : 2;
    EXPECT_EQ(run.call(0, {.object = 0}).value, Value(writers * kRounds));
    EXPECT_EQ(run.call(0, {.object = 1}).value, Value(writers * kRounds));
}

TEST_P(Sharing, AMutexMakesReadingAndWritingOneStep) {
    const Program increment = [](const Invoke& invoke) {
        for (int i = 0; i < kRounds; ++i) {
            invoke({.operation = STAGGER_LOCK, .object = 1});
            const Value old = invoke({.object = 0}).value;
            invoke({.operation = STAGGER_STORE, .object = 0, .value = *old.integer() + 1});
            invoke({.operation = STAGGER_UNLOCK, .object = 1});
        }
        return Value();
    };
    Case run(GetParam(), {{.initial = 100}, {.type = STAGGER_MUTEX}},
             {.processes = 2, .threads = 2, .programs = {increment}});
    run_all(run, 4);
    const int writers = run.contract().shared != 0 ? 4 : 2;
    EXPECT_EQ(run.call(0, {}).value, Value(100 + writers * kRounds));
}

TEST_P(ContendedQueues, AQueueDeliversEveryValueOnceUnderContention) {
    const Program produce = [](const Invoke& invoke) {
        for (int i = 1; i <= kRounds; ++i) invoke({.operation = STAGGER_PUT, .value = i});
        return Value();
    };
    const Program consume = [](const Invoke& invoke) {
        std::int64_t sum = 0;
        for (int i = 1; i <= kRounds; ++i)
            sum += *invoke({.operation = STAGGER_TAKE}).value.integer();
        return Value(sum);
    };
    Case run(GetParam(), {{.type = STAGGER_QUEUE, .capacity = 3}},
             {.processes = 2, .threads = 2, .programs = {produce, consume}});
    for (std::uint32_t task = 0; task < 4; ++task) run.start_program(task, task % 2);
    std::int64_t sum = 0;
    for (std::uint32_t task = 0; task < 4; ++task) {
        const Outcome outcome = run.finish(task);
        if (task % 2 == 1) sum += *outcome.value.integer();
    }
    EXPECT_EQ(sum, 2 * kRounds * (kRounds + 1) / 2);
    EXPECT_EQ(run.call(0, {.operation = STAGGER_SIZE}).value, Value(0));
}

TEST_P(Protected, ListsAndMapsLoseNothingUnderContention) {
    const Program fill = [](const Invoke& invoke) {
        for (int i = 0; i < kRounds; ++i) {
            invoke({.operation = STAGGER_APPEND, .object = 0, .value = "an element of a list"});
            invoke({.operation = STAGGER_APPEND, .object = 1, .value = i, .key = "k"});
        }
        return Value();
    };
    Case run(GetParam(), {{.type = STAGGER_LIST}, {.type = STAGGER_MAP}},
             {.processes = 2, .threads = 2, .programs = {fill}});
    run_all(run, 4);
    const std::size_t writers = run.contract().shared != 0 ? 4 : 2;
    const Value list = run.call(0, {.operation = STAGGER_READ, .object = 0}).value;
    ASSERT_NE(list.list(), nullptr);
    EXPECT_EQ(list.list()->size(), writers * kRounds);
    const Value inner = run.call(0, {.operation = STAGGER_READ, .object = 1, .key = "k"}).value;
    ASSERT_NE(inner.list(), nullptr);
    EXPECT_EQ(inner.list()->size(), writers * kRounds);
}

TEST_P(Unprotected, RacesLoseOrTearValuesButBreakNoProcess) {
    const Program race = [](const Invoke& invoke) {
        const std::string text(100, 'x');
        bool honest = true;
        const auto call = [&](Request request) {
            request.timeout = 0;
            const Outcome outcome = invoke(request);
            honest = honest &&
                     (outcome.status != STAGGER_ERROR || outcome.failure.starts_with("torn value"));
        };
        for (int i = 0; i < kRounds; ++i) {
            const Value value = i % 2 == 0 ? Value(i) : Value(text);
            call({.operation = STAGGER_APPEND, .object = 0, .value = value});
            call({.operation = STAGGER_POP, .object = 0});
            call({.operation = STAGGER_SET, .object = 1, .value = value, .key = i % 5});
            call({.operation = STAGGER_ERASE, .object = 1, .key = i % 3});
            call({.operation = STAGGER_PUT, .object = 2, .value = value});
            call({.operation = STAGGER_TAKE, .object = 2});
            call({.operation = STAGGER_STORE, .object = 3, .value = value});
            call({.operation = STAGGER_LOAD, .object = 3});
        }
        return Value(honest);
    };
    Case run(GetParam(),
             {{.type = STAGGER_LIST},
              {.type = STAGGER_MAP},
              {.type = STAGGER_QUEUE},
              {.initial = 1, .value_size = 64}},
             {.processes = 2, .threads = 2, .programs = {race}});
    for (std::uint32_t task = 0; task < 4; ++task) run.start_program(task, 0);
    for (std::uint32_t task = 0; task < 4; ++task) EXPECT_EQ(run.finish(task).value, Value(true));
}

TEST_P(Sharing, ManyTasksMeetAtABarrierAndWork) {
    constexpr std::uint32_t kProcesses = 8, kThreads = 2;
    const Program work = [](const Invoke& invoke) {
        for (int i = 0; i < 10; ++i) {
            invoke({.operation = STAGGER_ARRIVE, .object = 1});
            invoke({.operation = STAGGER_ADD, .object = 0, .value = 1});
        }
        return Value();
    };
    const bool shared = shares(GetParam());
    Case run(GetParam(),
             {{.initial = 0},
              {.type = STAGGER_BARRIER, .capacity = shared ? kProcesses * kThreads : kThreads}},
             {.processes = kProcesses, .threads = kThreads, .programs = {work}});
    run_all(run, kProcesses * kThreads);
    EXPECT_EQ(run.call(0, {}).value,
              Value(10 * static_cast<int>(shared ? kProcesses * kThreads : kThreads)));
}

TEST_P(Copying, ACopyingProxyKeepsItsChangesToItself) {
    Case run(GetParam(), {{.type = STAGGER_LIST, .initial = Value::List{1}}, {.initial = 1}},
             {.processes = 2});
    EXPECT_EQ(run.call(0, {.operation = STAGGER_READ}).value, Value(Value::List{1}));
    run.call(0, {.operation = STAGGER_APPEND, .value = 2});
    run.call(1, {.operation = STAGGER_APPEND, .value = 3});  // it has not read: a request
    EXPECT_EQ(run.call(0, {.operation = STAGGER_READ}).value, Value(Value::List{1, 2}));
    EXPECT_EQ(run.call(1, {.operation = STAGGER_READ}).value, Value(Value::List{1, 3}));
    EXPECT_EQ(run.call(0, {.operation = STAGGER_SNAPSHOT}).value, Value(Value::List{1, 3}));
    run.call(0, {.operation = STAGGER_STORE, .object = 1, .value = 2});
    EXPECT_EQ(run.call(1, {.object = 1}).value, Value(2));
}

STAGGER_ON_VARIANTS(Sharing, offers_all);
STAGGER_ON_VARIANTS(Shared, offers_all, shares);
STAGGER_ON_VARIANTS(Protected, offers_all, is_protected);
STAGGER_ON_VARIANTS(ContendedQueues, offers<STAGGER_QUEUE>, shares, is_protected, has_many_ends);
STAGGER_ON_VARIANTS(Unprotected, offers_all, is_unprotected);
STAGGER_ON_VARIANTS(Copying, offers_all, is_copying);

}  // namespace
}  // namespace stagger::conformance
