// SPDX-License-Identifier: Apache-2.0
//
// The backend `futex`: shared memory, and locks made by hand over the futex call as Drepper's
// "Futexes Are Tricky" (2004) has them: two mutexes of three states, a semaphore that counts its
// waiters, and a condition that is a sequence number.
#include "plugins/memory/futex.hpp"
#include "plugins/memory/guarded.hpp"
#include "plugins/memory/owned.hpp"

namespace stagger::futex {
namespace {

using memory::futex_wait;
using memory::futex_wake;
using memory::Place;
using memory::Word;
using plugin::Deadline;

enum class LockKind : std::uint8_t { Mutex2, Mutex3 };

// 0: free; 1: held; 2: held, and somebody may sleep.
constexpr std::uint32_t kFree = 0, kHeld = 1, kContended = 2;

std::uint32_t exchange_if(Word& word, std::uint32_t expected, std::uint32_t value) {
    word.compare_exchange_strong(expected, value, std::memory_order_acq_rel);
    return expected;
}

// Who wakes up, or did not get it at once, cannot know whether others sleep: it takes the lock as
// contended.
bool lock_mutex2(Word& word, Deadline deadline) {
    std::uint32_t seen = exchange_if(word, kFree, kHeld);
    while (seen != kFree) {
        if (deadline.immediate()) return false;
        if (seen == kContended || exchange_if(word, kHeld, kContended) != kFree)
            if (!futex_wait(word, kContended, deadline)) return false;
        seen = exchange_if(word, kFree, kContended);
    }
    return true;
}

// The same with an exchange in place of two compare-and-exchange.
bool lock_mutex3(Word& word, Deadline deadline) {
    std::uint32_t seen = exchange_if(word, kFree, kHeld);
    if (seen == kFree) return true;
    if (deadline.immediate()) return false;
    if (seen != kContended) seen = word.exchange(kContended, std::memory_order_acq_rel);
    while (seen != kFree) {
        if (!futex_wait(word, kContended, deadline)) return false;
        seen = word.exchange(kContended, std::memory_order_acq_rel);
    }
    return true;
}

bool lock_word(LockKind kind, Word& word, Deadline deadline) {
    return kind == LockKind::Mutex2 ? lock_mutex2(word, deadline) : lock_mutex3(word, deadline);
}

void unlock_word(Word& word) {
    if (word.fetch_sub(1, std::memory_order_acq_rel) == kHeld) return;
    word.store(kFree, std::memory_order_release);
    futex_wake(word, 1);
}

class FutexGuard : public memory::Guard {
public:
    explicit FutexGuard(LockKind kind) : kind_(kind) {}

    void create(memory::LockCell& cell) override { new (&cell.taken) Word(kFree); }
    void create(memory::WaitCell& cell) override { new (&cell.sequence) Word(0); }
    void lock(memory::LockCell& cell, std::uint32_t) override {
        lock_word(kind_, cell.taken, Deadline::after(-1));
    }
    void unlock(memory::LockCell& cell, std::uint32_t) override { unlock_word(cell.taken); }

    bool wait(memory::LockCell& lock_cell, memory::WaitCell& cell, std::uint32_t object,
              Deadline deadline) override {
        const std::uint32_t seen = cell.sequence.load(std::memory_order_relaxed);
        unlock(lock_cell, object);
        const bool woken = futex_wait(cell.sequence, seen, deadline);
        lock(lock_cell, object);
        return woken;
    }
    void wake_all(memory::WaitCell& cell) override {
        cell.sequence.fetch_add(1, std::memory_order_release);
        futex_wake(cell.sequence, INT_MAX);
    }

private:
    const LockKind kind_;
};

class FutexMutex : public memory::OwnedLock {
public:
    FutexMutex(const Place& place, LockKind kind)
        : OwnedLock(place.tasks), kind_(kind), word_(place.region.at<Word>(place.cell)) {}

protected:
    bool take(memory::Mode, Deadline deadline) override {
        return lock_word(kind_, word_, deadline);
    }
    void release(memory::Mode) override { unlock_word(word_); }

private:
    const LockKind kind_;
    Word& word_;
};

struct SemaphoreCell {
    Word count;
    Word waiters;
};

// Whoever waits says so before it sleeps on a count of 0; whoever releases counts before it looks
// for waiters.
class SemaphoreObject : public plugin::Semaphore {
public:
    explicit SemaphoreObject(const Place& place)
        : cell_(place.region.at<SemaphoreCell>(place.cell)) {}

