// SPDX-License-Identifier: Apache-2.0
#include "plugins/server/machine.hpp"

#include <gtest/gtest.h>

namespace stagger::server {
namespace {

enum Object : std::uint32_t {
    kRegister,
    kQueue,
    kMutex,
    kCondition,
    kBarrier,
    kSemaphore,
    kRwLock,
    kStream,
    kTopic,
    kRpc
};

std::vector<plugin::ObjectSpec> objects() {
    const std::string nil = wire::encode_nil();
    return {{"register", STAGGER_REGISTER, wire::encode_integer(1), 0, 0},
            {"queue", STAGGER_QUEUE, plugin::neutral_value(STAGGER_QUEUE), 1, 0},
            {"mutex", STAGGER_MUTEX, nil, 0, 0},
            {"condition", STAGGER_CONDITION, nil, 0, 0},
            {"barrier", STAGGER_BARRIER, nil, 2, 0},
            {"semaphore", STAGGER_SEMAPHORE, wire::encode_integer(0), 0, 0},
            {"rwlock", STAGGER_RWLOCK, nil, 0, 0},
            {"stream", STAGGER_STREAM, nil, 4, 0},
            {"topic", STAGGER_TOPIC, nil, 1, 0},
            {"rpc", STAGGER_RPC, nil, 0, 0}};
}

constexpr std::int64_t kNever = plugin::Deadline::kNever;

struct Server {
    explicit Server(const CellOptions& options = {}) : machine(objects(), options) {}
    Machine machine;

