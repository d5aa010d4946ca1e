// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/signals.hpp"

#include <csignal>

#include "harness/base/ending_signals.hpp"

namespace stagger::cli {
namespace {

std::atomic<bool> is_cancelled{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

void cancel(int) {
    is_cancelled.store(true, std::memory_order_relaxed);
}
void do_nothing(int) {}

void install(int signal, void (*handler)(int), int flags) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = flags;
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, nullptr);
}

}  // namespace

void install_signal_handlers() {
    // What they tell, the call that failed tells, too.
    for (const int signal : {SIGPIPE, SIGXFSZ}) install(signal, do_nothing, SA_RESTART);
    // Who started us with a signal ignored, as nohup and `&` in scripts do, wants it ignored.
    for (const int signal : kEndingSignals) {
        struct sigaction before {};
        sigaction(signal, nullptr, &before);
        // Of a terminal that is closed both the shell and the kernel tell, one right after the
        // other.
        const int once = signal == SIGHUP ? 0 : static_cast<int>(SA_RESETHAND);
        if (before.sa_handler != SIG_IGN) install(signal, cancel, once | SA_RESTART);
    }
}

const std::atomic<bool>& cancelled() {
    return is_cancelled;
}

}  // namespace stagger::cli
