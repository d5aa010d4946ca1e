// SPDX-License-Identifier: Apache-2.0
#include "plugins/memory/sync.hpp"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace stagger::memory {
namespace {

class MutexObject : public plugin::Mutex {
public:
    explicit MutexObject(const Place& place)
        : mutex_(place.region.at<MutexCell>(place.cell).mutex) {}

    stagger_status lock(plugin::Deadline deadline) override {
        const timespec time = deadline.time();
        const int error = deadline.never() ? pthread_mutex_lock(&mutex_)
                          : deadline.immediate()
                              ? pthread_mutex_trylock(&mutex_)
                              : pthread_mutex_clocklock(&mutex_, CLOCK_MONOTONIC, &time);
        // A robust mutex says EDEADLK to its owner even when only tried.
        if (error == EBUSY || error == ETIMEDOUT || (error == EDEADLK && deadline.immediate()))
            return STAGGER_TIMEOUT;
        if (error == EDEADLK) throw plugin::Failure("lock of a mutex that this task holds already");
        return repair(mutex_, error, "lock of a mutex");
    }
    void unlock() override {
        if (pthread_mutex_unlock(&mutex_) != 0)
            throw plugin::Failure("unlock of a mutex that this task does not hold");
    }

    pthread_mutex_t& mutex() { return mutex_; }

private:
    pthread_mutex_t& mutex_;
};

class SemaphoreObject : public plugin::Semaphore {
public:
    explicit SemaphoreObject(const Place& place)
        : semaphore_(place.region.at<SemaphoreCell>(place.cell).semaphore) {}

    stagger_status acquire(plugin::Deadline deadline) override {
        const timespec time = deadline.time();
        for (;;) {
            const int failed = deadline.never() ? sem_wait(&semaphore_)
                               : deadline.immediate()
                                   ? sem_trywait(&semaphore_)
                                   : sem_clockwait(&semaphore_, CLOCK_MONOTONIC, &time);
            if (failed == 0) return STAGGER_OK;
            if (errno == EAGAIN || errno == ETIMEDOUT) return STAGGER_TIMEOUT;
            if (errno != EINTR) plugin::fail_system("acquire of a semaphore", errno);
        }
    }
    void release() override {
        if (sem_post(&semaphore_) != 0) plugin::fail_system("release of a semaphore", errno);
    }
    std::string snapshot() override {
        int value = 0;
        sem_getvalue(&semaphore_, &value);
        return wire::encode_integer(value);
    }

private:
    sem_t& semaphore_;
};

class ConditionObject : public plugin::Condition {
public:
    explicit ConditionObject(const Place& place)
        : condition_(place.region.at<ConditionCell>(place.cell).condition) {}

    stagger_status wait(plugin::Object& with, plugin::Deadline deadline) override {
        pthread_mutex_t& mutex = static_cast<MutexObject&>(with).mutex();
        const timespec time = deadline.time();
        const int error = deadline.never() ? pthread_cond_wait(&condition_, &mutex)
                                           : pthread_cond_timedwait(&condition_, &mutex, &time);
        if (error == ETIMEDOUT) return STAGGER_TIMEOUT;
        if (error == EPERM) throw plugin::Failure("wait at a condition without holding the mutex");
        return repair(mutex, error, "wait at a condition");
    }
    void notify() override { pthread_cond_signal(&condition_); }
    void notify_all() override { pthread_cond_broadcast(&condition_); }

private:
    pthread_cond_t& condition_;
};

class EventObject : public plugin::Event {
public:
    explicit EventObject(const Place& place)
        : place_(place), cell_(place.region.at<EventCell>(place.cell)) {}

    void set() override {
        const Locked lock(*place_.guard, cell_.lock, place_.object);
        cell_.set = 1;
        place_.guard->wake_all(cell_.changed);
    }
    void clear() override {
        const Locked lock(*place_.guard, cell_.lock, place_.object);
        cell_.set = 0;
    }
    stagger_status wait(plugin::Deadline deadline) override {
        Locked lock(*place_.guard, cell_.lock, place_.object);
        const bool set =
            lock.wait_until(cell_.changed, deadline, [this] { return cell_.set != 0; });
        return set ? STAGGER_OK : STAGGER_TIMEOUT;
    }
    std::string snapshot() override {
        const Locked lock(*place_.guard, cell_.lock, place_.object);
        return wire::encode_boolean(cell_.set != 0);
    }

private:
    const Place place_;
    EventCell& cell_;
};

class BarrierObject : public plugin::Barrier {
public:
    explicit BarrierObject(const Place& place)
        : place_(place), cell_(place.region.at<BarrierCell>(place.cell)) {}

    stagger_status arrive(plugin::Deadline deadline) override {
        Locked lock(*place_.guard, cell_.lock, place_.object);
        if (++cell_.arrived >= place_.capacity) {
            cell_.arrived = 0;
            ++cell_.generation;
            place_.guard->wake_all(cell_.passed);
            return STAGGER_OK;
        }
        const std::uint64_t mine = cell_.generation;
        const bool passed =
            lock.wait_until(cell_.passed, deadline, [&] { return cell_.generation != mine; });
        if (passed) return STAGGER_OK;
        --cell_.arrived;
        return STAGGER_TIMEOUT;
    }

private:
    const Place place_;
    BarrierCell& cell_;
};

}  // namespace

std::unique_ptr<plugin::Object> make_mutex(const Place& place) {
    return std::make_unique<MutexObject>(place);
}
std::unique_ptr<plugin::Object> make_semaphore(const Place& place) {
    return std::make_unique<SemaphoreObject>(place);
}
std::unique_ptr<plugin::Object> make_condition(const Place& place) {
    return std::make_unique<ConditionObject>(place);
}
std::unique_ptr<plugin::Object> make_event(const Place& place) {
    return std::make_unique<EventObject>(place);
}
std::unique_ptr<plugin::Object> make_barrier(const Place& place) {
    return std::make_unique<BarrierObject>(place);
}

void create_semaphore(const Place& place, const std::string& initial, bool across_processes) {
    const auto count = wire::decode_integer(initial);
    auto& cell = place.region.at<SemaphoreCell>(place.cell);
    if (!count || *count < 0 || *count > SEM_VALUE_MAX ||
        sem_init(&cell.semaphore, across_processes ? 1 : 0, static_cast<unsigned>(*count)) != 0)
        throw plugin::Failure("a semaphore's initial value is a number from 0 to 2147483647");
}

void create_event(const Place& place, const std::string& initial) {
    auto& cell = place.region.at<EventCell>(place.cell);
    place.guard->create(cell.lock);
    place.guard->create(cell.changed);
    cell.set = wire::decode_boolean(initial).value_or(false) ? 1 : 0;
}

void create_barrier(const Place& place) {
    auto& cell = place.region.at<BarrierCell>(place.cell);
    place.guard->create(cell.lock);
    place.guard->create(cell.passed);
}

void forget_held_mutexes() {
    robust_list_head* head = nullptr;
    std::size_t size = 0;
    if (syscall(SYS_get_robust_list, 0, &head, &size) != 0) return;
    head->list.next = &head->list;
    head->list_op_pending = nullptr;
}

}  // namespace stagger::memory
