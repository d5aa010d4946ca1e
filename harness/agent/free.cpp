// SPDX-License-Identifier: Apache-2.0
#include "harness/agent/free.hpp"

#include <cerrno>
#include <ctime>

#include "harness/agent/point.hpp"

namespace stagger::agent {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kNapNs = 50'000;
// Below that a sleep would be much longer than asked for.
constexpr std::int64_t kShortestSleepNs = 150'000;

void spin(std::int64_t ns) {
    const std::int64_t end = control::monotonic_now() + ns;
    while (control::monotonic_now() < end) continue;
}

void sleep_really(std::int64_t ns) {
    timespec rest{static_cast<time_t>(ns / kNsPerSecond), static_cast<long>(ns % kNsPerSecond)};
    while (nanosleep(&rest, &rest) != 0 && errno == EINTR) continue;
}

void delay() {
    const std::int64_t ns = control::delay_here(*self.segment, self.index);
    if (ns == 0) return;
    ns < kShortestSleepNs ? spin(ns) : pause_for(ns);
}

}  // namespace

void delay_call() {
    EngineCode engine;
    delay();
}

void delay_point() {
    delay();
}

void pause_for(std::int64_t ns) {
    const InAgent pausing;
    sleep_really(ns);
}

bool nap_until(std::int64_t deadline) {
    sleep_really(kNapNs);
    return control::monotonic_now() - self.segment->free.start < deadline;
}

void await_ends(control::TaskMask tasks) {
    for (;;) {
        {
            const control::FreeLock lock(*self.segment);
            if ((tasks & ~self.execution().ended) == 0) return;
        }
        sleep_really(kNapNs);
    }
}

bool nap_beside_others() {
    {
        const control::FreeLock lock(*self.segment);
        if ((self.execution().ready & ~control::bit(self.index)) == 0) return false;
    }
    sleep_really(kNapNs);
    return true;
}

void leave_free() {
    const control::TaskIndex next = control::end_free(*self.segment, self.index);
    if (next != self.index) hand_over_and_leave(next);
}

}  // namespace stagger::agent
