// SPDX-License-Identifier: Apache-2.0
#include "plugins/memory/guard.hpp"

#include <errno.h>
#include <sched.h>

namespace stagger::memory {
namespace {

// A pthread mutex, and conditions that go with it.
class MutexGuard : public Guard {
public:
    MutexGuard(bool across_processes, bool robust)
        : across_processes_(across_processes), robust_(robust) {}

    void create(LockCell& cell) override { create_mutex(cell.mutex, across_processes_, robust_); }
    void create(WaitCell& cell) override { create_condition(cell.condition, across_processes_); }
    void lock(LockCell& cell, std::uint32_t) override {
        // An owner that died left the object between two steps at worst; its value may be torn,
        // which reading it shows.
        repair(cell.mutex, pthread_mutex_lock(&cell.mutex), "locking an object");
    }
    void unlock(LockCell& cell, std::uint32_t) override { pthread_mutex_unlock(&cell.mutex); }

    bool wait(LockCell& lock, WaitCell& cell, std::uint32_t, plugin::Deadline deadline) override {
        int error = 0;
        if (deadline.never()) {
            error = pthread_cond_wait(&cell.condition, &lock.mutex);
        } else {
            const timespec time = deadline.time();
            error = pthread_cond_timedwait(&cell.condition, &lock.mutex, &time);
        }
        if (error == ETIMEDOUT) return false;
        repair(lock.mutex, error, "waiting at an object");
        return true;
    }
    void wake_all(WaitCell& cell) override { pthread_cond_broadcast(&cell.condition); }

private:
    const bool across_processes_;
    const bool robust_;
};

// Where there is nothing to sleep on: look again as often as the others have run.
class PollingGuard : public Guard {
public:
    void create(WaitCell&) override {}
    bool wait(LockCell& lock_cell, WaitCell&, std::uint32_t object,
              plugin::Deadline deadline) override {
        unlock(lock_cell, object);
        sched_yield();
        const bool late = deadline.passed();
        lock(lock_cell, object);
        return !late;
    }
    void wake_all(WaitCell&) override {}
};

class NoGuard : public PollingGuard {
public:
    using PollingGuard::create;
    void create(LockCell&) override {}
    void lock(LockCell&, std::uint32_t) override {}
    void unlock(LockCell&, std::uint32_t) override {}
};

class SpinGuard : public PollingGuard {
public:
    using PollingGuard::create;
    void create(LockCell& cell) override { new (&cell.taken) std::atomic<std::uint32_t>(0); }
    void lock(LockCell& cell, std::uint32_t) override {
        while (cell.taken.exchange(1, std::memory_order_acquire) != 0) sched_yield();
    }
    void unlock(LockCell& cell, std::uint32_t) override {
        cell.taken.store(0, std::memory_order_release);
    }
};

}  // namespace

std::unique_ptr<Guard> make_guard(const GuardSpec& spec) {
    switch (spec.kind) {
        case LockKind::None:
            return std::make_unique<NoGuard>();
        case LockKind::Robust:
            return std::make_unique<MutexGuard>(spec.across_processes, true);
        case LockKind::Spin:
            return std::make_unique<SpinGuard>();
        case LockKind::Semaphore:
            return make_semaphore_guard(spec);
        case LockKind::File:
            return make_file_guard(spec);
        case LockKind::Mutex:
            break;
    }
    return std::make_unique<MutexGuard>(spec.across_processes, false);
}

void create_mutex(pthread_mutex_t& mutex, bool across_processes, bool robust) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    // Error checking, so that unlocking what another task holds is an error, not a surprise.
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
    if (across_processes) pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    if (robust) pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    const int error = pthread_mutex_init(&mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    if (error != 0) plugin::fail_system("pthread_mutex_init", error);
}

void create_condition(pthread_cond_t& condition, bool across_processes) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    if (across_processes) pthread_condattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    const int error = pthread_cond_init(&condition, &attributes);
    pthread_condattr_destroy(&attributes);
    if (error != 0) plugin::fail_system("pthread_cond_init", error);
}

stagger_status repair(pthread_mutex_t& mutex, int error, const char* what) {
    if (error == 0) return STAGGER_OK;
    if (error != EOWNERDEAD) plugin::fail_system(what, error);
    pthread_mutex_consistent(&mutex);
    return STAGGER_OWNER_DEAD;
}

}  // namespace stagger::memory
