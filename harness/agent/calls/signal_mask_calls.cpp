// SPDX-License-Identifier: Apache-2.0
//
// With libc = "real" the kernel hands futex calls over by SIGSYS, and ends a thread that blocks it:
// so it stays open, and ours, whatever a plugin asks for. Otherwise these calls are libc's. Runs in
// the task that calls. pthread_sigmask(3), sigaction(2).
#include <pthread.h>

#include <cerrno>
#include <csignal>

#include "harness/agent/real.hpp"
#include "harness/agent/self.hpp"

namespace stagger::agent {
namespace {

// `change` with the mask that is asked for, or with one like it that leaves SIGSYS out.
template <typename Change>
int change_mask(int how, const sigset_t* set, Change change) {
    if (!process.real_libc || set == nullptr || how == SIG_UNBLOCK) return change(set);
    sigset_t open = *set;
    sigdelset(&open, SIGSYS);
    return change(&open);
}

}  // namespace
}  // namespace stagger::agent

using namespace stagger::agent;

STAGGER_INTERCEPTED int pthread_sigmask(int how, const sigset_t* set, sigset_t* old) noexcept {
    STAGGER_REAL(pthread_sigmask);
    return change_mask(how, set, [&](const sigset_t* mask) { return real(how, mask, old); });
}

STAGGER_INTERCEPTED int sigprocmask(int how, const sigset_t* set, sigset_t* old) noexcept {
    STAGGER_REAL(sigprocmask);
    return change_mask(how, set, [&](const sigset_t* mask) { return real(how, mask, old); });
}

// While the handler runs, its mask is the thread's.
STAGGER_INTERCEPTED int sigaction(int signal, const struct sigaction* wanted,
                                  struct sigaction* old) noexcept {
    STAGGER_REAL(sigaction);
    if (!process.real_libc || wanted == nullptr) return real(signal, wanted, old);
    if (signal == SIGSYS) return real(signal, nullptr, old);
    struct sigaction open = *wanted;
    sigdelset(&open.sa_mask, SIGSYS);
    return real(signal, &open, old);
}
