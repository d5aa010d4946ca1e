// SPDX-License-Identifier: Apache-2.0
#include "plugins/memory/owned.hpp"

#include <algorithm>

namespace stagger::memory {
namespace {

using plugin::Deadline;

constexpr long kMostBetweenLooks = 64'000'000;  // ns

class OwnedMutex : public plugin::Mutex {
public:
    explicit OwnedMutex(OwnedLock& lock) : lock_(lock) {}

    stagger_status lock(Deadline deadline) override { return lock_.lock(deadline); }
    void unlock() override { lock_.unlock(); }

private:
    OwnedLock& lock_;
};

class OwnedRwLock : public plugin::RwLock {
public:
    explicit OwnedRwLock(OwnedLock& lock) : lock_(lock) {}

    stagger_status lock(Deadline deadline) override { return lock_.lock(deadline); }
    void unlock() override { lock_.unlock(); }
    stagger_status lock_shared(Deadline deadline) override { return lock_.lock_shared(deadline); }
    void unlock_shared() override { lock_.unlock_shared(); }

private:
    OwnedLock& lock_;
};

}  // namespace

stagger_status OwnedLock::lock(Deadline deadline) {
    if (holder_ == me()) return refuse(deadline);
    if (!take(Mode::Exclusive, deadline)) return STAGGER_TIMEOUT;
    const bool died = is_owned();
    set_owned(true);
    holder_ = me();
    return died ? STAGGER_OWNER_DEAD : STAGGER_OK;
}

void OwnedLock::unlock() {
    if (holder_ != me()) throw plugin::Failure("unlock of what this task does not hold");
    holder_ = 0;
    set_owned(false);
    release(Mode::Exclusive);
}

stagger_status OwnedLock::lock_shared(Deadline deadline) {
    if (holder_ == me()) return refuse(deadline);
    std::uint32_t& mine = reads_[plugin::current_task];
    Looking looking;
    while (mine == 0) {
        if (!take(Mode::Shared, deadline)) return STAGGER_TIMEOUT;
        if (!is_owned()) break;
        release(Mode::Shared);
        if (deadline.passed()) return STAGGER_TIMEOUT;
        looking.pause();
    }
    ++mine;
    return STAGGER_OK;
}

void OwnedLock::unlock_shared() {
    std::uint32_t& mine = reads_[plugin::current_task];
    if (mine == 0)
        throw plugin::Failure("unlock_shared of what this task does not hold for reading");
    if (--mine == 0) release(Mode::Shared);
}

void OwnedLock::reset() {
    holder_ = 0;
    reads_.assign(reads_.size(), 0);
}

// It would wait for itself. A try is merely refused.
stagger_status OwnedLock::refuse(Deadline deadline) const {
    if (deadline.immediate()) return STAGGER_TIMEOUT;
    throw plugin::Failure("lock of what this task holds already");
}

std::unique_ptr<plugin::Object> make_owned_mutex(OwnedLock& lock) {
    return std::make_unique<OwnedMutex>(lock);
}

std::unique_ptr<plugin::Object> make_owned_rwlock(OwnedLock& lock) {
    return std::make_unique<OwnedRwLock>(lock);
}

void Looking::pause() {
    const timespec time = {0, next_};
    nanosleep(&time, nullptr);
    next_ = std::min(2 * next_, kMostBetweenLooks);
}

}  // namespace stagger::memory
