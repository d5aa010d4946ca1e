// SPDX-License-Identifier: Apache-2.0
//
// What each operation on an object that synchronises does, and how tasks wait for each other.
#include "tests/conformance/suite.hpp"

namespace stagger::conformance {
namespace {

using Mutexes = Backends;
using Semaphores = Backends;
using Events = Backends;
using Conditions = Backends;
using Barriers = Backends;
using WaitingQueues = Backends;
using ClosedQueues = Backends;

constexpr Request kLock = {.operation = STAGGER_LOCK};
constexpr Request kUnlock = {.operation = STAGGER_UNLOCK};

Request with_timeout(Request request, double seconds) {
    request.timeout = seconds;
    return request;
}

TEST_P(Mutexes, AMutexIsHeldByOneTaskAtATime) {
    Case run(GetParam(), {{.type = STAGGER_MUTEX}}, {.threads = 2});
    EXPECT_EQ(run.call(0, kLock).status, STAGGER_OK);
    EXPECT_EQ(run.call(1, with_timeout(kLock, 0)).status, STAGGER_TIMEOUT);
    EXPECT_EQ(run.call(1, with_timeout(kLock, 0.01)).status, STAGGER_TIMEOUT);
    run.start(1, kLock);
    EXPECT_EQ(run.call(0, kUnlock).status, STAGGER_OK);
    EXPECT_EQ(run.finish(1).status, STAGGER_OK);
    EXPECT_EQ(run.call(0, with_timeout(kLock, 0)).status, STAGGER_TIMEOUT);
    EXPECT_EQ(run.call(1, kUnlock).status, STAGGER_OK);
}

TEST_P(Mutexes, UnlockingWhatAnotherTaskHoldsIsAnErrorThatSaysSo) {
    Case run(GetParam(), {{.type = STAGGER_MUTEX}}, {.threads = 2});
    run.call(0, kLock);
    const Outcome outcome = run.call(1, kUnlock);
    EXPECT_EQ(outcome.status, STAGGER_ERROR);
    EXPECT_NE(outcome.failure.find("does not hold"), std::string::npos) << outcome.failure;
    EXPECT_EQ(run.call(0, kUnlock).status, STAGGER_OK);
}

TEST_P(Mutexes, LockingTwiceIsAnErrorOrWaits) {
    Case run(GetParam(), {{.type = STAGGER_MUTEX}});
    run.call(0, kLock);
    EXPECT_EQ(run.call(0, with_timeout(kLock, 0)).status, STAGGER_TIMEOUT);
    EXPECT_EQ(run.call(0, kLock).status, STAGGER_ERROR);
    EXPECT_EQ(run.call(0, kUnlock).status, STAGGER_OK);
}

TEST_P(Semaphores, ASemaphoreCountsDownToZeroAndWaits) {
    const Request acquire = {.operation = STAGGER_ACQUIRE};
    const Request release = {.operation = STAGGER_RELEASE};
    Case run(GetParam(), {{.type = STAGGER_SEMAPHORE, .initial = 2}}, {.threads = 2});
    EXPECT_EQ(run.call(0, acquire).status, STAGGER_OK);
    EXPECT_EQ(run.call(1, acquire).status, STAGGER_OK);
    EXPECT_EQ(run.call(0, {.operation = STAGGER_SNAPSHOT}).value, Value(0));
    EXPECT_EQ(run.call(0, with_timeout(acquire, 0)).status, STAGGER_TIMEOUT);
    EXPECT_EQ(run.call(0, with_timeout(acquire, 0.01)).status, STAGGER_TIMEOUT);
    run.start(0, acquire);
    EXPECT_EQ(run.call(1, release).status, STAGGER_OK);
    EXPECT_EQ(run.finish(0).status, STAGGER_OK);
    EXPECT_EQ(run.call(1, release).status, STAGGER_OK);
    EXPECT_EQ(run.call(0, {.operation = STAGGER_SNAPSHOT}).value, Value(1));
}

TEST_P(Events, AnEventLetsAllPassWhileItIsSet) {
    const Request wait = {.operation = STAGGER_EVENT_WAIT};
    Case run(GetParam(), {{.type = STAGGER_EVENT}}, {.threads = 3});
    EXPECT_EQ(run.call(0, with_timeout(wait, 0)).status, STAGGER_TIMEOUT);
    EXPECT_EQ(run.call(0, with_timeout(wait, 0.01)).status, STAGGER_TIMEOUT);
    run.start(0, wait);
    run.start(1, wait);
    EXPECT_EQ(run.call(2, {.operation = STAGGER_EVENT_SET}).status, STAGGER_OK);
    EXPECT_EQ(run.finish(0).status, STAGGER_OK);
    EXPECT_EQ(run.finish(1).status, STAGGER_OK);
    EXPECT_EQ(run.call(2, with_timeout(wait, 0)).status, STAGGER_OK);
    EXPECT_EQ(run.call(2, {.operation = STAGGER_SNAPSHOT}).value, Value(true));
    EXPECT_EQ(run.call(2, {.operation = STAGGER_EVENT_CLEAR}).status, STAGGER_OK);
    EXPECT_EQ(run.call(2, with_timeout(wait, 0)).status, STAGGER_TIMEOUT);
}

TEST_P(Events, AnEventCanBeSetFromTheStart) {
    Case run(GetParam(), {{.type = STAGGER_EVENT, .initial = true}});
    EXPECT_EQ(run.call(0, {.operation = STAGGER_EVENT_WAIT}).status, STAGGER_OK);
}

TEST_P(Conditions, AConditionGivesTheMutexUpAndTakesItAgain) {
    const Request wait = {.operation = STAGGER_WAIT, .object = 1, .with = 0};
    Case run(GetParam(), {{.type = STAGGER_MUTEX}, {.type = STAGGER_CONDITION}}, {.threads = 2});
    run.call(0, kLock);
    EXPECT_EQ(run.call(0, with_timeout(wait, 0)).status, STAGGER_TIMEOUT);
    EXPECT_EQ(run.call(0, with_timeout(wait, 0.01)).status, STAGGER_TIMEOUT);
    run.start(0, wait);
    EXPECT_EQ(run.call(1, kLock).status, STAGGER_OK);  // the waiter has let go of it
    EXPECT_EQ(run.call(1, {.operation = STAGGER_NOTIFY, .object = 1}).status, STAGGER_OK);
    EXPECT_EQ(run.call(1, kUnlock).status, STAGGER_OK);
    EXPECT_EQ(run.finish(0).status, STAGGER_OK);
    EXPECT_EQ(run.call(1, with_timeout(kLock, 0)).status, STAGGER_TIMEOUT);
    EXPECT_EQ(run.call(0, kUnlock).status, STAGGER_OK);
}

TEST_P(Conditions, AWaiterThatIsNotNotifiedTakesTheMutexBeforeItSaysSo) {
    const Request wait = {.operation = STAGGER_WAIT, .object = 1, .with = 0, .timeout = 0.01};
    Case run(GetParam(), {{.type = STAGGER_MUTEX}, {.type = STAGGER_CONDITION}}, {.threads = 2});
    run.call(0, kLock);
    run.start(0, wait);
    run.start(1, kLock);
    // Whichever comes first: each holds the mutex when it says so.
    run.finish_all({0, 1}, [&](std::uint32_t task, const Outcome& outcome) {
        EXPECT_EQ(outcome.status, task == 0 ? STAGGER_TIMEOUT : STAGGER_OK);
        EXPECT_EQ(run.call(task, kUnlock).status, STAGGER_OK);
    });
}

TEST_P(Conditions, NotifyAllWakesEveryWaiter) {
    const Request wait = {.operation = STAGGER_WAIT, .object = 1, .with = 0};
    Case run(GetParam(), {{.type = STAGGER_MUTEX}, {.type = STAGGER_CONDITION}}, {.threads = 4});
    for (std::uint32_t task = 0; task < 3; ++task) {
        run.call(task, kLock);
        run.start(task, wait);
    }
    run.call(3, kLock);  // all three have let go of it
    run.call(3, {.operation = STAGGER_NOTIFY_ALL, .object = 1});
    run.call(3, kUnlock);
    // Whoever is first holds the mutex until it unlocks, so the order is not known; a program
    // cannot be started in a waiting task, hence one unlock after the other.
    run.finish_all({0, 1, 2}, [&](std::uint32_t task, const Outcome& outcome) {
        EXPECT_EQ(outcome.status, STAGGER_OK);
        EXPECT_EQ(run.call(task, kUnlock).status, STAGGER_OK);
    });
}

TEST_P(Conditions, WaitingWithoutTheMutexIsAnError) {
    Case run(GetParam(), {{.type = STAGGER_MUTEX}, {.type = STAGGER_CONDITION}});
    EXPECT_EQ(run.call(0, {.operation = STAGGER_WAIT, .object = 1, .with = 0}).status,
              STAGGER_ERROR);
}

TEST_P(Barriers, ABarrierOpensWhenAllHaveArrivedAndClosesAgain) {
    const Request arrive = {.operation = STAGGER_ARRIVE};
    Case run(GetParam(), {{.type = STAGGER_BARRIER, .capacity = 3}}, {.threads = 3});
    EXPECT_EQ(run.call(0, with_timeout(arrive, 0)).status, STAGGER_TIMEOUT);
    EXPECT_EQ(run.call(0, with_timeout(arrive, 0.01)).status, STAGGER_TIMEOUT);
    for (int round = 0; round < 3; ++round) {
        for (std::uint32_t task = 0; task < 3; ++task) run.start(task, arrive);
        for (std::uint32_t task = 0; task < 3; ++task)
            EXPECT_EQ(run.finish(task).status, STAGGER_OK);
    }
    EXPECT_EQ(run.call(0, with_timeout(arrive, 0)).status, STAGGER_TIMEOUT);
}

TEST_P(WaitingQueues, ATakeWaitsForAPutAndAPutForRoom) {
    Case run(GetParam(), {{.type = STAGGER_QUEUE, .capacity = 1}}, {.threads = 2});
    run.start(1, {.operation = STAGGER_TAKE});
    run.call(0, {.operation = STAGGER_PUT, .value = 1});
    EXPECT_EQ(run.finish(1).value, Value(1));
    run.call(0, {.operation = STAGGER_PUT, .value = 2});
    run.start(0, {.operation = STAGGER_PUT, .value = 3, .timeout = 50});
    EXPECT_EQ(run.call(1, {.operation = STAGGER_TAKE}).value, Value(2));
    EXPECT_EQ(run.finish(0).status, STAGGER_OK);
    EXPECT_EQ(run.call(1, {.operation = STAGGER_TAKE, .timeout = 0}).value, Value(3));
}

TEST_P(ClosedQueues, ClosingAQueueWakesThoseWhoWait) {
    Case run(GetParam(), {{.type = STAGGER_QUEUE}}, {.threads = 3});
    run.start(1, {.operation = STAGGER_TAKE});
    run.start(2, {.operation = STAGGER_TAKE, .timeout = 50});
    run.call(0, {.operation = STAGGER_CLOSE});
    EXPECT_EQ(run.finish(1).status, STAGGER_CLOSED);
    EXPECT_EQ(run.finish(2).status, STAGGER_CLOSED);
}

STAGGER_ON_VARIANTS(Mutexes, offers<STAGGER_MUTEX>);
STAGGER_ON_VARIANTS(Semaphores, offers<STAGGER_SEMAPHORE>);
STAGGER_ON_VARIANTS(Events, offers<STAGGER_EVENT>);
STAGGER_ON_VARIANTS(Conditions, offers<STAGGER_MUTEX, STAGGER_CONDITION>);
STAGGER_ON_VARIANTS(Barriers, offers<STAGGER_BARRIER>);
STAGGER_ON_VARIANTS(WaitingQueues, offers<STAGGER_QUEUE>);
STAGGER_ON_VARIANTS(ClosedQueues, offers<STAGGER_QUEUE>, has_many_ends);

}  // namespace
}  // namespace stagger::conformance
