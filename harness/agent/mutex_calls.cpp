// SPDX-License-Identifier: Apache-2.0
//
// pthread_mutex_*: tried when chosen, with the real trylock, so that errors, owners and robustness
// are libc's and the kernel's own. Runs in the task that calls. pthread_mutex_lock(3p).
#include "harness/agent/mutex.hpp"

#include <cerrno>
#include <climits>

#include "harness/agent/identity.hpp"
#include "harness/agent/left_to_libc.hpp"
#include "harness/agent/point.hpp"
#include "harness/agent/real.hpp"
#include "harness/agent/virtual_time.hpp"

namespace stagger::agent {
namespace {

int real_trylock(pthread_mutex_t* mutex) {
    STAGGER_REAL(pthread_mutex_trylock);
    return real(mutex);
}

// trylock says EBUSY where lock would say EDEADLK: the caller owns an error-checking mutex.
bool owner_would_be_told(const pthread_mutex_t* mutex) {
    constexpr int kKindMask = 3;
    return (mutex->__data.__kind & kKindMask) == PTHREAD_MUTEX_ERRORCHECK &&
           mutex->__data.__owner == self.slot().tid;
}

// Its owner died, and the next one let go of it without pthread_mutex_consistent. glibc's trylock
// then leaves the mutex locked by its caller, and says ENOTRECOVERABLE; its lock does not.
bool is_lost(const pthread_mutex_t* mutex) {
    constexpr int kRobust = 16, kNotRecoverable = INT_MAX - 1;  // nptl/pthreadP.h
    return (mutex->__data.__kind & kRobust) != 0 && mutex->__data.__owner == kNotRecoverable;
}

}  // namespace

int lock_mutex(pthread_mutex_t* mutex, std::int64_t deadline) {
    int result = EBUSY;
    const bool done = try_when_chosen(control::Call::MutexLock, address_key(mutex), deadline, [&] {
        result = is_lost(mutex) ? ENOTRECOVERABLE : real_trylock(mutex);
        if (result == EBUSY && owner_would_be_told(mutex)) result = EDEADLK;
        return result != EBUSY;
    });
    return done ? result : ETIMEDOUT;
}

int unlock_mutex_quietly(pthread_mutex_t* mutex) {
    STAGGER_REAL(pthread_mutex_unlock);
    const int result = real(mutex);
    touched(address_key(mutex));
    return result;
}

}  // namespace stagger::agent

using namespace stagger::agent;
using stagger::control::Call;

STAGGER_INTERCEPTED int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
    if (left_to_libc(Call::MutexLock, mutex)) {
        STAGGER_REAL(pthread_mutex_lock);
        return real(mutex);
    }
    EngineCode engine;
    return lock_mutex(mutex, stagger::control::kNoDeadline);
}

STAGGER_INTERCEPTED int pthread_mutex_trylock(pthread_mutex_t* mutex) noexcept {
    if (!controlled()) return real_trylock(mutex);
    EngineCode engine;
    spinning_point(Call::MutexLock, address_key(mutex));
    return real_trylock(mutex);
}

STAGGER_INTERCEPTED int pthread_mutex_timedlock(pthread_mutex_t* mutex,
                                                const timespec* deadline) noexcept {
    if (left_to_libc(Call::MutexLock, mutex)) {
        STAGGER_REAL(pthread_mutex_timedlock);
        return real(mutex, deadline);
    }
    EngineCode engine;
    return lock_mutex(mutex, virtual_deadline(CLOCK_REALTIME, *deadline));
}

STAGGER_INTERCEPTED int pthread_mutex_clocklock(pthread_mutex_t* mutex, clockid_t clock,
                                                const timespec* deadline) noexcept {
    if (left_to_libc(Call::MutexLock, mutex)) {
        STAGGER_REAL(pthread_mutex_clocklock);
        return real(mutex, clock, deadline);
    }
    EngineCode engine;
    return lock_mutex(mutex, virtual_deadline(clock, *deadline));
}

STAGGER_INTERCEPTED int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
    if (left_to_libc(Call::MutexUnlock, mutex)) {
        STAGGER_REAL(pthread_mutex_unlock);
        return real(mutex);
    }
    EngineCode engine;
    point(Call::MutexUnlock, address_key(mutex));
    return unlock_mutex_quietly(mutex);
}
