// SPDX-License-Identifier: Apache-2.0
#include "plugins/memory/guarded.hpp"

#include <algorithm>

namespace stagger::memory {
namespace {

using plugin::Deadline;

struct CountCell {
    LockCell lock;
    WaitCell changed;
    std::int64_t count;
};

// Notifications are there to be taken by any of those who waited when they were made: who is first
// to look.
struct WaitersCell {
    LockCell lock;
    WaitCell changed;
    std::uint64_t arrived;   // tasks that ever began to wait
    std::uint64_t notified;  // how many of these had, at the last notification
    std::uint64_t waiting;
    std::uint64_t to_take;
};

// Followed by how often each task holds it for reading.
struct HoldersCell {
    LockCell lock;
    WaitCell changed;
    std::uint32_t writer;   // the task after the one that holds it, 0: none
    std::uint32_t readers;  // tasks that hold it for reading
    std::uint32_t* shared() { return reinterpret_cast<std::uint32_t*>(this + 1); }
};

template <typename Cell>
class Guarded {
protected:
    explicit Guarded(const Place& place)
        : place_(place), cell_(place.region.at<Cell>(place.cell)) {}

    Locked locked() { return Locked(*place_.guard, cell_.lock, place_.object); }
    void wake_all() { place_.guard->wake_all(cell_.changed); }

    const Place place_;
    Cell& cell_;
};

class GuardedSemaphore : public plugin::Semaphore, Guarded<CountCell> {
public:
    explicit GuardedSemaphore(const Place& place) : Guarded(place) {}

    stagger_status acquire(Deadline deadline) override {
        Locked lock = locked();
        if (!lock.wait_until(cell_.changed, deadline, [this] { return cell_.count > 0; }))
            return STAGGER_TIMEOUT;
        --cell_.count;
        return STAGGER_OK;
    }
    void release() override {
        const Locked lock = locked();
        ++cell_.count;
        wake_all();
    }
    std::string snapshot() override {
        const Locked lock = locked();
        return wire::encode_integer(cell_.count);
    }
};

class GuardedCondition : public plugin::Condition, Guarded<WaitersCell> {
public:
    explicit GuardedCondition(const Place& place) : Guarded(place) {}

    // Whoever notifies takes the guard's lock, and so comes before the mutex is given up or after
    // the wait has begun.
    stagger_status wait(plugin::Object& with, Deadline deadline) override {
        auto& mutex = static_cast<plugin::Mutex&>(with);
        bool notified = false;
        {
            Locked lock = locked();
            mutex.unlock();
            const std::uint64_t mine = cell_.arrived++;
            ++cell_.waiting;
            notified = lock.wait_until(cell_.changed, deadline,
                                       [&] { return cell_.to_take > 0 && mine < cell_.notified; });
            --cell_.waiting;
            if (notified) --cell_.to_take;
        }
        const stagger_status locked_again = mutex.lock(Deadline::after(-1));
        if (locked_again != STAGGER_OK) return locked_again;
        return notified ? STAGGER_OK : STAGGER_TIMEOUT;
    }
    void notify() override { wake(1); }
    void notify_all() override { wake(place_.tasks); }

private:
    void wake(std::uint64_t most) {
        const Locked lock = locked();
        cell_.to_take = std::min(cell_.to_take + most, cell_.waiting);
        cell_.notified = cell_.arrived;
        if (cell_.to_take > 0) wake_all();
    }
};

class GuardedRwLock : public plugin::RwLock, Guarded<HoldersCell> {
public:
    explicit GuardedRwLock(const Place& place) : Guarded(place) {}

    stagger_status lock(Deadline deadline) override {
        Locked lock = locked();
        refuse_recursion(deadline);
        if (!lock.wait_until(cell_.changed, deadline,
                             [this] { return cell_.writer == 0 && cell_.readers == 0; }))
            return STAGGER_TIMEOUT;
        cell_.writer = me();
        return STAGGER_OK;
    }
    void unlock() override {
        const Locked lock = locked();
        if (cell_.writer != me())
            throw plugin::Failure("unlock of a read-write lock that this task does not hold");
        cell_.writer = 0;
        wake_all();
    }
    stagger_status lock_shared(Deadline deadline) override {
        Locked lock = locked();
        refuse_recursion(deadline);
        if (!lock.wait_until(cell_.changed, deadline, [this] { return cell_.writer == 0; }))
            return STAGGER_TIMEOUT;
        if (shared()++ == 0) ++cell_.readers;
        return STAGGER_OK;
    }
    void unlock_shared() override {
        const Locked lock = locked();
        if (shared() == 0)
            throw plugin::Failure(
                "unlock_shared of a read-write lock that this task does not hold for reading");
        if (--shared() == 0 && --cell_.readers == 0) wake_all();
    }

private:
    static std::uint32_t me() { return plugin::current_task + 1; }
    std::uint32_t& shared() const { return cell_.shared()[plugin::current_task]; }

    // It would wait for itself. A try is merely refused.
    void refuse_recursion(Deadline deadline) const {
        if (cell_.writer == me() && !deadline.immediate())
            throw plugin::Failure("lock of a read-write lock that this task holds already");
    }
};

void create_count(const Place& place, const std::string& initial) {
    const auto count = wire::decode_integer(initial);
    if (!count || *count < 0)
        throw plugin::Failure("a semaphore's initial value is a number of at least 0");
    place.region.at<CountCell>(place.cell).count = *count;
}

}  // namespace

std::uint64_t guarded_cell_size(stagger_type type, std::uint32_t tasks) {
    switch (type) {
        case STAGGER_SEMAPHORE:
            return sizeof(CountCell);
        case STAGGER_CONDITION:
            return sizeof(WaitersCell);
        case STAGGER_RWLOCK:
            return sizeof(HoldersCell) + tasks * sizeof(std::uint32_t);
        default:
            return 0;
    }
}

bool create_guarded(const Place& place, const plugin::ObjectSpec& spec) {
    if (guarded_cell_size(spec.type, place.tasks) == 0) return false;
    // All three cells begin with these two.
    auto& cell = place.region.at<CountCell>(place.cell);
    place.guard->create(cell.lock);
    place.guard->create(cell.changed);
    if (spec.type == STAGGER_SEMAPHORE) create_count(place, spec.initial);
    return true;
}

std::unique_ptr<plugin::Object> make_guarded(const Place& place, stagger_type type) {
    switch (type) {
        case STAGGER_SEMAPHORE:
            return std::make_unique<GuardedSemaphore>(place);
        case STAGGER_CONDITION:
            return std::make_unique<GuardedCondition>(place);
        case STAGGER_RWLOCK:
            return std::make_unique<GuardedRwLock>(place);
        default:
            return nullptr;
    }
}

}  // namespace stagger::memory
