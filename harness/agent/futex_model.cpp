// SPDX-License-Identifier: Apache-2.0
#include "harness/agent/futex_model.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

#include "harness/agent/fault.hpp"
#include "harness/agent/identity.hpp"
#include "harness/agent/model.hpp"
#include "harness/agent/point.hpp"
#include "harness/agent/real.hpp"
#include "harness/agent/virtual_time.hpp"

namespace stagger::agent {
namespace {

using control::Key;

constexpr int kLockPi2 = 13;  // Linux 5.14; older headers lack it

std::uint32_t load(const std::uint32_t* word) {
    return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

// A private futex is its process's own wherever it lies: one process never wakes another there,
// which is what becomes of a mutex in shared memory that was not made PTHREAD_PROCESS_SHARED.
Key key_of(const FutexCall& futex, const std::uint32_t* word) {
    if ((futex.operation & FUTEX_PRIVATE_FLAG) == 0) return address_key(word);
    return control::make_key(control::KeySpace::PrivateMemory, process.index,
                             reinterpret_cast<std::uintptr_t>(word));
}

std::int64_t deadline_of(const FutexCall& futex) {
    const auto* time = reinterpret_cast<const timespec*>(futex.timeout);
    if (time == nullptr) return control::kNoDeadline;
    if (futex.command() == FUTEX_WAIT) return deadline_after(nanoseconds(*time));
    const bool calendar =
        (futex.operation & FUTEX_CLOCK_REALTIME) != 0 || futex.command() == FUTEX_LOCK_PI;
    return virtual_deadline(calendar ? CLOCK_REALTIME : CLOCK_MONOTONIC, *time);
}

long wait_on(const FutexCall& futex, Key key) {
    if (load(futex.word) != static_cast<std::uint32_t>(futex.value)) return -EAGAIN;
    const std::int64_t deadline = deadline_of(futex);
    enlist(key);
    for (;;) {
        if (is_interrupted(deadline == control::kNoDeadline)) {
            withdraw();
            return -EINTR;
        }
        const Woken woken = doze_until_granted(deadline);
        if (woken != Woken::Signalled) return woken == Woken::Touched ? 0 : -ETIMEDOUT;
    }
}

long wake_some(Key key, long limit) {
    long count = 0;
    while (count < limit && grant_one(key) == 1) ++count;
    return count;
}

// Those who would be moved wake instead: a futex may wake in vain, and its users look again.
long wake_and_move(const FutexCall& futex, Key key) {
    return wake_some(key, futex.value) + wake_some(key, futex.timeout);
}

bool holds(std::uint32_t operation, std::uint32_t old) {
    const auto value = static_cast<std::int32_t>(old);
    const std::int32_t limit = static_cast<std::int32_t>(operation << 20) >> 20;
    switch ((operation >> 24) & 15) {
        case FUTEX_OP_CMP_EQ:
            return value == limit;
        case FUTEX_OP_CMP_NE:
            return value != limit;
        case FUTEX_OP_CMP_LT:
            return value < limit;
        case FUTEX_OP_CMP_LE:
            return value <= limit;
        case FUTEX_OP_CMP_GT:
            return value > limit;
        default:
            return value >= limit;
    }
}

// The kernel changes the second word; nobody sleeps there for it to wake.
long wake_by_operation(const FutexCall& futex, Key key) {
    const std::uint32_t old = load(futex.second_word);
    const long changed = raw_futex(futex);
    if (changed < 0) return changed;
    const long count = wake_some(key, futex.value);
    if (!holds(static_cast<std::uint32_t>(futex.third_value), old)) return count;
    return count + wake_some(key_of(futex, futex.second_word), futex.timeout);
}

// What libc does before and after a futex call of its own, up to the next, is not seen.
void note_unseen() {
    if (process.real_libc) also_touches(control::kAnyKey);
}

// Tried when chosen: a try that fails leaves a mark in the word, so that unlocking calls the
// kernel.
long lock_pi(const FutexCall& futex, Key key) {
    FutexCall attempt = futex;
    attempt.operation = FUTEX_TRYLOCK_PI | (futex.operation & FUTEX_PRIVATE_FLAG);
    attempt.timeout = 0;
    long result = -EAGAIN;
    try_when_chosen(control::Call::Futex, key, deadline_of(futex), [&] {
        also_touches(word_key(futex.word));
        note_unseen();
        result = raw_futex(attempt);
        return result != -EAGAIN;
    });
    return result == -EAGAIN ? -ETIMEDOUT : result;
}

long unlock_pi(const FutexCall& futex, Key key) {
    const long result = raw_futex(futex);
    touched(key);
    return result;
}

long run_at(const FutexCall& futex, Key key) {
    switch (futex.command()) {
        case FUTEX_WAIT:
        case FUTEX_WAIT_BITSET:
            return wait_on(futex, key);
        case FUTEX_WAKE:
            return wake_some(key, futex.value);
        case FUTEX_WAKE_BITSET:  // bits are not kept: whose do not match look again
            return grant_all(key);
        case FUTEX_WAKE_OP:
            return wake_by_operation(futex, key);
        case FUTEX_UNLOCK_PI:
            return unlock_pi(futex, key);
        case FUTEX_CMP_REQUEUE:
            if (load(futex.word) != static_cast<std::uint32_t>(futex.third_value)) return -EAGAIN;
            return wake_and_move(futex, key);
        default:  // FUTEX_REQUEUE
            return wake_and_move(futex, key);
    }
}

// Walked as the kernel does at a thread's end, which leaves a list without end at some entry.
constexpr int kRobustListLimit = 2048;

struct Heritage {
    const robust_list* entry;
    const std::uint32_t* word;
    bool inherits_priority;  // the lowest bit of the entry's address: then the kernel hands it on
};

Heritage heritage_of(const robust_list_head& head, const robust_list* marked) {
    const auto place = reinterpret_cast<std::uintptr_t>(marked);
    const auto* const entry = reinterpret_cast<const robust_list*>(place & ~std::uintptr_t{1});
    const auto* const word = reinterpret_cast<const std::uint32_t*>(
        reinterpret_cast<const char*>(entry) + head.futex_offset);
    return {entry, word, (place & 1) != 0};
}

}  // namespace

bool is_modelled(const FutexCall& futex) {
    switch (futex.command()) {
        case FUTEX_WAIT:
        case FUTEX_WAIT_BITSET:
        case FUTEX_WAKE:
        case FUTEX_WAKE_BITSET:
        case FUTEX_WAKE_OP:
        case FUTEX_REQUEUE:
        case FUTEX_CMP_REQUEUE:
        case FUTEX_LOCK_PI:
        case kLockPi2:
        case FUTEX_UNLOCK_PI:
            return true;
        default:
            return false;
    }
}

long run_futex(const FutexCall& futex) {
    const Key key = key_of(futex, futex.word);
    if (futex.command() == FUTEX_LOCK_PI || futex.command() == kLockPi2) {
        return lock_pi(futex, key);
    }
    point(control::Call::Futex, word_key(futex.word));
    note_unseen();
    const long result = run_at(futex, key);
    note_unseen();
    return result;
}

void wake_heirs(int tid) {
    STAGGER_REAL(syscall);
    robust_list_head* head = nullptr;
    std::size_t size = 0;
    if (real(SYS_get_robust_list, tid, &head, &size) != 0 || head == nullptr) return;
    const robust_list* entry = head->list.next;
    for (int i = 0; entry != &head->list && i < kRobustListLimit; ++i) {
        const Heritage left = heritage_of(*head, entry);
        if (!left.inherits_priority) wake_some(address_key(left.word), 1);
        entry = left.entry->next;
    }
    if (head->list_op_pending == nullptr) return;
    // What it was about to take or to give up. Of a mutex that is free again already, the one to
    // whom the wake-up would have gone is woken all the same.
    const Heritage pending = heritage_of(*head, head->list_op_pending);
    if (!pending.inherits_priority && load(pending.word) == 0) {
        wake_some(address_key(pending.word), 1);
    }
}

}  // namespace stagger::agent
