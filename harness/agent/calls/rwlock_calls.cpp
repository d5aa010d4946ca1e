// SPDX-License-Identifier: Apache-2.0
//
// pthread_rwlock_*, pthread_spin_*: tried when chosen, with libc's own try calls. A spinning
// locker sleeps here, whatever libc = says: turning round in a loop would change nothing. Runs in
// the task that calls. pthread_rwlock_rdlock(3p): who holds the lock for writing is told of the
// deadlock.
#include <pthread.h>
#include <sys/syscall.h>

#include <cerrno>

#include "harness/agent/identity.hpp"
#include "harness/agent/left_to_libc.hpp"
#include "harness/agent/model.hpp"
#include "harness/agent/point.hpp"
#include "harness/agent/real.hpp"
#include "harness/agent/virtual_time.hpp"

namespace stagger::agent {
namespace {

using control::Call;
using control::kNoDeadline;

bool is_own_writer(const pthread_rwlock_t* lock) {
    return lock->__data.__cur_writer == self.slot().tid;
}

// Of libc's kinds only this one lets a waiting writer keep out who comes to read while others do;
// PREFER_WRITER_NP is like PREFER_READER_NP there. pthread_rwlockattr_setkind_np(3).
bool prefers_writers(const pthread_rwlock_t* lock) {
    return lock->__data.__flags == PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP;
}

// libc keeps the readers' number above these bits of the word.
bool has_readers(const pthread_rwlock_t* lock) {
    constexpr unsigned kReaderShift = 3;
    return lock->__data.__readers >> kReaderShift != 0;
}

// Our tries leave no trace in the lock: who waits to write stands among the waiters.
int try_to_read(pthread_rwlock_t* lock) {
    STAGGER_REAL(pthread_rwlock_tryrdlock);
    if (self.segment == nullptr || process.real_libc) return real(lock);
    const bool kept_out = prefers_writers(lock) && has_readers(lock) && enlisted(address_key(lock));
    return kept_out ? EBUSY : real(lock);
}

// `try_lock` says EBUSY where it would wait.
template <typename TryLock>
int lock_rwlock(pthread_rwlock_t* lock, std::int64_t deadline, TryLock try_lock) {
    int result = EBUSY;
    const bool done = try_when_chosen(Call::RwLock, address_key(lock), deadline, [&] {
        result = try_lock(lock);
        if (result == EBUSY && is_own_writer(lock)) result = EDEADLK;
        return result != EBUSY;
    });
    return done ? result : ETIMEDOUT;
}

int lock_to_read(pthread_rwlock_t* lock, std::int64_t deadline) {
    EngineCode engine;
    return lock_rwlock(lock, deadline, try_to_read);
}

int lock_to_write(pthread_rwlock_t* lock, std::int64_t deadline) {
    STAGGER_REAL(pthread_rwlock_trywrlock);
    EngineCode engine;
    const auto key = address_key(lock);
    bool waited = false;
    const int result = lock_rwlock(lock, deadline, [&](pthread_rwlock_t* wanted) {
        const int tried = real(wanted);
        waited = waited || tried == EBUSY;
        tried == EBUSY ? enlist(key) : withdraw();
        return tried;
    });
    withdraw();
    if (waited && result != 0) touched(key);  // those it kept out
    return result;
}

// A try that fails must not wait, but may be repeated. It is the plugin's call, since a try to read
// may wake other readers by a futex.
template <typename Lock, typename Try>
int try_at_point(Call kind, Lock* lock, Try try_lock) {
    if (!controlled()) return try_lock(lock);
    {
        EngineCode engine;
        spinning_point(kind,
                       address_key(const_cast<const void*>(static_cast<volatile void*>(lock))));
    }
    return try_lock(lock);
}

template <typename Lock, typename Unlock>
int unlock_at_point(Call kind, Lock* lock, Unlock unlock) {
    if (!controlled()) return unlock(lock);
    EngineCode engine;
    const auto key = address_key(const_cast<const void*>(static_cast<volatile void*>(lock)));
    point(kind, key);
    const int result = unlock(lock);
    touched(key);
    return result;
}

}  // namespace
}  // namespace stagger::agent

using namespace stagger::agent;

