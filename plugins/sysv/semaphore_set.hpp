// SPDX-License-Identifier: Apache-2.0
//
// A System V semaphore set, and the locks over it: one semaphore for each object of the case, which
// protects it or is the object itself, and one for each task to sleep on. Made and removed by the
// host; every process inherits its id. Threads use it at the same time.
#pragma once

#include <sys/ipc.h>

#include <atomic>
#include <vector>

#include "plugins/memory/owned.hpp"
#include "plugins/memory/sleeping.hpp"

namespace stagger::sysv {

// The key of one of the case's objects, from its unique prefix.
key_t key_of(const plugin::Config& config, const std::string& what);

class SemaphoreSet {
public:
    // With `undo` the kernel takes back what a process that dies had taken from a lock.
    SemaphoreSet(const plugin::Config& config, bool undo);
    ~SemaphoreSet();
    SemaphoreSet(const SemaphoreSet&) = delete;
    SemaphoreSet& operator=(const SemaphoreSet&) = delete;

    static key_t key(const plugin::Config& config) { return key_of(config, "semaphores"); }

    // Every lock free, every semaphore at its initial value, nobody waiting.
    void reset() const;

    // So many shares of an object's semaphore. False once the deadline has passed.
    bool lock(std::uint32_t object, short share, plugin::Deadline deadline) const;
    void unlock(std::uint32_t object, short share) const;

    // For semaphores that nobody owns.
    bool take(std::uint32_t object, plugin::Deadline deadline) const;
    void give(std::uint32_t object) const;
    int value(std::uint32_t object) const;

    bool sleep(plugin::Deadline deadline) const {
        return take(sleeper(plugin::current_task), deadline);
    }
    void wake(std::uint32_t task) const { give(sleeper(task)); }

private:
    std::uint32_t sleeper(std::uint32_t task) const { return objects_ + task; }
    bool change(std::uint32_t index, short by, short flags, plugin::Deadline deadline) const;

    std::vector<unsigned short> initial_;
    const std::uint32_t objects_;
    const short undo_;
    int set_ = -1;
};

class SemaphoreGuard : public memory::SleepingGuard {
public:
    SemaphoreGuard(const SemaphoreSet& set, memory::Sleeper* sleepers)
        : SleepingGuard(sleepers), set_(set) {}

    using SleepingGuard::create;
    void create(memory::LockCell&) override {}
    void lock(memory::LockCell&, std::uint32_t object) override {
        set_.lock(object, 1, plugin::Deadline::after(-1));
    }
    void unlock(memory::LockCell&, std::uint32_t object) override { set_.unlock(object, 1); }

protected:
    bool sleep(plugin::Deadline deadline) override { return set_.sleep(deadline); }
    void wake(std::uint32_t task) override { set_.wake(task); }

private:
    const SemaphoreSet& set_;
};

// Says in shared memory that somebody holds it for writing: where the kernel took a dead owner's
// lock back, that is still there.
struct OwnedCell {
    std::atomic<std::uint32_t> owned;
};

using memory::Mode;

// A mutex or read-write lock.
class SemaphoreLock : public memory::OwnedLock {
public:
    SemaphoreLock(const SemaphoreSet& set, const memory::Place& place, stagger_type type)
        : OwnedLock(place.tasks),
          set_(set),
          object_(place.object),
          type_(type),
          cell_(place.region.at<OwnedCell>(place.cell)) {}

protected:
    bool take(Mode mode, plugin::Deadline deadline) override {
        return set_.lock(object_, share(mode), deadline);
    }
    void release(Mode mode) override { set_.unlock(object_, share(mode)); }
    bool is_owned() const override { return cell_.owned != 0; }
    void set_owned(bool owned) override { cell_.owned = owned ? 1 : 0; }

private:
    short share(Mode mode) const;

    const SemaphoreSet& set_;
    const std::uint32_t object_;
    const stagger_type type_;
    OwnedCell& cell_;
};

std::unique_ptr<plugin::Object> make_semaphore(const memory::Place& place, const SemaphoreSet& set);

}  // namespace stagger::sysv
