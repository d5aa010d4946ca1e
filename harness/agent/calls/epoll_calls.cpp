// SPDX-License-Identifier: Apache-2.0
//
// epoll: asked with a time-out of 0 when chosen; else the task waits for the keys of what was
// added, and of the epoll object itself. Runs in the task that calls. epoll(7).
#include <poll.h>
#include <sys/epoll.h>

#include "harness/agent/calls/epoll_members.hpp"
#include "harness/agent/calls/tried.hpp"
#include "harness/agent/calls/watched.hpp"
#include "harness/agent/identity.hpp"
#include "harness/agent/real.hpp"

namespace stagger::agent {
namespace {

using control::Call;
using control::Key;

void note_control(Key epoll, int operation, int descriptor, const epoll_event* event) {
    if (operation == EPOLL_CTL_DEL || event == nullptr) return remove_from_epoll(epoll, descriptor);
    const bool in = (event->events & (EPOLLIN | EPOLLPRI | EPOLLRDHUP)) != 0;
    add_to_epoll(epoll, descriptor, in, (event->events & EPOLLOUT) != 0);
}

int remember_epoll(int epoll) {
    if (epoll < 0) return epoll;
    remember_descriptor(epoll, new_id());
    begin_epoll(descriptor_key(epoll));
    return epoll;
}

// -1 with EINTR if a signal has come that `mask` lets in; its handler has run then. Otherwise 0.
int let_signals_in(const sigset_t* mask) {
    STAGGER_REAL(ppoll);
    const timespec zero{};
    return real(nullptr, 0, &zero, mask);
}

int wait_controlled(int epoll, epoll_event* events, int count, std::int64_t ns,
                    const sigset_t* mask) {
    STAGGER_REAL(epoll_pwait);
    EngineCode engine;
    const auto watch = [&] {
        Watched watched;
        watched.add(epoll, true, false);
        if (mask != nullptr) watched.add_any();  // a signal that only this call lets in
        return watched;
    };
    // With a time-out of 0 the kernel lets no signal in, as it would before it sleeps.
    const auto ask = [&] {
        const int ready = real(epoll, events, count, 0, mask);
        return ready == 0 && ns != 0 && mask != nullptr ? let_signals_in(mask) : ready;
    };
    return settle(engine, ask_when_chosen(watch, ns, ask));
}

}  // namespace
}  // namespace stagger::agent

using namespace stagger::agent;

STAGGER_INTERCEPTED int epoll_create1(int flags) noexcept {
    STAGGER_REAL(epoll_create1);
    return remember_epoll(real(flags));
}

STAGGER_INTERCEPTED int epoll_create(int size) noexcept {
    STAGGER_REAL(epoll_create);
    return remember_epoll(real(size));
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
