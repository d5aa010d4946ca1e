// SPDX-License-Identifier: Apache-2.0
//
// Descriptors are born, copied and closed. The ids are kept always, so that an object made before
// the tasks start is known to them; only what others can notice is a point: closing, since readers
// then see the end. Runs in the task that calls. pipe(2), dup(2), close(2).
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>

#include "harness/agent/calls/epoll_members.hpp"
#include "harness/agent/calls/file_lock.hpp"
#include "harness/agent/calls/tried.hpp"
#include "harness/agent/fault.hpp"
#include "harness/agent/identity.hpp"
#include "harness/agent/point.hpp"
#include "harness/agent/real.hpp"

using namespace stagger::agent;
using stagger::control::Call;

namespace {

int remember_new(int descriptor) {
    if (descriptor >= 0) remember_descriptor(descriptor, new_id());
    return descriptor;
}

// Both ends of a pipe or of a pair have one id: what happens at one end the other may wait for.
int remember_both(int result, const int (&ends)[2]) {
    if (result != 0) return result;
    const std::uint64_t id = new_id();
    remember_descriptor(ends[0], id);
    remember_descriptor(ends[1], id);
    return result;
}

int remember_copy(int from, int copy) {
    if (copy < 0 || copy == from) return copy;
    note_epoll_closed(copy);  // what had that number before
    copy_descriptor(from, copy);
    return copy;
}

// Closes in one step, by close itself or by a dup over the descriptor, and tells those who wait.
template <typename Close>
int close_controlled(int descriptor, Close close_really) {
    EngineCode engine;
    const auto key = descriptor_key(descriptor);
    const auto locks = file_lock_key(descriptor);
    point(Call::Close, key);
    const int result = settle(engine, close_really());
    touched(key);
    touched(locks);  // fcntl: closing any descriptor of a file drops all locks of the process on it
    return result;
}

template <typename Real>
int close_known(int descriptor, Real real) {
    const auto close_really = [&] {
        note_epoll_closed(descriptor);
        forget_descriptor(descriptor);
        return real();
    };
    return controlled() ? close_controlled(descriptor, close_really) : close_really();
}

}  // namespace

STAGGER_INTERCEPTED int pipe(int ends[2]) noexcept {
    STAGGER_REAL(pipe);
    if (has_no_descriptor_left()) return -1;
    return remember_both(real(ends), *reinterpret_cast<const int(*)[2]>(ends));
}

STAGGER_INTERCEPTED int pipe2(int ends[2], int flags) noexcept {
    STAGGER_REAL(pipe2);
    if (has_no_descriptor_left()) return -1;
    return remember_both(real(ends, flags), *reinterpret_cast<const int(*)[2]>(ends));
}

STAGGER_INTERCEPTED int socketpair(int domain, int type, int protocol, int ends[2]) noexcept {
    STAGGER_REAL(socketpair);
    if (has_no_descriptor_left()) return -1;
    return remember_both(real(domain, type, protocol, ends),
                         *reinterpret_cast<const int(*)[2]>(ends));
}

STAGGER_INTERCEPTED int socket(int domain, int type, int protocol) noexcept {
    STAGGER_REAL(socket);
    if (has_no_descriptor_left()) return -1;
    return remember_new(real(domain, type, protocol));
}

STAGGER_INTERCEPTED int eventfd(unsigned initial, int flags) noexcept {
    STAGGER_REAL(eventfd);
    if (has_no_descriptor_left()) return -1;
    return remember_new(real(initial, flags));
}

STAGGER_INTERCEPTED int dup(int descriptor) noexcept {
    STAGGER_REAL(dup);
    if (has_no_descriptor_left()) return -1;
    return remember_copy(descriptor, real(descriptor));
}

STAGGER_INTERCEPTED int dup2(int descriptor, int target) noexcept {
    STAGGER_REAL(dup2);
    if (!controlled()) return remember_copy(descriptor, real(descriptor, target));
    return close_controlled(target,
                            [&] { return remember_copy(descriptor, real(descriptor, target)); });
}

STAGGER_INTERCEPTED int dup3(int descriptor, int target, int flags) noexcept {
    STAGGER_REAL(dup3);
    if (!controlled()) return remember_copy(descriptor, real(descriptor, target, flags));
    return close_controlled(
        target, [&] { return remember_copy(descriptor, real(descriptor, target, flags)); });
}

STAGGER_INTERCEPTED int close(int descriptor) {
    STAGGER_REAL(close);
    return close_known(descriptor, [&] { return real(descriptor); });
}

// What is left in the stream's buffer is written by it too.
STAGGER_INTERCEPTED int fclose(FILE* stream) {
    STAGGER_REAL(fclose);
    return close_known(fileno(stream), [&] { return real(stream); });
}
