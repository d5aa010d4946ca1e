// SPDX-License-Identifier: Apache-2.0
//
// The futex calls that locks made by hand need, over words in memory that processes share, and such
// memory without a name. For backends; called in every process. futex(2).
#pragma once

#include <errno.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>

#include "plugins/memory/region.hpp"

namespace stagger::memory {

using Word = std::atomic<std::uint32_t>;

// Sleeps while the word is `expected`, or for no reason at all. False once the deadline has passed.
inline bool futex_wait(Word& word, std::uint32_t expected, plugin::Deadline deadline) {
    const timespec time = deadline.time();
    const long failed =
        syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, expected, deadline.never() ? nullptr : &time,
                nullptr, FUTEX_BITSET_MATCH_ANY);
    if (failed == 0 || errno == EAGAIN || errno == EINTR) return true;
    if (errno != ETIMEDOUT) plugin::fail_system("futex(FUTEX_WAIT_BITSET)", errno);
    return false;
}

inline void futex_wake(Word& word, int most) {
    syscall(SYS_futex, &word, FUTEX_WAKE, most, nullptr, nullptr, 0);
}

// A region that the host makes before it forks: every process has it, at the same address.
class InheritedMemory {
public:
    InheritedMemory()
        : base_(mmap(nullptr, kRegionSize, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {
        if (base_ == MAP_FAILED) plugin::fail_system("mmap of 64 MiB", errno);
    }
    ~InheritedMemory() { munmap(base_, kRegionSize); }
    InheritedMemory(const InheritedMemory&) = delete;
    InheritedMemory& operator=(const InheritedMemory&) = delete;

    void* base() const { return base_; }

private:
    void* const base_;
};

}  // namespace stagger::memory
