// SPDX-License-Identifier: Apache-2.0
//
// epoll: asked with a time-out of 0 when chosen; else the task waits for the keys of what this
// process has added, and of the epoll object itself. Runs in the task that calls. epoll(7).
#include <sys/epoll.h>

#include "harness/agent/calls/tried.hpp"
#include "harness/agent/calls/watched.hpp"
#include "harness/agent/identity.hpp"
#include "harness/agent/real.hpp"

namespace stagger::agent {
namespace {

using control::Call;
using control::Key;

constexpr int kMaxAdded = 512;

// What was added to which epoll object. One that is not taken out, because closing did that, only
// wakes in vain.
struct Added {
    Key epoll;
    int descriptor;
    bool in, out;
};
Added added[kMaxAdded];
int added_count = 0;
bool forgot_some = false;  // then any touch must wake

void take_out(Key epoll, int descriptor) {
    for (int i = added_count - 1; i >= 0; --i) {
        if (added[i].epoll == epoll && added[i].descriptor == descriptor) {
            added[i] = added[--added_count];
        }
    }
}

void note_control(Key epoll, int operation, int descriptor, const epoll_event* event) {
    take_out(epoll, descriptor);
    if (operation == EPOLL_CTL_DEL || event == nullptr) return;
    if (added_count == kMaxAdded) {
        forgot_some = true;
        return;
    }
    const bool in = (event->events & (EPOLLIN | EPOLLPRI | EPOLLRDHUP)) != 0;
    added[added_count++] = {epoll, descriptor, in, (event->events & EPOLLOUT) != 0};
}

int wait_controlled(int epoll, epoll_event* events, int count, std::int64_t ns,
                    const sigset_t* mask) {
    STAGGER_REAL(epoll_pwait);
    EngineCode engine;
    const Key key = descriptor_key(epoll);
    Watched watched;
    watched.add_key(key);
    for (int i = 0; i < added_count; ++i) {
        if (added[i].epoll == key) watched.add(added[i].descriptor, added[i].in, added[i].out);
    }
    if (forgot_some) watched.add_any();
    return settle(
        engine, ask_when_chosen(watched, ns, [&] { return real(epoll, events, count, 0, mask); }));
}

}  // namespace
}  // namespace stagger::agent

using namespace stagger::agent;

STAGGER_INTERCEPTED int epoll_create1(int flags) noexcept {
    STAGGER_REAL(epoll_create1);
    const int epoll = real(flags);
    if (epoll >= 0) remember_descriptor(epoll, new_id());
    return epoll;
}

STAGGER_INTERCEPTED int epoll_create(int size) noexcept {
    STAGGER_REAL(epoll_create);
    const int epoll = real(size);
    if (epoll >= 0) remember_descriptor(epoll, new_id());
    return epoll;
}

STAGGER_INTERCEPTED int epoll_ctl(int epoll, int operation, int descriptor,
                                  epoll_event* event) noexcept {
    STAGGER_REAL(epoll_ctl);
    const Key key = descriptor_key(epoll);
    const auto change = [&] {
        const int result = real(epoll, operation, descriptor, event);
        if (result == 0) note_control(key, operation, descriptor, event);
        return result;
    };
    if (!controlled()) return change();
    EngineCode engine;
    point(Call::Poll, key);
    const int result = settle(engine, change());
    touched(key);
    return result;
}

STAGGER_INTERCEPTED int epoll_wait(int epoll, epoll_event* events, int count, int milliseconds) {
    STAGGER_REAL(epoll_wait);
    if (!controlled()) return real(epoll, events, count, milliseconds);
    return wait_controlled(epoll, events, count, std::int64_t{milliseconds} * 1'000'000, nullptr);
}

STAGGER_INTERCEPTED int epoll_pwait(int epoll, epoll_event* events, int count, int milliseconds,
                                    const sigset_t* mask) {
    STAGGER_REAL(epoll_pwait);
    if (!controlled()) return real(epoll, events, count, milliseconds, mask);
    return wait_controlled(epoll, events, count, std::int64_t{milliseconds} * 1'000'000, mask);
}

STAGGER_INTERCEPTED int epoll_pwait2(int epoll, epoll_event* events, int count,
                                     const timespec* timeout, const sigset_t* mask) {
    STAGGER_REAL(epoll_pwait2);
    if (!controlled()) return real(epoll, events, count, timeout, mask);
    const std::int64_t ns = timeout != nullptr ? nanoseconds(*timeout) : -1;
    return wait_controlled(epoll, events, count, ns, mask);
}
