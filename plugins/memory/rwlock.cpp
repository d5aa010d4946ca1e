// SPDX-License-Identifier: Apache-2.0
#include <errno.h>

#include "plugins/memory/sync.hpp"

namespace stagger::memory {
namespace {

using plugin::Deadline;

class RwLockObject : public plugin::RwLock {
public:
    explicit RwLockObject(const Place& place) : cell_(place.region.at<RwLockCell>(place.cell)) {}

    stagger_status lock(Deadline deadline) override {
        refuse_recursion(deadline);
        const timespec time = deadline.time();
        const int error = deadline.never() ? pthread_rwlock_wrlock(&cell_.lock)
                          : deadline.immediate()
                              ? pthread_rwlock_trywrlock(&cell_.lock)
                              : pthread_rwlock_clockwrlock(&cell_.lock, CLOCK_MONOTONIC, &time);
        if (error == EBUSY || error == ETIMEDOUT) return STAGGER_TIMEOUT;
        if (error != 0) plugin::fail_system("lock of a read-write lock", error);
        cell_.writer = me();
        return STAGGER_OK;
    }
    void unlock() override {
        if (cell_.writer != me())
            throw plugin::Failure("unlock of a read-write lock that this task does not hold");
        cell_.writer = 0;
        pthread_rwlock_unlock(&cell_.lock);
    }
    stagger_status lock_shared(Deadline deadline) override {
        refuse_recursion(deadline);
        const timespec time = deadline.time();
        const int error = deadline.never() ? pthread_rwlock_rdlock(&cell_.lock)
                          : deadline.immediate()
                              ? pthread_rwlock_tryrdlock(&cell_.lock)
                              : pthread_rwlock_clockrdlock(&cell_.lock, CLOCK_MONOTONIC, &time);
        if (error == EBUSY || error == ETIMEDOUT) return STAGGER_TIMEOUT;
        if (error != 0) plugin::fail_system("lock_shared of a read-write lock", error);
        ++shared();
        return STAGGER_OK;
    }
    void unlock_shared() override {
        if (shared() == 0)
            throw plugin::Failure(
                "unlock_shared of a read-write lock that this task does not hold for reading");
        --shared();
        pthread_rwlock_unlock(&cell_.lock);
    }

private:
    static std::uint32_t me() { return plugin::current_task + 1; }
    std::uint32_t& shared() const { return cell_.shared()[plugin::current_task]; }

    // What POSIX leaves undefined or to luck: it waits for itself. A try is merely refused.
    void refuse_recursion(Deadline deadline) const {
        if (cell_.writer == me() && !deadline.immediate())
            throw plugin::Failure("lock of a read-write lock that this task holds already");
    }

    RwLockCell& cell_;
};

}  // namespace

std::unique_ptr<plugin::Object> make_rwlock(const Place& place) {
    return std::make_unique<RwLockObject>(place);
}

void create_rwlock(const Place& place, bool across_processes) {
    pthread_rwlockattr_t attributes;
    pthread_rwlockattr_init(&attributes);
    if (across_processes) pthread_rwlockattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    auto& cell = place.region.at<RwLockCell>(place.cell);
    const int error = pthread_rwlock_init(&cell.lock, &attributes);
    pthread_rwlockattr_destroy(&attributes);
    if (error != 0) plugin::fail_system("pthread_rwlock_init", error);
}

}  // namespace stagger::memory
