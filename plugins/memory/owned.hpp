// SPDX-License-Identifier: Apache-2.0
//
// Mutexes and read-write locks that are the kernel's or made by hand, as one process knows them:
// which of its tasks hold one and how often, so that nobody unlocks what another holds, and, where
// the lock itself says who owns it, whether its owner died. Threads use it at the same time.
#pragma once

#include "plugins/memory/store.hpp"

namespace stagger::memory {

enum class Mode : std::uint8_t { Shared, Exclusive };

class OwnedLock {
public:
    explicit OwnedLock(std::uint32_t tasks) : reads_(tasks, 0) {}
    virtual ~OwnedLock() = default;

    // OWNER_DEAD, and the lock, where the last owner died; who only reads waits until somebody who
    // may write has taken it from there.
    stagger_status lock(plugin::Deadline deadline);
    void unlock();
    stagger_status lock_shared(plugin::Deadline deadline);
    void unlock_shared();
    // As if just made; whatever this process held.
    virtual void reset();

protected:
    // The lock itself. take() gives false once the deadline has passed.
    virtual bool take(Mode mode, plugin::Deadline deadline) = 0;
    virtual void release(Mode mode) = 0;
    // Whether it was left by an owner who died. Requires: the lock is held; the next one, for
    // itself.
    virtual bool is_owned() const { return false; }
    virtual void set_owned(bool /*owned*/) {}

    // Whether the calling task has it for reading.
    bool reads() const { return reads_[plugin::current_task] > 0; }

private:
    static std::uint32_t me() { return plugin::current_task + 1; }
    stagger_status refuse(plugin::Deadline deadline) const;

    std::vector<std::uint32_t> reads_;       // how often each task of this process reads
    std::atomic<std::uint32_t> holder_ = 0;  // the task after the one of this process that holds it
};

std::unique_ptr<plugin::Object> make_owned_mutex(OwnedLock& lock);
std::unique_ptr<plugin::Object> make_owned_rwlock(OwnedLock& lock);

// What there is to do where nothing wakes a task: look again, each time twice as much later, from a
// millisecond on.
class Looking {
public:
    void pause();

private:
    long next_ = 1'000'000;  // ns
};

}  // namespace stagger::memory
