// SPDX-License-Identifier: Apache-2.0
//
// A read-write lock with phases, as glibc has had since 2.25: readers count themselves first, and
// in a write phase wait for its end on a word, in which they leave a bit that says that somebody
// sleeps. A writer that only tries begins its phase by writing that word. A reader may have come
// and gone to sleep since the lock was taken: its bit is overwritten, and who ends the phase wakes
// nobody.
//
// Reported in https://sourceware.org/bugzilla/show_bug.cgi?id=23844 , fixed in glibc 2.30 by
// leaving the word alone where the phase is already one of writing.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <climits>

#include <stagger/objects.hpp>

#include "plugins/zoo/shared.hpp"

namespace {

using namespace stagger;

enum class Begin : std::uint8_t { Always, Once };

// In `readers`; their number is above.
constexpr std::uint32_t kWritePhase = 1, kWriteLocked = 2, kReader = 4;
// In `phase`.
constexpr std::uint32_t kWriting = 1, kSomebodySleeps = 2;

struct Lock {
    std::atomic<std::uint32_t> readers;
    std::atomic<std::uint32_t> phase;
};

class TriedRwLock : public plugin::RwLock {
public:
    TriedRwLock(Lock& lock, Begin begin) : lock_(lock), begin_(begin) {}

    stagger_status lock(plugin::Deadline deadline) override {
        if (!deadline.immediate()) throw plugin::Failure("writers only try: their time-out is 0");
        std::uint32_t readers = lock_.readers;
        do {
            if (readers >= kReader || (readers & kWriteLocked) != 0) return STAGGER_TIMEOUT;
        } while (
            !lock_.readers.compare_exchange_weak(readers, readers | kWritePhase | kWriteLocked));
        if (begin_ == Begin::Always || (readers & kWritePhase) == 0) lock_.phase = kWriting;
        return STAGGER_OK;
    }

    // Hands over to the readers that have come; without any the phase stays what it is.
    void unlock() override {
        std::uint32_t readers = lock_.readers;
        std::uint32_t next = 0;
        do {
            next = readers & ~kWriteLocked;
            if (readers >= kReader) next &= ~kWritePhase;
        } while (!lock_.readers.compare_exchange_weak(readers, next));
        if (readers >= kReader) end_write_phase();
    }

    stagger_status lock_shared(plugin::Deadline deadline) override {
        if (!deadline.never()) throw plugin::Failure("readers know no time-out");
        std::uint32_t readers = lock_.readers.fetch_add(kReader) + kReader;
        while ((readers & kWritePhase) != 0 && (readers & kWriteLocked) == 0) {
            if (!lock_.readers.compare_exchange_weak(readers, readers & ~kWritePhase)) continue;
            end_write_phase();
            return STAGGER_OK;
        }
        if ((readers & kWritePhase) != 0) await_read_phase();
        return STAGGER_OK;
    }

    void unlock_shared() override { lock_.readers.fetch_sub(kReader); }

private:
    void end_write_phase() {
        if ((lock_.phase.exchange(0) & kSomebodySleeps) != 0) futex(FUTEX_WAKE, INT_MAX);
    }

    void await_read_phase() {
        while ((lock_.readers & kWritePhase) != 0 || (lock_.phase & kWriting) != 0) {
            std::uint32_t phase = kWriting;
            if (lock_.phase.compare_exchange_strong(phase, kWriting | kSomebodySleeps) ||
                phase == (kWriting | kSomebodySleeps))
                futex(FUTEX_WAIT, kWriting | kSomebodySleeps);
        }
    }

    void futex(int operation, std::uint32_t value) {
        syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&lock_.phase), operation, value,
                nullptr, nullptr, 0);
    }

    Lock& lock_;
    const Begin begin_;
};

constexpr std::size_t kMostLocks = 8;

struct Locks {
    Lock lock[kMostLocks];
};

constexpr stagger_option kOptions[] = {
    {"begin", "always|once", "always", "when a writer that tries begins a phase of writing"},
    {nullptr, nullptr, nullptr, nullptr},
};

class TriedRwLocks : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_tried_rwlock", "read-write locks whose writers only try", {}, kOptions};
        about.operations[STAGGER_RWLOCK] = plugin::operation_bits(
            {STAGGER_RW_LOCK, STAGGER_RW_UNLOCK, STAGGER_RW_LOCK_SHARED, STAGGER_RW_UNLOCK_SHARED});
        return about;
    }

    explicit TriedRwLocks(const plugin::Config& config)
        : count_(config.objects().size()),
          begin_(config.choose<Begin>("begin", {"always", "once"})) {
        if (count_ > kMostLocks) throw plugin::Failure("there are at most 8 locks");
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects locks;
        for (std::size_t i = 0; i < count_; ++i)
            locks.push_back(std::make_unique<TriedRwLock>(locks_->lock[i], begin_));
        return std::make_unique<plugin::ObjectPeer>(std::move(locks));
    }

    void reset_shared() override { locks_.clear(); }

private:
    const std::size_t count_;
    const Begin begin_;
    zoo::Shared<Locks> locks_;
};

}  // namespace

STAGGER_BACKEND(TriedRwLocks)
