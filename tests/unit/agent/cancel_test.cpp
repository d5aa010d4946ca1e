// SPDX-License-Identifier: Apache-2.0
//
// pthread_cancel: who waits in a cancellation point ends there, under control. pthreads(7).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

#include <ctime>

#include "tests/unit/agent/controlled.hpp"

namespace stagger::agent {
namespace {

using control::Ending;

void let_others_wait() {
    const timespec moment{0, 1'000'000};
    nanosleep(&moment, nullptr);
}

// What the threads of a body share; each body runs in a process of its own.
struct Shared {
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
    sem_t semaphore;
    int ends[2];
    long cleaned_up_with = -1;
    Shared() {
        sem_init(&semaphore, 0, 0);
        (void)!pipe2(ends, O_CLOEXEC);
    }
};

// EBUSY tells that the mutex is locked; the handler unlocks it.
void unlock_in_clean_up(void* context) {
    auto* shared = static_cast<Shared*>(context);
    shared->cleaned_up_with = pthread_mutex_trylock(&shared->mutex);
    pthread_mutex_unlock(&shared->mutex);
}

void* wait_for_ever_on_condition(void* context) {
    auto* shared = static_cast<Shared*>(context);
    pthread_mutex_lock(&shared->mutex);
    pthread_cleanup_push(unlock_in_clean_up, shared);
    for (;;) pthread_cond_wait(&shared->condition, &shared->mutex);
    pthread_cleanup_pop(0);
    return nullptr;
}

void* read_for_ever(void* context) {
    char byte;
    (void)!read(static_cast<Shared*>(context)->ends[0], &byte, 1);
    return nullptr;
}

void* poll_for_ever(void* context) {
    pollfd entry{static_cast<Shared*>(context)->ends[0], POLLIN, 0};
    poll(&entry, 1, -1);
    return nullptr;
}

void* acquire_for_ever(void* context) {
    sem_wait(&static_cast<Shared*>(context)->semaphore);
    return nullptr;
}

void* sleep_long(void*) {
    sleep(1'000'000);
    return nullptr;
}

void* read_uncancellably(void* context) {
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr);
    return read_for_ever(context);
}

void* spin_until_cancelled(void*) {
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, nullptr);
    for (;;) sched_yield();
    return nullptr;
}

// 1 if the thread ended by being cancelled.
Body cancels(void* (*thread_body)(void*)) {
    return [thread_body](Board& board) {
        static Shared shared;
        pthread_t thread;
        pthread_create(&thread, nullptr, thread_body, &shared);
        let_others_wait();
        pthread_cancel(thread);
        void* result = nullptr;
        pthread_join(thread, &result);
        board.values[0] = result == PTHREAD_CANCELED ? 1 : 0;
        board.values[1] = shared.cleaned_up_with;
        board.values[2] = pthread_mutex_trylock(&shared.mutex);
    };
}

TEST(Cancellation, InAConditionWaitFindsTheMutexLocked) {
    const Outcome outcome = run_controlled({cancels(wait_for_ever_on_condition)});
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 1);
    EXPECT_EQ(outcome.values[1], EBUSY);
    EXPECT_EQ(outcome.values[2], 0) << "the clean-up handler unlocked it";
}

class Cancelled : public ::testing::TestWithParam<void* (*)(void*)> {};

TEST_P(Cancelled, EndsWhereItWaits) {
    const Outcome outcome = run_controlled({cancels(GetParam())});
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 1);
    EXPECT_LT(outcome.clock, 1'000'000'000);
}

INSTANTIATE_TEST_SUITE_P(Calls, Cancelled,
                         ::testing::Values(read_for_ever, poll_for_ever, acquire_for_ever,
                                           sleep_long, spin_until_cancelled));

TEST(Cancellation, DoesNotEndAThreadThatForbidsIt) {
    EXPECT_EQ(run_controlled({cancels(read_uncancellably)}).ending, Ending::Deadlock);
}

TEST(Cancellation, DoesNotEndAWaitForAMutex) {
    const Outcome outcome = run_controlled({[](Board& board) {
        static Shared shared;
        pthread_mutex_lock(&shared.mutex);
        const auto lock = [](void*) -> void* {
            pthread_mutex_lock(&shared.mutex);
            pthread_mutex_unlock(&shared.mutex);
            return nullptr;
        };
        pthread_t thread;
        pthread_create(&thread, nullptr, lock, nullptr);
        let_others_wait();
        pthread_cancel(thread);
        let_others_wait();
        pthread_mutex_unlock(&shared.mutex);
        void* result = nullptr;
        pthread_join(thread, &result);
        board.values[0] = result == PTHREAD_CANCELED ? 1 : 0;
    }});
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 0);
}

}  // namespace
}  // namespace stagger::agent
