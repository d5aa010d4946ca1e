// SPDX-License-Identifier: Apache-2.0
//
// Sending a signal is a point; what it does to its target nobody can tell, so everybody who waits
// may look again. Runs in the task that calls. kill(2).
#include <pthread.h>

#include <csignal>

#include "harness/agent/calls/tried.hpp"
#include "harness/agent/point.hpp"
#include "harness/agent/real.hpp"

namespace stagger::agent {
namespace {

template <typename Send>
int send_signal(Send send) {
    if (!controlled()) return send();
    EngineCode engine;
    point(control::Call::Signal, control::kNoKey);
    const int result = settle(engine, send());
    control::touch_all(*self.segment);
    return result;
}

}  // namespace
}  // namespace stagger::agent

using namespace stagger::agent;

STAGGER_INTERCEPTED int kill(pid_t process_id, int signal) noexcept {
    STAGGER_REAL(kill);
    return send_signal([&] { return real(process_id, signal); });
}

STAGGER_INTERCEPTED int raise(int signal) noexcept {
    STAGGER_REAL(raise);
    return send_signal([&] { return real(signal); });
}

STAGGER_INTERCEPTED int sigqueue(pid_t process_id, int signal, sigval value) noexcept {
    STAGGER_REAL(sigqueue);
    return send_signal([&] { return real(process_id, signal, value); });
}

STAGGER_INTERCEPTED int pthread_kill(pthread_t thread, int signal) noexcept {
    STAGGER_REAL(pthread_kill);
    return send_signal([&] { return real(thread, signal); });
}

STAGGER_INTERCEPTED int tgkill(pid_t process_id, pid_t thread, int signal) {
    STAGGER_REAL(tgkill);
    return send_signal([&] { return real(process_id, thread, signal); });
}
