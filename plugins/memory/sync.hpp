// SPDX-License-Identifier: Apache-2.0
//
// The objects that only synchronise, over cells in a region: a mutex, semaphore and condition are
// those of pthreads; events and barriers are built on a Guard. Each process has its own set, over
// the same cells; threads use them at the same time.
#pragma once

#include "plugins/memory/data.hpp"

namespace stagger::memory {

struct MutexCell {
    pthread_mutex_t mutex;
};

struct SemaphoreCell {
    sem_t semaphore;
};

struct ConditionCell {
    pthread_cond_t condition;
};

struct EventCell {
    LockCell lock;
    WaitCell changed;
    std::uint32_t set;
};

struct BarrierCell {
    LockCell lock;
    WaitCell passed;
    std::uint64_t arrived;
    std::uint64_t generation;
};

// Followed by how often each task holds it for reading. POSIX does not tell who holds what, nor
// does pthread_rwlock_unlock ask: so this does.
struct RwLockCell {
    pthread_rwlock_t lock;
    std::uint32_t writer;  // the task after the one that holds it, 0: none
    std::uint32_t* shared() { return reinterpret_cast<std::uint32_t*>(this + 1); }

    static std::uint64_t size(std::uint32_t tasks) {
        return sizeof(RwLockCell) + tasks * sizeof(std::uint32_t);
    }
};

// Requires, for make_condition: the mutex of a wait is one of make_mutex.
std::unique_ptr<plugin::Object> make_mutex(const Place& place);
std::unique_ptr<plugin::Object> make_semaphore(const Place& place);
std::unique_ptr<plugin::Object> make_condition(const Place& place);
std::unique_ptr<plugin::Object> make_event(const Place& place);
std::unique_ptr<plugin::Object> make_barrier(const Place& place);
std::unique_ptr<plugin::Object> make_rwlock(const Place& place);

void create_semaphore(const Place& place, const std::string& initial, bool across_processes);
void create_event(const Place& place, const std::string& initial);
void create_barrier(const Place& place);
void create_rwlock(const Place& place, bool across_processes);

// Forgets the robust mutexes that this thread holds, after their memory was set up anew: the list
// that the kernel walks when the thread ends would lead into cells that are no longer locked.
void forget_held_mutexes();

}  // namespace stagger::memory