    Machine::Answers ask(std::uint32_t task, stagger_operation operation, Object object,
                         std::int64_t deadline = kNever, std::string value = {}) {
        Machine::Answers answers;
        machine.handle({operation, object, kMutex, {task}, deadline, {}, std::move(value), {}},
                       answers);
        return answers;
    }
    Machine::Answers expire(std::int64_t now) {
        Machine::Answers answers;
        machine.expire(now, answers);
        return answers;
    }
};

// Who was answered with what, in order: "1:OK".
std::string told(const Machine::Answers& answers) {
    constexpr const char* kNames[] = {"OK",     "TIMEOUT",    "EMPTY",       "FULL",
                                      "CLOSED", "OWNER_DEAD", "UNSUPPORTED", "ERROR"};
    std::string text;
    for (const Answer& answer : answers)
        text += (text.empty() ? "" : " ") + std::to_string(answer.caller.task) + ":" +
                kNames[answer.status];
    return text;
}

TEST(Machine, AReaderWaitsBehindAWriterThatWaitsUnlessItReadsAlready) {
    Server server;
    EXPECT_EQ(told(server.ask(0, STAGGER_RW_LOCK_SHARED, kRwLock)), "0:OK");
    EXPECT_EQ(told(server.ask(1, STAGGER_RW_LOCK, kRwLock, 100)), "");
    EXPECT_EQ(told(server.ask(2, STAGGER_RW_LOCK_SHARED, kRwLock)), "");
    EXPECT_EQ(told(server.ask(0, STAGGER_RW_LOCK_SHARED, kRwLock)), "0:OK");
    EXPECT_EQ(told(server.expire(100)), "1:TIMEOUT 2:OK");
    EXPECT_EQ(told(server.ask(1, STAGGER_RW_LOCK, kRwLock)), "");
    EXPECT_EQ(told(server.ask(2, STAGGER_RW_UNLOCK_SHARED, kRwLock)), "2:OK");
    EXPECT_EQ(told(server.ask(0, STAGGER_RW_UNLOCK_SHARED, kRwLock)), "0:OK");
    EXPECT_EQ(told(server.ask(0, STAGGER_RW_UNLOCK_SHARED, kRwLock)), "0:OK 1:OK");
    EXPECT_EQ(told(server.ask(0, STAGGER_RW_LOCK, kRwLock, 0)), "0:TIMEOUT");
    EXPECT_EQ(told(server.ask(1, STAGGER_RW_UNLOCK, kRwLock)), "1:OK");
}

TEST(Machine, AWriteGoesInPieceByPieceAndNobodyElsesBytesComeBetween) {
    Server server;
    const auto text = [](std::string_view bytes) { return wire::encode_text(bytes); };
    EXPECT_EQ(told(server.ask(0, STAGGER_STREAM_WRITE, kStream, kNever, text("abcdefg"))), "");
    EXPECT_EQ(told(server.ask(1, STAGGER_STREAM_WRITE, kStream, kNever, text("xy"))), "");
    auto answers = server.ask(2, STAGGER_STREAM_READ, kStream, kNever, wire::encode_integer(2));
    EXPECT_EQ(answers.at(0).result, text("ab"));
    answers = server.ask(2, STAGGER_STREAM_READ, kStream);
    EXPECT_EQ(told(answers), "2:OK 0:OK 1:OK");
    EXPECT_EQ(answers.at(0).result, text("cdef"));
    EXPECT_EQ(answers.at(1).result, wire::encode_integer(7));
    answers = server.ask(2, STAGGER_STREAM_READ, kStream, 0);
    EXPECT_EQ(told(answers), "2:OK");
    EXPECT_EQ(answers.at(0).result, text("gxy"));
    EXPECT_EQ(told(server.ask(0, STAGGER_STREAM_CLOSE, kStream)), "0:OK");
    EXPECT_EQ(told(server.ask(1, STAGGER_STREAM_WRITE, kStream, kNever, text("z"))), "1:CLOSED");
    EXPECT_EQ(told(server.ask(2, STAGGER_STREAM_READ, kStream)), "2:CLOSED");
}

TEST(Machine, AWriteWhoseTimeIsUpSaysHowMuchWentIn) {
    Server server;
    const std::string text = wire::encode_text("abcdef");
    EXPECT_EQ(told(server.ask(0, STAGGER_STREAM_WRITE, kStream, 100, text)), "");
    EXPECT_EQ(told(server.ask(1, STAGGER_STREAM_WRITE, kStream, 0, text)), "1:FULL");
    const auto answers = server.expire(100);
    EXPECT_EQ(told(answers), "0:FULL");
    EXPECT_EQ(answers.at(0).result, wire::encode_integer(4));
}

TEST(Machine, AFullSubscriberMakesPublishersWaitOrLosesValuesThatAreCounted) {
    const std::string one = wire::encode_integer(1), two = wire::encode_integer(2);
    Server waiting;
    waiting.ask(0, STAGGER_PUBLISH, kTopic, kNever, one);  // for nobody
    waiting.ask(1, STAGGER_SUBSCRIBE, kTopic);
    EXPECT_EQ(told(waiting.ask(0, STAGGER_PUBLISH, kTopic, kNever, one)), "0:OK");
    EXPECT_EQ(told(waiting.ask(0, STAGGER_PUBLISH, kTopic, 0, two)), "0:FULL");
    EXPECT_EQ(told(waiting.ask(0, STAGGER_PUBLISH, kTopic, kNever, two)), "");
    EXPECT_EQ(told(waiting.ask(1, STAGGER_RECEIVE, kTopic)), "1:OK 0:OK");

    Server dropping({.drop = true, .executions = STAGGER_EXACTLY_ONCE});
    dropping.ask(1, STAGGER_SUBSCRIBE, kTopic);
    EXPECT_EQ(told(dropping.ask(0, STAGGER_PUBLISH, kTopic, kNever, one)), "0:OK");
    EXPECT_EQ(told(dropping.ask(0, STAGGER_PUBLISH, kTopic, kNever, two)), "0:OK");
    EXPECT_EQ(dropping.ask(1, STAGGER_RECEIVE, kTopic).at(0).result, one);
    EXPECT_EQ(told(dropping.ask(1, STAGGER_RECEIVE, kTopic, 0)), "1:EMPTY");
    EXPECT_EQ(told(dropping.ask(2, STAGGER_RECEIVE, kTopic, 0)), "2:ERROR");
}

TEST(Machine, ACallWhoseTimeIsUpIsTakenBackOrServedAllTheSame) {
    const std::string one = wire::encode_integer(1);
    for (const auto executions : {STAGGER_EXACTLY_ONCE, STAGGER_AT_MOST_ONCE}) {
        Server server({.drop = false, .executions = executions});
        EXPECT_EQ(told(server.ask(0, STAGGER_CALL, kRpc, 100, one)), "");
        EXPECT_EQ(told(server.expire(100)), "0:TIMEOUT");
        const bool there = executions == STAGGER_AT_MOST_ONCE;
        EXPECT_EQ(told(server.ask(1, STAGGER_SERVE, kRpc, 0)), there ? "1:OK" : "1:EMPTY");
        EXPECT_EQ(told(server.ask(1, STAGGER_REPLY, kRpc, 0, one)), there ? "1:OK" : "1:ERROR");
        EXPECT_EQ(told(server.ask(0, STAGGER_CALL, kRpc, kNever, one)), "");
        EXPECT_EQ(told(server.ask(1, STAGGER_SERVE, kRpc)), "1:OK");
        EXPECT_EQ(told(server.ask(1, STAGGER_REPLY, kRpc, 0, one)), "1:OK 0:OK");
    }
}

TEST(Machine, ParksATakeUntilAPutAndAPutUntilThereIsRoom) {
    Server server;
    const std::string one = wire::encode_integer(1), two = wire::encode_integer(2);
    EXPECT_EQ(told(server.ask(0, STAGGER_TAKE, kQueue)), "");
    EXPECT_EQ(told(server.ask(1, STAGGER_PUT, kQueue, kNever, one)), "1:OK 0:OK");
    EXPECT_EQ(told(server.ask(1, STAGGER_PUT, kQueue, kNever, one)), "1:OK");
    EXPECT_EQ(told(server.ask(1, STAGGER_PUT, kQueue, kNever, two)), "");
    const auto answers = server.ask(0, STAGGER_TAKE, kQueue);
    EXPECT_EQ(told(answers), "0:OK 1:OK");
    EXPECT_EQ(answers[0].result, one);
    EXPECT_TRUE(server.machine.idle());
}

TEST(Machine, TriesOnceWhereTheDeadlineIsZero) {
    Server server;
    EXPECT_EQ(told(server.ask(0, STAGGER_TAKE, kQueue, 0)), "0:EMPTY");
    EXPECT_EQ(told(server.ask(0, STAGGER_ACQUIRE, kSemaphore, 0)), "0:TIMEOUT");
    EXPECT_EQ(told(server.ask(0, STAGGER_ARRIVE, kBarrier, 0)), "0:TIMEOUT");
    EXPECT_TRUE(server.machine.idle());
}

TEST(Machine, GivesUpAtTheDeadlineAndNotBefore) {
    Server server;
    server.ask(0, STAGGER_ACQUIRE, kSemaphore, 200);
    server.ask(1, STAGGER_TAKE, kQueue, 100);
    EXPECT_EQ(server.machine.next_deadline(), 100);
    EXPECT_EQ(told(server.expire(99)), "");
    EXPECT_EQ(told(server.expire(100)), "1:EMPTY");
    EXPECT_EQ(server.machine.next_deadline(), 200);
    EXPECT_EQ(told(server.expire(500)), "0:TIMEOUT");
    EXPECT_EQ(server.machine.next_deadline(), kNever);
}

TEST(Machine, HandsAMutexToWhoeverWaitedLongest) {
    Server server;
    EXPECT_EQ(told(server.ask(0, STAGGER_LOCK, kMutex)), "0:OK");
    EXPECT_EQ(told(server.ask(1, STAGGER_LOCK, kMutex)), "");
    EXPECT_EQ(told(server.ask(2, STAGGER_LOCK, kMutex)), "");
    EXPECT_EQ(told(server.ask(0, STAGGER_UNLOCK, kMutex)), "0:OK 1:OK");
    EXPECT_EQ(told(server.ask(0, STAGGER_UNLOCK, kMutex)), "0:ERROR");
    EXPECT_EQ(told(server.ask(1, STAGGER_UNLOCK, kMutex)), "1:OK 2:OK");
}

TEST(Machine, AWaitAtAConditionNeedsAndReleasesAndTakesTheMutex) {
    Server server;
    EXPECT_EQ(told(server.ask(0, STAGGER_WAIT, kCondition)), "0:ERROR");
    server.ask(0, STAGGER_LOCK, kMutex);
    EXPECT_EQ(told(server.ask(0, STAGGER_WAIT, kCondition)), "");
    EXPECT_EQ(told(server.ask(1, STAGGER_LOCK, kMutex)), "1:OK");
    EXPECT_EQ(told(server.ask(1, STAGGER_NOTIFY, kCondition)), "1:OK");
    EXPECT_EQ(told(server.ask(1, STAGGER_UNLOCK, kMutex)), "1:OK 0:OK");
    EXPECT_EQ(told(server.ask(0, STAGGER_UNLOCK, kMutex)), "0:OK");
}

TEST(Machine, AWaitThatTimesOutStillWaitsForTheMutex) {
    Server server;
    server.ask(0, STAGGER_LOCK, kMutex);
    server.ask(0, STAGGER_WAIT, kCondition, 100);
    server.ask(1, STAGGER_LOCK, kMutex);
    EXPECT_EQ(told(server.expire(100)), "");
    EXPECT_EQ(server.machine.next_deadline(), kNever);
    EXPECT_EQ(told(server.ask(1, STAGGER_NOTIFY, kCondition)), "1:OK");  // nobody is left to wake
    EXPECT_EQ(told(server.ask(1, STAGGER_UNLOCK, kMutex)), "1:OK 0:TIMEOUT");
}

TEST(Machine, NotifyWakesOneAndNotifyAllTheRest) {
    Server server;
    for (std::uint32_t task = 0; task < 3; ++task) {
        server.ask(task, STAGGER_LOCK, kMutex);
        server.ask(task, STAGGER_WAIT, kCondition);
    }
    EXPECT_EQ(told(server.ask(9, STAGGER_NOTIFY, kCondition)), "9:OK 0:OK");
    EXPECT_EQ(told(server.ask(9, STAGGER_NOTIFY_ALL, kCondition)), "9:OK");
    EXPECT_EQ(told(server.ask(0, STAGGER_UNLOCK, kMutex)), "0:OK 1:OK");
    EXPECT_EQ(told(server.ask(1, STAGGER_UNLOCK, kMutex)), "1:OK 2:OK");
}

TEST(Machine, ABarrierOpensForTheWholeGeneration) {
    Server server;
    EXPECT_EQ(told(server.ask(0, STAGGER_ARRIVE, kBarrier)), "");
    EXPECT_EQ(told(server.ask(1, STAGGER_ARRIVE, kBarrier)), "1:OK 0:OK");
    EXPECT_EQ(told(server.ask(0, STAGGER_ARRIVE, kBarrier, 50)), "");
    EXPECT_EQ(told(server.expire(50)), "0:TIMEOUT");
    EXPECT_EQ(told(server.ask(1, STAGGER_ARRIVE, kBarrier)), "");  // whoever gave up is not counted
    EXPECT_EQ(told(server.ask(0, STAGGER_ARRIVE, kBarrier)), "0:OK 1:OK");
}

TEST(Machine, ForgetsWhatATaskThatHasGoneWaitedFor) {
    Server server;
    server.ask(0, STAGGER_TAKE, kQueue);
    server.ask(0, STAGGER_ARRIVE, kBarrier);
    Machine::Answers answers;
    server.machine.forget({0}, answers);
    EXPECT_EQ(told(answers), "");
    EXPECT_EQ(told(server.ask(1, STAGGER_PUT, kQueue, kNever, wire::encode_nil())), "1:OK");
    EXPECT_EQ(told(server.ask(1, STAGGER_TAKE, kQueue, 0)), "1:OK");
    EXPECT_EQ(told(server.ask(1, STAGGER_ARRIVE, kBarrier, 0)), "1:TIMEOUT");
}

TEST(Machine, IsAsWhenNewAfterReset) {
    Server server;
    server.ask(0, STAGGER_STORE, kRegister, kNever, wire::encode_integer(5));
    server.ask(0, STAGGER_LOCK, kMutex);
    server.ask(1, STAGGER_LOCK, kMutex);
    server.machine.reset();
    EXPECT_TRUE(server.machine.idle());
    EXPECT_EQ(server.ask(0, STAGGER_LOAD, kRegister)[0].result, wire::encode_integer(1));
    EXPECT_EQ(told(server.ask(2, STAGGER_LOCK, kMutex)), "2:OK");
}

}  // namespace
}  // namespace stagger::server