STAGGER_INTERCEPTED int pthread_rwlock_rdlock(pthread_rwlock_t* lock) noexcept {
    STAGGER_REAL(pthread_rwlock_rdlock);
    if (left_to_libc(Call::RwLock, lock)) return real(lock);
    return lock_to_read(lock, kNoDeadline);
}

STAGGER_INTERCEPTED int pthread_rwlock_wrlock(pthread_rwlock_t* lock) noexcept {
    STAGGER_REAL(pthread_rwlock_wrlock);
    if (left_to_libc(Call::RwLock, lock)) return real(lock);
    return lock_to_write(lock, kNoDeadline);
}

STAGGER_INTERCEPTED int pthread_rwlock_timedrdlock(pthread_rwlock_t* lock,
                                                   const timespec* deadline) noexcept {
    STAGGER_REAL(pthread_rwlock_timedrdlock);
    if (left_to_libc(Call::RwLock, lock)) return real(lock, deadline);
    return lock_to_read(lock, virtual_deadline(CLOCK_REALTIME, *deadline));
}

STAGGER_INTERCEPTED int pthread_rwlock_timedwrlock(pthread_rwlock_t* lock,
                                                   const timespec* deadline) noexcept {
    STAGGER_REAL(pthread_rwlock_timedwrlock);
    if (left_to_libc(Call::RwLock, lock)) return real(lock, deadline);
    return lock_to_write(lock, virtual_deadline(CLOCK_REALTIME, *deadline));
}

STAGGER_INTERCEPTED int pthread_rwlock_clockrdlock(pthread_rwlock_t* lock, clockid_t clock,
                                                   const timespec* deadline) noexcept {
    STAGGER_REAL(pthread_rwlock_clockrdlock);
    if (left_to_libc(Call::RwLock, lock)) return real(lock, clock, deadline);
    return lock_to_read(lock, virtual_deadline(clock, *deadline));
}

STAGGER_INTERCEPTED int pthread_rwlock_clockwrlock(pthread_rwlock_t* lock, clockid_t clock,
                                                   const timespec* deadline) noexcept {
    STAGGER_REAL(pthread_rwlock_clockwrlock);
    if (left_to_libc(Call::RwLock, lock)) return real(lock, clock, deadline);
    return lock_to_write(lock, virtual_deadline(clock, *deadline));
}

STAGGER_INTERCEPTED int pthread_rwlock_tryrdlock(pthread_rwlock_t* lock) noexcept {
    return try_at_point(Call::RwLock, lock, try_to_read);
}

STAGGER_INTERCEPTED int pthread_rwlock_trywrlock(pthread_rwlock_t* lock) noexcept {
    STAGGER_REAL(pthread_rwlock_trywrlock);
    return try_at_point(Call::RwLock, lock, real);
}

STAGGER_INTERCEPTED int pthread_rwlock_unlock(pthread_rwlock_t* lock) noexcept {
    STAGGER_REAL(pthread_rwlock_unlock);
    if (process.real_libc && left_to_libc(Call::RwUnlock, lock)) return real(lock);
    return unlock_at_point(Call::RwUnlock, lock, real);
}

STAGGER_INTERCEPTED int pthread_spin_lock(pthread_spinlock_t* lock) noexcept {
    STAGGER_REAL(pthread_spin_lock);
    if (!controlled()) return real(lock);
    STAGGER_REAL_AS(try_lock, pthread_spin_trylock);
    EngineCode engine;
    int result = EBUSY;
    try_when_chosen(Call::SpinLock, address_key(const_cast<const int*>(lock)), kNoDeadline, [&] {
        result = try_lock(lock);
        return result != EBUSY;
    });
    return result;
}

STAGGER_INTERCEPTED int pthread_spin_trylock(pthread_spinlock_t* lock) noexcept {
    STAGGER_REAL(pthread_spin_trylock);
    return try_at_point(Call::SpinLock, lock, real);
}

STAGGER_INTERCEPTED int pthread_spin_unlock(pthread_spinlock_t* lock) noexcept {
    STAGGER_REAL(pthread_spin_unlock);
    return unlock_at_point(Call::SpinUnlock, lock, real);
}
