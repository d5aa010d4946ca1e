// SPDX-License-Identifier: Apache-2.0
//
// pthread_barrier_*: modelled, and so all that a barrier is to us is its number of parties, which
// pthread_barrier_init says, often in the builder. Runs in the task that calls.
// pthread_barrier_wait(3p): one of those released is told so by a return value of its own.
#include <pthread.h>

#include <cerrno>

#include "harness/agent/identity.hpp"
#include "harness/agent/left_to_libc.hpp"
#include "harness/agent/model.hpp"
#include "harness/agent/point.hpp"
#include "harness/agent/real.hpp"

using namespace stagger::agent;
using stagger::control::Call;

STAGGER_INTERCEPTED int pthread_barrier_init(pthread_barrier_t* barrier,
                                             const pthread_barrierattr_t* attributes,
                                             unsigned parties) noexcept {
    STAGGER_REAL(pthread_barrier_init);
    const int result = real(barrier, attributes, parties);
    if (result != 0 || process.segment == nullptr) return result;
    set_parties(address_key(barrier), parties);
    return result;
}

STAGGER_INTERCEPTED int pthread_barrier_destroy(pthread_barrier_t* barrier) noexcept {
    STAGGER_REAL(pthread_barrier_destroy);
    const int result = real(barrier);
    if (result == 0 && process.segment != nullptr) forget_barrier(address_key(barrier));
    return result;
}

STAGGER_INTERCEPTED int pthread_barrier_wait(pthread_barrier_t* barrier) noexcept {
    STAGGER_REAL(pthread_barrier_wait);
    if (left_to_libc(Call::BarrierWait, barrier)) return real(barrier);
    EngineCode engine;
    const auto key = address_key(barrier);
    point(Call::BarrierWait, key);
    const std::uint32_t parties = parties_of(key);
    if (parties == 0) return EINVAL;
    if (waiting(key) + 1 >= parties) {
        grant_all(key);
        return PTHREAD_BARRIER_SERIAL_THREAD;
    }
    enlist(key);
    sleep_until_granted(stagger::control::kNoDeadline);
    return 0;
}
