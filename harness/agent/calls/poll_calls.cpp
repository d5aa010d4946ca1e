// SPDX-License-Identifier: Apache-2.0
//
// poll and select: asked with a time-out of 0 when chosen; else the task waits for the keys of all
// descriptors, and its time-out passes in virtual time. Asking for 0 again and again is spinning.
// Runs in the task that calls. poll(2), select(2).
#include <poll.h>
#include <sys/select.h>

#include <cerrno>
#include <csignal>

#include "harness/agent/calls/messages.hpp"
#include "harness/agent/calls/tried.hpp"
#include "harness/agent/calls/watched.hpp"
#include "harness/agent/real.hpp"
#include "harness/agent/virtual_time.hpp"

namespace stagger::agent {
namespace {

using control::Call;

int poll_controlled(pollfd* entries, nfds_t count, std::int64_t ns, const sigset_t* mask) {
    STAGGER_REAL(ppoll);
    const auto watch = [&] {
        Watched watched;
        if (mask != nullptr) watched.add_any();  // a signal that only this call lets in
        for (nfds_t i = 0; i < count; ++i) {
            const bool in = (entries[i].events & (POLLIN | POLLPRI | POLLRDHUP)) != 0;
            watched.add(entries[i].fd, in, (entries[i].events & POLLOUT) != 0);
        }
        return watched;
    };
    return ask_when_chosen(watch, ns, [&] {
        const timespec zero{};
        return real(entries, count, &zero, mask);
    });
}

struct Sets {
    fd_set in, out, error;
};

// The sets are both question and answer, so each try asks with copies.
int select_controlled(int count, fd_set* in, fd_set* out, fd_set* error, std::int64_t ns,
                      const sigset_t* mask) {
    STAGGER_REAL(pselect);
    Sets asked{};
    if (in != nullptr) asked.in = *in;
    if (out != nullptr) asked.out = *out;
    if (error != nullptr) asked.error = *error;
    const auto watch = [&] {
        Watched watched;
        if (mask != nullptr) watched.add_any();
        for (int fd = 0; fd < count && fd < FD_SETSIZE; ++fd) {
            const bool reads = FD_ISSET(fd, &asked.in) || FD_ISSET(fd, &asked.error);
            const bool writes = FD_ISSET(fd, &asked.out);
            if (reads || writes) watched.add(fd, reads, writes);
        }
        return watched;
    };
    return ask_when_chosen(watch, ns, [&] {
        const timespec zero{};
        if (in != nullptr) *in = asked.in;
        if (out != nullptr) *out = asked.out;
        if (error != nullptr) *error = asked.error;
        return real(count, in, out, error, &zero, mask);
    });
}

bool is_valid(const timespec& time) {
    return time.tv_sec >= 0 && time.tv_nsec >= 0 && time.tv_nsec < 1'000'000'000;
}

constexpr std::int64_t kForever = -1;

}  // namespace
}  // namespace stagger::agent

using namespace stagger::agent;

STAGGER_INTERCEPTED int poll(pollfd* entries, nfds_t count, int milliseconds) {
    STAGGER_REAL(poll);
    if (!controlled()) return real(entries, count, milliseconds);
    EngineCode engine;
    const std::int64_t ns = std::int64_t{milliseconds} * 1'000'000;
    return settle(engine, poll_controlled(entries, count, ns, nullptr));
}

STAGGER_INTERCEPTED int ppoll(pollfd* entries, nfds_t count, const timespec* timeout,
                              const sigset_t* mask) {
    STAGGER_REAL(ppoll);
    if (!controlled()) return real(entries, count, timeout, mask);
    EngineCode engine;
    if (timeout != nullptr && !is_valid(*timeout)) return engine.fail(EINVAL);
    const std::int64_t ns = timeout != nullptr ? nanoseconds(*timeout) : kForever;
    return settle(engine, poll_controlled(entries, count, ns, mask));
}

STAGGER_INTERCEPTED int pselect(int count, fd_set* in, fd_set* out, fd_set* error,
                                const timespec* timeout, const sigset_t* mask) {
    STAGGER_REAL(pselect);
    if (!controlled()) return real(count, in, out, error, timeout, mask);
    EngineCode engine;
    if (timeout != nullptr && !is_valid(*timeout)) return engine.fail(EINVAL);
    const std::int64_t ns = timeout != nullptr ? nanoseconds(*timeout) : kForever;
    return settle(engine, select_controlled(count, in, out, error, ns, mask));
}

// Linux writes back how much of the time-out is left.
STAGGER_INTERCEPTED int select(int count, fd_set* in, fd_set* out, fd_set* error,
                               timeval* timeout) {
    STAGGER_REAL(select);
    if (!controlled()) return real(count, in, out, error, timeout);
    EngineCode engine;
    std::int64_t ns = kForever;
    if (timeout != nullptr) {
        if (timeout->tv_sec < 0 || timeout->tv_usec < 0) return engine.fail(EINVAL);
        ns = nanoseconds({timeout->tv_sec, 0}) + timeout->tv_usec * 1000;
    }
    const std::int64_t start = self.execution().clock;
    const int result = settle(engine, select_controlled(count, in, out, error, ns, nullptr));
    if (timeout != nullptr) {
        const std::int64_t passed = self.execution().clock - start;
        const std::int64_t left = passed < ns ? ns - passed : 0;
        *timeout = {left / 1'000'000'000, left % 1'000'000'000 / 1000};
    }
    return result;
}

STAGGER_INTERCEPTED int __poll_chk(pollfd* entries, nfds_t count, int milliseconds, std::size_t) {
    return poll(entries, count, milliseconds);
}

STAGGER_INTERCEPTED int __ppoll_chk(pollfd* entries, nfds_t count, const timespec* timeout,
                                    const sigset_t* mask, std::size_t) {
    return ppoll(entries, count, timeout, mask);
}
