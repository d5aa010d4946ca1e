// SPDX-License-Identifier: Apache-2.0
//
// Calls on descriptors in the first of the three ways: made when the task is chosen, in a form that
// does not block; where they would have to wait, the task waits for the descriptor's key. Runs in
// the task that calls. Private to the agent.
#pragma once

#include <pthread.h>

#include <cerrno>
#include <cstdint>

#include "harness/agent/fault.hpp"
#include "harness/agent/identity.hpp"
#include "harness/agent/point.hpp"

namespace stagger::agent {

enum class Direction : std::uint8_t { In, Out };

struct DescriptorCall {
    control::Call call;
    int descriptor;
    Direction direction;
    control::Key key;   // what it waits for, and what it changes
    bool once = false;  // the caller asked not to wait, by MSG_DONTWAIT or the like
    bool disk = false;  // what it writes takes room on a disk
};

// True if a call in that direction returns at once, if only to fail.
bool is_ready(int descriptor, Direction direction);

// False if the description was made O_NONBLOCK, or is not open in that direction.
bool may_wait(int descriptor, Direction direction);

// When SO_RCVTIMEO or SO_SNDTIMEO end a wait that begins now; of other descriptors never.
std::int64_t patience_of(int descriptor, Direction direction);

// A fault: there is no room for what the call writes; why not is in errno.
bool is_found_full(const DescriptorCall& call, bool patient);

// After a call that may have slept after all, and lost the token meanwhile; keeps errno.
void regain_token();

// `attempt` is told whether the call may wait; it must not, and fails with EAGAIN instead.
template <typename Attempt>
auto try_descriptor(const DescriptorCall& call, Attempt attempt) {
    const CancellationPoint here;
    const bool patient = !call.once && may_wait(call.descriptor, call.direction);
    patient ? point(call.call, call.key) : spinning_point(call.call, call.key);
    if (is_found_full(call, patient)) return decltype(attempt(patient)){-1};
    auto result = attempt(patient);
    if (patient && result == -1 && errno == EAGAIN) {
        const std::int64_t deadline = patience_of(call.descriptor, call.direction);
        Woken woken = Woken::Touched;
        do {
            if (is_interrupted(deadline == control::kNoDeadline)) {
                errno = EINTR;
                break;
            }
            woken = wait_for(&call.key, 1, deadline);
            result = attempt(patient);
        } while (woken != Woken::TimedOut && result == -1 && errno == EAGAIN);
    }
    regain_token();
    if (result != -1) touched(call.key);
    return result;
}

// Cancelled in a call that really sleeps: what is left to do is plugin code, under control.
void come_back(void*);

// Who wakes it is not known: really asleep, the third of the three ways.
template <typename Real>
auto call_stranger(const DescriptorCall& call, Real real) {
    {
        const CancellationPoint here;
        point(call.call, call.key);
    }
    auto result = static_cast<decltype(real())>(-1);
    pthread_cleanup_push(come_back, nullptr);  // libc's own call is a cancellation point too
    result = real();
    pthread_cleanup_pop(0);
    regain_token();
    if (result != -1) touched(call.key);
    return result;
}

// The same for a call that has no such form of its own: it is made once poll says that it can go
// on.
template <typename Real>
auto try_when_ready(const DescriptorCall& call, Real real) {
    if (is_stranger(call.descriptor)) return call_stranger(call, real);
    return try_descriptor(call, [&](bool patient) {
        if (!patient || is_ready(call.descriptor, call.direction)) return real();
        errno = EAGAIN;
        return static_cast<decltype(real())>(-1);
    });
}

// The end of an intercepted call: where it failed, its own errno stands.
template <typename Result>
Result settle(EngineCode& engine, Result result) {
    if (result == -1) engine.adopt_errno();
    return result;
}

}  // namespace stagger::agent
