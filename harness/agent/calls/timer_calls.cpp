// SPDX-License-Identifier: Apache-2.0
//
// timerfd_*: modelled in virtual time. Timers that send signals stay the kernel's, in real time,
// and are remembered: while one may be under way nothing is a deadlock. Runs in the task that
// calls.
#include <poll.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "harness/agent/calls/timers.hpp"
#include "harness/agent/calls/tried.hpp"
#include "harness/agent/identity.hpp"
#include "harness/agent/real.hpp"
#include "harness/agent/virtual_time.hpp"

namespace stagger::agent {
namespace {

using control::Call;
using control::Key;
using control::kNoDeadline;
using control::TimerEntry;

constexpr std::int64_t kSecond = 1'000'000'000;

int real_settime(int descriptor, int flags, const itimerspec& times) {
    STAGGER_REAL(timerfd_settime);
    return real(descriptor, flags, &times, nullptr);
}

timespec timespec_of(std::int64_t ns) {
    return {static_cast<time_t>(ns / kSecond), static_cast<long>(ns % kSecond)};
}

bool is_valid(const timespec& time) {
    return time.tv_sec >= 0 && time.tv_nsec >= 0 && time.tv_nsec < kSecond;
}

bool is_zero(const timespec& time) {
    return time.tv_sec == 0 && time.tv_nsec == 0;
}

void make_timer(int descriptor, int clock) {
    if (process.segment == nullptr) return;
    const Key key = descriptor_key(descriptor);
    control::Registry& registry = process.segment->registry;
    TimerEntry* entry = find_timer(key);
    if (entry == nullptr && registry.timer_count == control::kMaxTimers) {
        registry.shortage = control::Shortage::Timers;
        return;
    }
    if (entry == nullptr) entry = &registry.timers[registry.timer_count++];
    *entry = {key, clock, false, kNoDeadline, 0, 0};
}

// Makes the descriptor readable. The kernel's timer is told a time that has passed; its interrupt
// may come a moment later.
void expire_really(int descriptor) {
    STAGGER_REAL(poll);
    const InAgent waiting;
    const itimerspec long_past{{0, 0}, {0, 1}};
    if (real_settime(descriptor, TFD_TIMER_ABSTIME, long_past) != 0) return;
    pollfd entry{descriptor, POLLIN, 0};
    while (real(&entry, 1, -1) == -1 && errno == EINTR) continue;
}

// What has passed of its time until now. True if it expired.
bool catch_up(TimerEntry& timer) {
    const std::int64_t late = self.execution().clock - timer.next;
    if (timer.next == kNoDeadline || late < 0) return false;
    const std::int64_t times = timer.interval == 0 ? 1 : 1 + late / timer.interval;
    timer.expirations += static_cast<std::uint64_t>(times);
    timer.next = timer.interval == 0 ? kNoDeadline : timer.next + times * timer.interval;
    return true;
}

// Of a process that has no descriptor of it, but an epoll object that watches it, nobody can say
// when it is ready.
void ring(TimerEntry& timer) {
    if (!catch_up(timer)) return;
    const int descriptor = find_descriptor(timer.key);
    descriptor >= 0 ? expire_really(descriptor) : note_outside_waker();
}

template <typename Visit>
void for_each_timer(const Key* keys, std::uint32_t count, Visit visit) {
    control::Registry& registry = self.segment->registry;
    for (std::uint32_t i = 0; i < registry.timer_count; ++i) {
        TimerEntry& timer = registry.timers[i];
        const Key* end = keys + count;
        const bool all = count > control::kMaxWaitKeys;
        if (all || std::find(keys, end, timer.key) != end) visit(timer);
    }
}

// How long until then and how often after, as timerfd_gettime tells.
itimerspec rest_of(const TimerEntry& timer) {
    if (timer.next == kNoDeadline) return {timespec_of(timer.interval), {}};
    return {timespec_of(timer.interval), timespec_of(timer.next - self.execution().clock)};
}

std::int64_t start_of_timer(const TimerEntry& timer, int flags, const timespec& value) {
    if (is_zero(value)) return kNoDeadline;
    if ((flags & TFD_TIMER_ABSTIME) == 0) return deadline_after(nanoseconds(value));
    return virtual_deadline(timer.clock, value);
}

int set_controlled(int descriptor, int flags, const itimerspec& times, itimerspec* old) {
    EngineCode engine;
    const Key key = descriptor_key(descriptor);
    point(Call::Write, key);
    TimerEntry* timer = find_timer(key);
    if (timer == nullptr || !is_valid(times.it_value) || !is_valid(times.it_interval)) {
        return settle(engine, real_settime(descriptor, flags, times));
    }
    catch_up(*timer);
    if (old != nullptr) *old = rest_of(*timer);
    const int result = settle(engine, real_settime(descriptor, 0, {}));  // takes the old one back
    timer->real = false;
    timer->expirations = 0;
    timer->next = start_of_timer(*timer, flags, times.it_value);
    timer->interval = is_zero(times.it_value) ? 0 : nanoseconds(times.it_interval);
    touched(key);
    return result;
}

// A signal that the kernel will send by itself, if `armed`.
void note_signal(bool armed) {
    if (armed && controlled()) note_outside_waker();
}

}  // namespace

TimerEntry* find_timer(Key key) {
    control::Registry& registry = process.segment->registry;
    for (std::uint32_t i = 0; i < registry.timer_count; ++i) {
        if (registry.timers[i].key == key) return &registry.timers[i];
    }
    return nullptr;
}

bool is_real_timer(Key key) {
    const TimerEntry* timer = find_timer(key);
    return timer != nullptr && timer->real;
}

void ring_timers(const Key* keys, std::uint32_t count) {
    for_each_timer(keys, count, ring);
}

std::int64_t next_ring(const Key* keys, std::uint32_t count) {
    std::int64_t next = kNoDeadline;
    for_each_timer(keys, count,
                   [&](const TimerEntry& timer) { next = std::min(next, timer.next); });
    return next;
}

ssize_t read_timer(int descriptor, void* buffer, std::size_t size) {
    STAGGER_REAL(read);
    const Key key = descriptor_key(descriptor);
    const bool patient = may_wait(descriptor, Direction::In);
    const CancellationPoint here;
    patient ? point(Call::Read, key) : spinning_point(Call::Read, key);
    for (;;) {
        TimerEntry& timer = *find_timer(key);
        ring_timers(&key, 1);
        if (timer.expirations > 0 || !patient || size < sizeof(timer.expirations)) break;
        wait_for(&key, 1, timer.next);
    }
    const ssize_t result = real(descriptor, buffer, size);
    if (result != sizeof(std::uint64_t)) return result;
    TimerEntry& timer = *find_timer(key);
    std::memcpy(buffer, &timer.expirations, sizeof(timer.expirations));
    timer.expirations = 0;
    touched(key);
    return result;
}

}  // namespace stagger::agent

