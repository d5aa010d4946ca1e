// SPDX-License-Identifier: Apache-2.0
//
// What guards without a condition variable of their own have in common: each task sleeps on a
// semaphore of its own, in a list at what it waits for, so that nobody else can take what wakes it.
// The list lies in shared memory and is changed under the object's lock.
#pragma once

#include "plugins/memory/guard.hpp"

namespace stagger::memory {

class SleepingGuard : public Guard {
public:
    explicit SleepingGuard(Sleeper* sleepers) : sleepers_(sleepers) {}

    void create(WaitCell& cell) override { cell.first = 0; }
    bool wait(LockCell& lock_cell, WaitCell& cell, std::uint32_t object,
              plugin::Deadline deadline) override;
    void wake_all(WaitCell& cell) override;

protected:
    // The semaphore of the calling task: waits for wake(); false once the deadline has passed.
    virtual bool sleep(plugin::Deadline deadline);
    virtual void wake(std::uint32_t task);

    Sleeper* const sleepers_;  // by task

private:
    Sleeper& at(std::uint32_t name) const { return sleepers_[name - 1]; }
    bool leave(WaitCell& cell, std::uint32_t name) const;
};

}  // namespace stagger::memory
