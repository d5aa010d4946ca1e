// SPDX-License-Identifier: Apache-2.0
#include "plugins/sysv/semaphore_set.hpp"

#include <errno.h>
#include <sys/sem.h>

#include <algorithm>

#include <stagger/padding.hpp>

namespace stagger::sysv {
namespace {

using plugin::Deadline;

constexpr std::int64_t kMostPermits = 32767;  // SEMVMX
constexpr short kMostReaders = 1000;          // more than there are tasks

// What semctl takes, which its callers have to define.
union Argument {
    int value;
    semid_ds* status;
    unsigned short* values;
};

unsigned short initial_value(const plugin::ObjectSpec& object) {
    if (object.type == STAGGER_RWLOCK) return kMostReaders;
    if (object.type != STAGGER_SEMAPHORE) return 1;
    const auto count = wire::decode_integer(object.initial);
    if (!count || *count < 0 || *count > kMostPermits)
        throw plugin::Failure("a System V semaphore's initial value is a number from 0 to 32767");
    return static_cast<unsigned short>(*count);
}

class SemaphoreObject : public plugin::Semaphore {
public:
    SemaphoreObject(const memory::Place& place, const SemaphoreSet& set)
        : set_(set), object_(place.object) {}

    stagger_status acquire(Deadline deadline) override {
        return set_.take(object_, deadline) ? STAGGER_OK : STAGGER_TIMEOUT;
    }
    void release() override { set_.give(object_); }
    std::string snapshot() override { return wire::encode_integer(set_.value(object_)); }

private:
    const SemaphoreSet& set_;
    const std::uint32_t object_;
};

}  // namespace

key_t key_of(const plugin::Config& config, const std::string& what) {
    const auto key = static_cast<key_t>(plugin::detail::hash(config.prefix() + what));
    return key == IPC_PRIVATE ? 1 : key;
}

SemaphoreSet::SemaphoreSet(const plugin::Config& config, bool undo)
    : objects_(static_cast<std::uint32_t>(config.objects().size())), undo_(undo ? SEM_UNDO : 0) {
    for (const plugin::ObjectSpec& object : config.objects())
        initial_.push_back(initial_value(object));
    initial_.resize(initial_.size() + config.tasks(), 0);
    set_ = semget(key(config), static_cast<int>(initial_.size()), IPC_CREAT | IPC_EXCL | 0600);
    if (set_ == -1) plugin::fail_system("semget of a set for all objects and tasks", errno);
    reset();
}

SemaphoreSet::~SemaphoreSet() {
    semctl(set_, 0, IPC_RMID);
}

// SETALL also makes the kernel forget what it would have to take back.
void SemaphoreSet::reset() const {
    std::vector<unsigned short> values = initial_;
    Argument argument{};
    argument.values = values.data();
    if (semctl(set_, 0, SETALL, argument) == -1) plugin::fail_system("semctl(SETALL)", errno);
}

bool SemaphoreSet::lock(std::uint32_t object, short share, Deadline deadline) const {
    return change(object, static_cast<short>(-share), undo_, deadline);
}

void SemaphoreSet::unlock(std::uint32_t object, short share) const {
    change(object, share, undo_, Deadline::after(-1));
}

bool SemaphoreSet::take(std::uint32_t object, Deadline deadline) const {
    return change(object, -1, 0, deadline);
}

void SemaphoreSet::give(std::uint32_t object) const {
    change(object, 1, 0, Deadline::after(-1));
}

int SemaphoreSet::value(std::uint32_t object) const {
    return semctl(set_, static_cast<int>(object), GETVAL);
}

bool SemaphoreSet::change(std::uint32_t index, short by, short flags, Deadline deadline) const {
    sembuf operation = {static_cast<unsigned short>(index), by, flags};
    if (deadline.immediate()) operation.sem_flg = static_cast<short>(flags | IPC_NOWAIT);
    for (;;) {
        int failed = 0;
        if (deadline.never() || deadline.immediate()) {
            failed = semop(set_, &operation, 1);
        } else {
            const std::int64_t left =
                std::max<std::int64_t>(deadline.nanoseconds() - plugin::monotonic_now(), 0);
            const timespec time = Deadline::at(left).time();
            failed = semtimedop(set_, &operation, 1, &time);
        }
        if (failed == 0) return true;
        if (errno == EAGAIN) return false;
        if (errno != EINTR) plugin::fail_system("semop", errno);
    }
}

// A writer takes all the shares that there are in one step.
short SemaphoreLock::share(Mode mode) const {
    return type_ == STAGGER_RWLOCK && mode == Mode::Exclusive ? kMostReaders : 1;
}

std::unique_ptr<plugin::Object> make_semaphore(const memory::Place& place,
                                               const SemaphoreSet& set) {
    return std::make_unique<SemaphoreObject>(place, set);
}

}  // namespace stagger::sysv
