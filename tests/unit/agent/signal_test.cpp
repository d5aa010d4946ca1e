// SPDX-License-Identifier: Apache-2.0
//
// Signals that tasks send each other. signal(7).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <ctime>

#include "tests/unit/agent/controlled.hpp"

namespace stagger::agent {
namespace {

using control::Ending;

void* read_for_ever(void*) {
    int ends[2];
    (void)!pipe2(ends, O_CLOEXEC);
    char byte;
    (void)!read(ends[0], &byte, 1);
    return nullptr;
}

// Sends a signal to a thread that waits, and joins it.
Body signals_one_that_reads(void (*handler)(int)) {
    return [handler](Board&) {
        signal(SIGUSR1, handler);
        pthread_t thread;
        pthread_create(&thread, nullptr, read_for_ever, nullptr);
        const timespec moment{0, 1'000'000};
        nanosleep(&moment, nullptr);
        pthread_kill(thread, SIGUSR1);
        pthread_join(thread, nullptr);
    };
}

TEST(Signals, ThatAHandlerCatchesMayHaveInterruptedWhoIsStuck) {
    EXPECT_EQ(run_controlled({signals_one_that_reads([](int) {})}).ending, Ending::Overflow);
}

TEST(Signals, ThatAreIgnoredInterruptNobody) {
    EXPECT_EQ(run_controlled({signals_one_that_reads(SIG_IGN)}).ending, Ending::Deadlock);
}

TEST(Signals, ToOneselfInterruptNobody) {
    const Outcome outcome = run_controlled({[](Board&) {
        signal(SIGUSR1, [](int) {});
        raise(SIGUSR1);
        kill(getpid(), SIGUSR1);
        read_for_ever(nullptr);
    }});
    EXPECT_EQ(outcome.ending, Ending::Deadlock);
}

}  // namespace
}  // namespace stagger::agent