    stagger_status acquire(Deadline deadline) override {
        while (!take()) {
            if (deadline.immediate()) return STAGGER_TIMEOUT;
            cell_.waiters.fetch_add(1);
            const bool woken = futex_wait(cell_.count, 0, deadline);
            cell_.waiters.fetch_sub(1);
            if (!woken) return take() ? STAGGER_OK : STAGGER_TIMEOUT;
        }
        return STAGGER_OK;
    }
    void release() override {
        cell_.count.fetch_add(1);
        if (cell_.waiters.load() != 0) futex_wake(cell_.count, 1);
    }
    std::string snapshot() override { return wire::encode_integer(cell_.count.load()); }

private:
    bool take() {
        std::uint32_t count = cell_.count.load();
        while (count > 0)
            if (cell_.count.compare_exchange_weak(count, count - 1)) return true;
        return false;
    }

    SemaphoreCell& cell_;
};

// A notification between the look at the number and falling asleep has changed it by then.
class ConditionObject : public plugin::Condition {
public:
    explicit ConditionObject(const Place& place) : sequence_(place.region.at<Word>(place.cell)) {}

    stagger_status wait(plugin::Object& with, Deadline deadline) override {
        auto& mutex = static_cast<plugin::Mutex&>(with);
        const std::uint32_t seen = sequence_.load();
        mutex.unlock();
        const bool woken = futex_wait(sequence_, seen, deadline);
        mutex.lock(Deadline::after(-1));
        return woken ? STAGGER_OK : STAGGER_TIMEOUT;
    }
    void notify() override { wake(1); }
    void notify_all() override { wake(INT_MAX); }

private:
    void wake(int most) {
        sequence_.fetch_add(1);
        futex_wake(sequence_, most);
    }

    Word& sequence_;
};

class FutexLocks : public memory::OwnLocks {
public:
    explicit FutexLocks(LockKind kind) : kind_(kind) {}

    std::unique_ptr<memory::Guard> guard(memory::Sleeper*) const override {
        return std::make_unique<FutexGuard>(kind_);
    }
    std::uint64_t cell_size(stagger_type type, std::uint32_t tasks) const override {
        if (type == STAGGER_MUTEX || type == STAGGER_CONDITION) return sizeof(Word);
        if (type == STAGGER_SEMAPHORE) return sizeof(SemaphoreCell);
        return memory::guarded_cell_size(type, tasks);
    }
    // A cell of zeroes is a free mutex, and a condition at which nobody waits.
    bool create(const Place& place, const plugin::ObjectSpec& spec) const override {
        if (spec.type == STAGGER_MUTEX || spec.type == STAGGER_CONDITION) return true;
        if (spec.type != STAGGER_SEMAPHORE) return memory::create_guarded(place, spec);
        const auto count = wire::decode_integer(spec.initial);
        if (!count || *count < 0 || *count > INT_MAX)
            throw plugin::Failure("a semaphore's initial value is a number from 0 to 2147483647");
        place.region.at<SemaphoreCell>(place.cell).count = static_cast<std::uint32_t>(*count);
        return true;
    }
    std::unique_ptr<plugin::Object> open(const Place& place, stagger_type type) const override {
        if (type == STAGGER_SEMAPHORE) return std::make_unique<SemaphoreObject>(place);
        if (type == STAGGER_CONDITION) return std::make_unique<ConditionObject>(place);
        if (type != STAGGER_MUTEX) return memory::make_guarded(place, type);
        mutexes_.push_back(std::make_unique<FutexMutex>(place, kind_));
        return memory::make_owned_mutex(*mutexes_.back());
    }
    void reset() const override {
        for (const auto& mutex : mutexes_) mutex->reset();
    }

private:
    const LockKind kind_;
    mutable std::vector<std::unique_ptr<FutexMutex>> mutexes_;  // as this process knows them
};

constexpr stagger_option kOptions[] = {
    {"lock", "mutex2|mutex3", "mutex3",
     "which mutex of \"Futexes Are Tricky\": by compare-and-exchange, or by exchange"},
    plugin::kOverflowOption,
    plugin::kDeliveryOption,
    {nullptr, nullptr, nullptr, nullptr},
};

class FutexBackend : public plugin::Backend {
public:
    static plugin::Description describe() {
        return {"futex", "shared memory, and locks made by hand over a futex", memory::kOperations,
                kOptions};
    }

    static stagger_contract contract(const plugin::Config& config) {
        stagger_contract promise = memory::shared_contract(config);
        promise.spurious_wakeups = 1;
        return promise;
    }

    explicit FutexBackend(const plugin::Config& config)
        : locks_(config.choose<LockKind>("lock", {"mutex2", "mutex3"})),
          store_(config, memory::with_own_locks(locks_, config)) {
        store_.create(region());
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        return std::make_unique<memory::StorePeer>(store_, region());
    }
    void reset_shared() override { store_.create(region()); }

private:
    memory::Region region() const { return {memory_.base(), store_.fixed_size()}; }

    const FutexLocks locks_;
    const memory::Store store_;
    const memory::InheritedMemory memory_;
};

}  // namespace
}  // namespace stagger::futex

STAGGER_BACKEND(stagger::futex::FutexBackend)
