// SPDX-License-Identifier: Apache-2.0
#include "harness/agent/sight.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "harness/agent/point.hpp"
#include "harness/agent/real.hpp"

namespace stagger::agent {
namespace {

using control::Sight;

void give_way() {
    STAGGER_REAL(sched_yield);
    real();
}

void settle(control::TaskIndex task) {
    control::TaskSlot& slot = self.segment->tasks[task];
    for (;;) {
        if (slot.sight.load(std::memory_order_acquire) == Sight::Returned) {
            control::regain_sight(*self.segment, task);
            return;
        }
        const char state = thread_state(slot.pid, slot.tid);
        // Returned is stored before the task sleeps for its token: look again after the state.
        const bool back = slot.sight.load(std::memory_order_acquire) == Sight::Returned;
        if (!back && state != 'R' && state != 'D') return;
        if (!back) give_way();
    }
}

}  // namespace

char thread_state(int pid, int tid) {
    char path[64], text[512];
    std::snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, tid);
    const int file = ::open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return kNoThread;
    const ssize_t size = ::read(file, text, sizeof(text) - 1);
    ::close(file);
    if (size <= 0) return kNoThread;
    text[size] = '\0';
    const char* end_of_name = std::strrchr(text, ')');
    return end_of_name != nullptr ? end_of_name[2] : kNoThread;
}

void rejoin() {
    self.slot().sight.store(Sight::Returned, std::memory_order_release);
    await_token();
}

void settle_sleepers() {
    for (control::TaskMask rest = self.execution().out_of_sight; rest != 0; rest &= rest - 1) {
        settle(control::lowest(rest));
    }
}

}  // namespace stagger::agent
