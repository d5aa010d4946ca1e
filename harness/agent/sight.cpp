// SPDX-License-Identifier: Apache-2.0
#include "harness/agent/sight.hpp"

#include <sched.h>

#include <cstring>

#include "harness/agent/point.hpp"
#include "harness/agent/real.hpp"
#include "harness/agent/thread_file.hpp"

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
    char text[512];
    if (!read_thread_file(pid, tid, "stat", text, sizeof(text))) return kNoThread;
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
