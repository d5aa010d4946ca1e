// SPDX-License-Identifier: Apache-2.0
//
// Sending a signal is a point; what it does to its target nobody can tell, so everybody who waits
// may look again. Runs in the task that calls. kill(2).
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "harness/agent/calls/tried.hpp"
#include "harness/agent/point.hpp"
#include "harness/agent/real.hpp"

namespace stagger::agent {
namespace {

// Whether that process has a handler for it: SigCgt of proc_pid_status(5).
bool is_caught(pid_t target, int signal) {
    char path[64], text[4096];
    std::snprintf(path, sizeof(path), "/proc/%d/status", target);
    const int file = ::open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    const ssize_t size = ::read(file, text, sizeof(text) - 1);
    ::close(file);
    text[size > 0 ? size : 0] = '\0';
    constexpr char kCaught[] = "SigCgt:";
    const char* mask = std::strstr(text, kCaught);
    if (mask == nullptr || signal <= 0 || signal > 64) return false;
    return (std::strtoull(mask + sizeof(kCaught) - 1, nullptr, 16) >> (signal - 1) & 1) != 0;
}

struct Target {
    pid_t process;  // 0 or less: several
    bool is_sender = false;
};

// A handler interrupts calls that wait in the kernel, but not where they wait for the token: what
// the caller would do then is not explored.
bool may_interrupt(const Target& target, int signal) {
    if (target.is_sender || signal == 0) return false;
    return target.process <= 0 || is_caught(target.process, signal);
}

template <typename Send>
int send_signal(const Target& target, int signal, Send send) {
    if (!controlled()) return send();
    EngineCode engine;
    point(control::Call::Signal, control::kNoKey);
    if (may_interrupt(target, signal)) note_outside_waker();
    const int result = settle(engine, send());
    control::touch_all(*self.segment);
    return result;
}

Target target_of(pid_t process_id) {
    return {process_id, process_id == getpid() && !process.multi_threaded};
}

}  // namespace
}  // namespace stagger::agent

using namespace stagger::agent;

STAGGER_INTERCEPTED int kill(pid_t process_id, int signal) noexcept {
    STAGGER_REAL(kill);
    return send_signal(target_of(process_id), signal, [&] { return real(process_id, signal); });
}

STAGGER_INTERCEPTED int raise(int signal) noexcept {
    STAGGER_REAL(raise);
    return send_signal({getpid(), true}, signal, [&] { return real(signal); });
}

STAGGER_INTERCEPTED int sigqueue(pid_t process_id, int signal, sigval value) noexcept {
    STAGGER_REAL(sigqueue);
    return send_signal(target_of(process_id), signal,
                       [&] { return real(process_id, signal, value); });
}

STAGGER_INTERCEPTED int pthread_kill(pthread_t thread, int signal) noexcept {
    STAGGER_REAL(pthread_kill);
    const Target target{getpid(), pthread_equal(thread, pthread_self()) != 0};
    return send_signal(target, signal, [&] { return real(thread, signal); });
}

STAGGER_INTERCEPTED int tgkill(pid_t process_id, pid_t thread, int signal) {
    STAGGER_REAL(tgkill);
    const Target target{process_id, thread == gettid()};
    return send_signal(target, signal, [&] { return real(process_id, thread, signal); });
}
