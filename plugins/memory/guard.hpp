// SPDX-License-Identifier: Apache-2.0
//
// How the operations on an object are protected, and how a task waits inside one until something
// changes: the option `lock`. The cells lie in shared memory; a Guard is the code that works on
// them, one for all objects of a case, in every process. Threads use it at the same time.
#pragma once

#include <pthread.h>
#include <semaphore.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include <stagger/plugin.hpp>

namespace stagger::memory {

enum class LockKind : std::uint8_t { None, Mutex, Robust, Spin, Semaphore, File };

// One per object.
struct LockCell {
    union {
        pthread_mutex_t mutex;
        sem_t semaphore;
        std::atomic<std::uint32_t> taken;
    };
};

// One per thing that a task may wait for, where each of those who wait has its own condition.
struct WaitCell {
    union {
        pthread_cond_t condition;
        std::uint32_t first;                  // the task after the last that fell asleep, 0: none
        std::atomic<std::uint32_t> sequence;  // one more with each wake-up
    };
};

// One per task, for locks without a condition variable of their own.
struct Sleeper {
    sem_t wake;
    std::uint32_t next;  // the task after the one that fell asleep before it, 0: none
};

class Guard {
public:
    virtual ~Guard() = default;
    virtual void create(LockCell& cell) = 0;
    virtual void create(WaitCell& cell) = 0;
    // `object` is its index: which byte of the lock file is its own.
    virtual void lock(LockCell& cell, std::uint32_t object) = 0;
    virtual void unlock(LockCell& cell, std::uint32_t object) = 0;
    // Lets go of the lock, waits for wake_all() or no reason at all, and locks again. False once
    // the deadline has passed. Requires: the lock is held, as in the next one.
    virtual bool wait(LockCell& lock, WaitCell& cell, std::uint32_t object,
                      plugin::Deadline deadline) = 0;
    virtual void wake_all(WaitCell& cell) = 0;
    // Forgets what this process keeps, as if just made.
    virtual void reset() {}
};

struct GuardSpec {
    LockKind kind;
    bool across_processes;
    Sleeper* sleepers = nullptr;  // by task; for Semaphore and File
    std::uint32_t tasks = 0;      // of the case; for File
    std::string file = {};        // name of the shared memory, which is its own lock file
};

std::unique_ptr<Guard> make_guard(const GuardSpec& spec);
std::unique_ptr<Guard> make_semaphore_guard(const GuardSpec& spec);
std::unique_ptr<Guard> make_file_guard(const GuardSpec& spec);

// Attributes for a process-shared or private mutex and condition, in this project's one form.
void create_mutex(pthread_mutex_t& mutex, bool across_processes, bool robust);
void create_condition(pthread_cond_t& condition, bool across_processes);

// The lock is held when it returns. Gives OWNER_DEAD where the owner died; the mutex is usable.
stagger_status repair(pthread_mutex_t& mutex, int error, const char* what);

class Locked {
public:
    Locked(Guard& guard, LockCell& cell, std::uint32_t object)
        : guard_(guard), cell_(cell), object_(object) {
        guard_.lock(cell_, object_);
    }
    ~Locked() { guard_.unlock(cell_, object_); }
    Locked(const Locked&) = delete;
    Locked& operator=(const Locked&) = delete;

    // Waits until ready() holds; false once the deadline has passed without it.
    template <typename Ready>
    bool wait_until(WaitCell& cell, plugin::Deadline deadline, Ready ready) {
        while (!ready())
            if (deadline.immediate() || !guard_.wait(cell_, cell, object_, deadline))
                return ready();
        return true;
    }

private:
    Guard& guard_;
    LockCell& cell_;
    std::uint32_t object_;
};

}  // namespace stagger::memory
