// SPDX-License-Identifier: Apache-2.0
//
// Clocks and sleeps in virtual time. Each look at a clock moves it a little, or a loop that waits
// for a deadline would never end. Runs in the task that calls. clock_gettime(2), nanosleep(2).
#include <sched.h>
#include <sys/time.h>
#include <sys/times.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "harness/agent/agent.hpp"
#include "harness/agent/fault.hpp"
#include "harness/agent/point.hpp"
#include "harness/agent/real.hpp"
#include "harness/agent/virtual_time.hpp"

namespace stagger::agent {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
// What clocks show when an execution starts: 2001-09-09 for the calendar, 1000 s after boot.
constexpr std::int64_t kCalendarStart = 1'000'000'000 * kSecond;
constexpr std::int64_t kMonotonicStart = 1'000 * kSecond;
constexpr std::int64_t kLookNs = 50'000;

bool is_calendar(clockid_t clock) {
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

std::int64_t start_of(clockid_t clock) {
    if (!is_calendar(clock)) return kMonotonicStart;
    return kCalendarStart + self.execution().faults.wall_offset;
}

// A fault: somebody sets the machine's clock just before this look at it.
void step_calendar() {
    constexpr std::int64_t kSteps[] = {3600 * kSecond, -3600 * kSecond, kSecond, -kSecond};
    const auto variant = struck_by(FaultKind::Clock);
    if (!variant) return;
    self.execution().faults.wall_offset += kSteps[*variant % std::size(kSteps)];
    also_touches(control::kClockKey);
}

timespec look_at(clockid_t clock) {
    control::advance_clock(*self.segment, kLookNs);
    spinning_point(control::Call::Clock, control::kClockKey);
    if (is_calendar(clock)) step_calendar();
    const std::int64_t now = start_of(clock) + self.execution().clock;
    return {static_cast<time_t>(now / kSecond), static_cast<long>(now % kSecond)};
}

// How much of it is left; more than nothing where a signal ended it.
std::int64_t sleep_controlled(std::int64_t ns) {
    const CancellationPoint here;
    point(control::Call::Sleep, control::kSleepKey);
    if (is_interrupted(false)) return ns;
    const std::int64_t end = std::min(deadline_after(ns), control::kNoDeadline - 1);
    if (wait_for(nullptr, 0, end) != Woken::Signalled) return 0;
    return std::max<std::int64_t>(end - self.execution().clock, 1);
}

timespec timespec_of(std::int64_t ns) {
    return {static_cast<time_t>(ns / kSecond), static_cast<long>(ns % kSecond)};
}

bool is_valid(const timespec& time) {
    return time.tv_sec >= 0 && time.tv_nsec >= 0 && time.tv_nsec < kSecond;
}

}  // namespace

std::int64_t nanoseconds(const timespec& time) {
    constexpr std::int64_t kLongest = control::kNoDeadline / kSecond - 1;
    if (time.tv_sec >= kLongest) return control::kNoDeadline - 1;
    return time.tv_sec * kSecond + time.tv_nsec;
}

std::int64_t virtual_deadline(clockid_t clock, const timespec& time) {
    return nanoseconds(time) - start_of(clock);
}

std::int64_t deadline_after(std::int64_t ns) {
    const std::int64_t now = self.execution().clock;
    return ns < 0 || ns >= control::kNoDeadline - now ? control::kNoDeadline : now + ns;
}

}  // namespace stagger::agent

using namespace stagger::agent;

STAGGER_INTERCEPTED int clock_gettime(clockid_t clock, timespec* time) noexcept {
    if (!controlled()) {
        STAGGER_REAL(clock_gettime);
        return real(clock, time);
    }
    EngineCode engine;
    *time = look_at(clock);
    return 0;
}

STAGGER_INTERCEPTED int gettimeofday(timeval* time, void* zone) noexcept {
    if (!controlled()) {
        STAGGER_REAL(gettimeofday);
        return real(time, zone);
    }
    EngineCode engine;
    const timespec now = look_at(CLOCK_REALTIME);
    *time = {now.tv_sec, now.tv_nsec / 1000};
    return 0;
}

STAGGER_INTERCEPTED time_t time(time_t* result) noexcept {
    if (!controlled()) {
        STAGGER_REAL(time);
        return real(result);
    }
    EngineCode engine;
    const time_t now = look_at(CLOCK_REALTIME).tv_sec;
    if (result != nullptr) *result = now;
    return now;
}

// The processor's time is the execution's, too: how much of it a task takes differs from run to
// run.
STAGGER_INTERCEPTED clock_t clock() noexcept {
    if (!controlled()) {
        STAGGER_REAL(clock);
        return real();
    }
    EngineCode engine;
    look_at(CLOCK_PROCESS_CPUTIME_ID);
    return self.execution().clock / (kSecond / CLOCKS_PER_SEC);
}

STAGGER_INTERCEPTED clock_t times(tms* used) noexcept {
    if (!controlled()) {
        STAGGER_REAL(times);
        return real(used);
    }
    EngineCode engine;
    look_at(CLOCK_PROCESS_CPUTIME_ID);
    const clock_t now = self.execution().clock / (kSecond / sysconf(_SC_CLK_TCK));
    if (used != nullptr) *used = {now, 0, 0, 0};
    return now;
}

STAGGER_INTERCEPTED int nanosleep(const timespec* request, timespec* remaining) {
    if (!controlled()) {
        STAGGER_REAL(nanosleep);
        return real(request, remaining);
    }
    EngineCode engine;
    if (!is_valid(*request)) return engine.fail(EINVAL);
    const std::int64_t left = sleep_controlled(nanoseconds(*request));
    if (left == 0) return 0;
    if (remaining != nullptr) *remaining = timespec_of(left);
    return engine.fail(EINTR);
}

STAGGER_INTERCEPTED int clock_nanosleep(clockid_t clock, int flags, const timespec* request,
                                        timespec* remaining) {
    if (!controlled()) {
        STAGGER_REAL(clock_nanosleep);
        return real(clock, flags, request, remaining);
    }
    EngineCode engine;
    if (!is_valid(*request)) return EINVAL;
    if ((flags & TIMER_ABSTIME) == 0) {
        const std::int64_t left = sleep_controlled(nanoseconds(*request));
        if (left != 0 && remaining != nullptr) *remaining = timespec_of(left);
        return left == 0 ? 0 : EINTR;
    }
    const std::int64_t rest = virtual_deadline(clock, *request) - self.execution().clock;
    return sleep_controlled(rest > 0 ? rest : 0) == 0 ? 0 : EINTR;
}

STAGGER_INTERCEPTED int usleep(useconds_t microseconds) {
    if (!controlled()) {
        STAGGER_REAL(usleep);
        return real(microseconds);
    }
    EngineCode engine;
    return sleep_controlled(std::int64_t{microseconds} * 1000) == 0 ? 0 : engine.fail(EINTR);
}

STAGGER_INTERCEPTED unsigned sleep(unsigned seconds) {
    if (!controlled()) {
        STAGGER_REAL(sleep);
        return real(seconds);
    }
    EngineCode engine;
    const std::int64_t left = sleep_controlled(std::int64_t{seconds} * kSecond);
    return static_cast<unsigned>((left + kSecond - 1) / kSecond);
}

STAGGER_INTERCEPTED int sched_yield() noexcept {
    if (!controlled()) {
        STAGGER_REAL(sched_yield);
        return real();
    }
    EngineCode engine;
    stagger::control::yield(*self.segment, self.index);
    point(stagger::control::Call::Yield, stagger::control::kNoKey);
    return 0;
}