using namespace stagger::agent;

STAGGER_INTERCEPTED int timerfd_create(clockid_t clock, int flags) noexcept {
    STAGGER_REAL(timerfd_create);
    const int descriptor = real(clock, flags);
    if (descriptor < 0) return descriptor;
    remember_descriptor(descriptor, new_id());
    make_timer(descriptor, clock);
    return descriptor;
}

STAGGER_INTERCEPTED int timerfd_settime(int descriptor, int flags, const itimerspec* times,
                                        itimerspec* old) noexcept {
    STAGGER_REAL(timerfd_settime);
    if (controlled() && times != nullptr) return set_controlled(descriptor, flags, *times, old);
    const bool known = process.segment != nullptr && !process.segment->free.on;
    if (TimerEntry* timer = known ? find_timer(descriptor_key(descriptor)) : nullptr) {
        timer->real = true;
    }
    return real(descriptor, flags, times, old);
}

STAGGER_INTERCEPTED int timerfd_gettime(int descriptor, itimerspec* times) noexcept {
    STAGGER_REAL(timerfd_gettime);
    if (!controlled()) return real(descriptor, times);
    EngineCode engine;
    const Key key = descriptor_key(descriptor);
    point(stagger::control::Call::Poll, key);
    TimerEntry* timer = find_timer(key);
    if (timer == nullptr || timer->real) return settle(engine, real(descriptor, times));
    ring_timers(&key, 1);
    *times = rest_of(*timer);
    return 0;
}

// These send signals in real time. When nobody can go on, they may be what is waited for.
STAGGER_INTERCEPTED unsigned alarm(unsigned seconds) noexcept {
    STAGGER_REAL(alarm);
    note_signal(seconds != 0);
    return real(seconds);
}

STAGGER_INTERCEPTED useconds_t ualarm(useconds_t value, useconds_t interval) noexcept {
    STAGGER_REAL(ualarm);
    note_signal(value != 0);
    return real(value, interval);
}

STAGGER_INTERCEPTED int setitimer(__itimer_which_t which, const itimerval* wanted,
                                  itimerval* old) noexcept {
    STAGGER_REAL(setitimer);
    note_signal(wanted != nullptr);
    return real(which, wanted, old);
}

STAGGER_INTERCEPTED int timer_settime(timer_t timer, int flags, const itimerspec* times,
                                      itimerspec* old) noexcept {
    STAGGER_REAL(timer_settime);
    note_signal(times != nullptr);
    return real(timer, flags, times, old);
}
