// SPDX-License-Identifier: Apache-2.0
//
// pthread_cond_*: modelled, since which waiter wakes is a choice. Runs in the task that calls.
// pthread_cond_wait(3p): the mutex is given up and the wait begins in one step; a cancellation ends
// the wait, but not once a signal has.
#include <pthread.h>

#include <cerrno>

#include "harness/agent/identity.hpp"
#include "harness/agent/left_to_libc.hpp"
#include "harness/agent/model.hpp"
#include "harness/agent/mutex.hpp"
#include "harness/agent/point.hpp"
#include "harness/agent/real.hpp"
#include "harness/agent/virtual_time.hpp"

namespace stagger::agent {
namespace {

constexpr const char* kVersion = "GLIBC_2.3.2";

int wait_on_condition(pthread_cond_t* condition, pthread_mutex_t* mutex, std::int64_t deadline) {
    const control::Key key = address_key(condition);
    {
        const CancellationPoint here;
        point(control::Call::ConditionWait, key);
    }
    enlist(key);
    const int unlocked = unlock_mutex_quietly(mutex);
    if (unlocked != 0) {
        withdraw();
        return unlocked;
    }
    if (!self.wakes_when_asked) control::allow_spurious_wakeup(*self.segment, self.index);
    self.cancellation = Cancellation::Tells;
    const bool granted = sleep_until_granted(deadline);
    self.cancellation = Cancellation::Waits;
    const bool cancelled = self.slot().interrupted;
    const int locked = lock_mutex(mutex, control::kNoDeadline);
    if (cancelled && !granted) end_if_cancelled();  // clean-up handlers find the mutex locked
    if (locked != 0) return locked;
    return granted ? 0 : ETIMEDOUT;
}

// glibc keeps the clock that pthread_condattr_setclock chose in bit 1 of this word.
clockid_t clock_of(const pthread_cond_t* condition) {
    constexpr unsigned kMonotonic = 2;
    return (condition->__data.__wrefs & kMonotonic) != 0 ? CLOCK_MONOTONIC : CLOCK_REALTIME;
}

}  // namespace
}  // namespace stagger::agent

using namespace stagger::agent;
using stagger::control::Call;

STAGGER_INTERCEPTED int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
    if (left_to_libc(Call::ConditionWait, condition, mutex)) {
        STAGGER_REAL_VERSION(real, pthread_cond_wait, kVersion);
        return real(condition, mutex);
    }
    EngineCode engine;
    return wait_on_condition(condition, mutex, stagger::control::kNoDeadline);
}

STAGGER_INTERCEPTED int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                                               const timespec* deadline) {
    if (left_to_libc(Call::ConditionWait, condition, mutex)) {
        STAGGER_REAL_VERSION(real, pthread_cond_timedwait, kVersion);
        return real(condition, mutex, deadline);
    }
    EngineCode engine;
    return wait_on_condition(condition, mutex, virtual_deadline(clock_of(condition), *deadline));
}

STAGGER_INTERCEPTED int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                                               clockid_t clock, const timespec* deadline) {
    if (left_to_libc(Call::ConditionWait, condition, mutex)) {
        STAGGER_REAL(pthread_cond_clockwait);
        return real(condition, mutex, clock, deadline);
    }
    EngineCode engine;
    return wait_on_condition(condition, mutex, virtual_deadline(clock, *deadline));
}

STAGGER_INTERCEPTED int pthread_cond_signal(pthread_cond_t* condition) noexcept {
    if (left_to_libc(Call::ConditionSignal, condition)) {
        STAGGER_REAL_VERSION(real, pthread_cond_signal, kVersion);
        return real(condition);
    }
    EngineCode engine;
    const auto key = address_key(condition);
    point(Call::ConditionSignal, key);
    grant_one(key);
    return 0;
}

STAGGER_INTERCEPTED int pthread_cond_broadcast(pthread_cond_t* condition) noexcept {
    if (left_to_libc(Call::ConditionBroadcast, condition)) {
        STAGGER_REAL_VERSION(real, pthread_cond_broadcast, kVersion);
        return real(condition);
    }
    EngineCode engine;
    const auto key = address_key(condition);
    point(Call::ConditionBroadcast, key);
    grant_all(key);
    return 0;
}
