// SPDX-License-Identifier: Apache-2.0
//
// Read-write locks: readers together, a writer alone, and nobody unlocks what another holds.
#include "tests/conformance/suite.hpp"

namespace stagger::conformance {
namespace {

using RwLocks = Backends;
using SharedRwLocks = Backends;

constexpr Request kLock = {.operation = STAGGER_RW_LOCK};
constexpr Request kUnlock = {.operation = STAGGER_RW_UNLOCK};
constexpr Request kLockShared = {.operation = STAGGER_RW_LOCK_SHARED};
constexpr Request kUnlockShared = {.operation = STAGGER_RW_UNLOCK_SHARED};

Request with_timeout(Request request, double seconds) {
    request.timeout = seconds;
    return request;
}

TEST_P(RwLocks, ReadersHoldItTogetherAndKeepWritersOut) {
    Case run(GetParam(), {{.type = STAGGER_RWLOCK}}, {.threads = 3});
    EXPECT_EQ(run.call(0, kLockShared).status, STAGGER_OK);
    EXPECT_EQ(run.call(1, with_timeout(kLockShared, 0)).status, STAGGER_OK);
    EXPECT_EQ(run.call(1, with_timeout(kLockShared, 5)).status, STAGGER_OK);
    EXPECT_EQ(run.call(2, with_timeout(kLock, 0)).status, STAGGER_TIMEOUT);
    EXPECT_EQ(run.call(2, with_timeout(kLock, 0.01)).status, STAGGER_TIMEOUT);
    run.start(2, kLock);
    EXPECT_EQ(run.call(1, kUnlockShared).status, STAGGER_OK);
    EXPECT_EQ(run.call(0, kUnlockShared).status, STAGGER_OK);
    EXPECT_EQ(run.call(1, kUnlockShared).status, STAGGER_OK);
    EXPECT_EQ(run.finish(2).status, STAGGER_OK);
    EXPECT_EQ(run.call(2, kUnlock).status, STAGGER_OK);
}

TEST_P(RwLocks, AWriterHoldsItAlone) {
    Case run(GetParam(), {{.type = STAGGER_RWLOCK}}, {.threads = 2});
    EXPECT_EQ(run.call(0, kLock).status, STAGGER_OK);
    EXPECT_EQ(run.call(1, with_timeout(kLockShared, 0)).status, STAGGER_TIMEOUT);
    EXPECT_EQ(run.call(1, with_timeout(kLockShared, 0.01)).status, STAGGER_TIMEOUT);
    EXPECT_EQ(run.call(1, with_timeout(kLock, 0)).status, STAGGER_TIMEOUT);
    run.start(1, kLockShared);
    EXPECT_EQ(run.call(0, kUnlock).status, STAGGER_OK);
    EXPECT_EQ(run.finish(1).status, STAGGER_OK);
    EXPECT_EQ(run.call(0, with_timeout(kLock, 0)).status, STAGGER_TIMEOUT);
    EXPECT_EQ(run.call(1, kUnlockShared).status, STAGGER_OK);
}

TEST_P(RwLocks, UnlockingWhatAnotherTaskHoldsIsAnErrorThatSaysSo) {
    Case run(GetParam(), {{.type = STAGGER_RWLOCK}}, {.threads = 2});
    const auto refused = [&](std::uint32_t task, const Request& request) {
        const Outcome outcome = run.call(task, request);
        EXPECT_EQ(outcome.status, STAGGER_ERROR);
        EXPECT_NE(outcome.failure.find("does not hold"), std::string::npos) << outcome.failure;
    };
    run.call(0, kLockShared);
    refused(1, kUnlockShared);
    refused(0, kUnlock);
    EXPECT_EQ(run.call(0, kUnlockShared).status, STAGGER_OK);
    run.call(0, kLock);
    refused(1, kUnlock);
    refused(0, kUnlockShared);
    EXPECT_EQ(run.call(0, kUnlock).status, STAGGER_OK);
}

TEST_P(RwLocks, AWriterThatLocksAgainIsToldSo) {
    Case run(GetParam(), {{.type = STAGGER_RWLOCK}});
    run.call(0, kLock);
    EXPECT_EQ(run.call(0, with_timeout(kLock, 0)).status, STAGGER_TIMEOUT);
    EXPECT_EQ(run.call(0, with_timeout(kLockShared, 0)).status, STAGGER_TIMEOUT);
    EXPECT_EQ(run.call(0, kLock).status, STAGGER_ERROR);
    EXPECT_EQ(run.call(0, kLockShared).status, STAGGER_ERROR);
    EXPECT_EQ(run.call(0, kUnlock).status, STAGGER_OK);
}

TEST_P(RwLocks, NobodyHoldsItAfterAReset) {
    Case run(GetParam(), {{.type = STAGGER_RWLOCK}, {.type = STAGGER_RWLOCK}}, {.threads = 2});
    for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(run.call(0, with_timeout(kLock, 0)).status, STAGGER_OK);
        Request other = with_timeout(kLockShared, 0);
        other.object = 1;
        EXPECT_EQ(run.call(1, other).status, STAGGER_OK);
        run.reset();
    }
}

TEST_P(SharedRwLocks, ItExcludesAcrossProcesses) {
    const Program work = [](const Invoke& invoke) {
        for (int i = 0; i < 50; ++i) {
            invoke({.operation = STAGGER_RW_LOCK});
            const Value held = invoke({.operation = STAGGER_LOAD, .object = 1}).value;
            invoke({.operation = STAGGER_STORE, .object = 1, .value = *held.integer() + 1});
            invoke({.operation = STAGGER_RW_UNLOCK});
            invoke({.operation = STAGGER_RW_LOCK_SHARED});
            const Value first = invoke({.operation = STAGGER_LOAD, .object = 1}).value;
            const Value second = invoke({.operation = STAGGER_LOAD, .object = 1}).value;
            invoke({.operation = STAGGER_RW_UNLOCK_SHARED});
            if (first != second) return Value(false);
        }
        return Value(true);
    };
    Case run(GetParam(), {{.type = STAGGER_RWLOCK}, {.initial = 0}},
             {.processes = 2, .threads = 2, .programs = {work}});
    for (std::uint32_t task = 0; task < 4; ++task) run.start_program(task, 0);
    for (std::uint32_t task = 0; task < 4; ++task) EXPECT_EQ(run.finish(task).value, Value(true));
    EXPECT_EQ(run.call(0, {.operation = STAGGER_LOAD, .object = 1}).value, Value(200));
}

STAGGER_ON_VARIANTS(RwLocks, offers<STAGGER_RWLOCK>);
STAGGER_ON_VARIANTS(SharedRwLocks, offers<STAGGER_RWLOCK, STAGGER_REGISTER>, shares);

}  // namespace
}  // namespace stagger::conformance
