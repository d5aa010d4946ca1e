// SPDX-License-Identifier: Apache-2.0
//
// Waiting where who wakes is a choice: conditions and futexes.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <ctime>

#include "tests/unit/agent/controlled.hpp"
#include "tests/unit/agent/shared_memory.hpp"

namespace stagger::agent {
namespace {

using control::Ending;

struct Monitor {
    pthread_mutex_t mutex;
    pthread_cond_t condition;
    int waiting = 0, tickets = 0;
    std::atomic<std::uint32_t> word{0};
};

void set_up(Monitor& monitor) {
    pthread_mutexattr_t mutex;
    pthread_mutexattr_init(&mutex);
    pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&monitor.mutex, &mutex);
    pthread_condattr_t condition;
    pthread_condattr_init(&condition);
    pthread_condattr_setpshared(&condition, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&monitor.condition, &condition);
}

// Waits for a signal; notes when it woke.
Body sleeper(InSharedMemory<Monitor>& monitor, int mark) {
    return [&monitor, mark](Board& board) {
        pthread_mutex_lock(&monitor->mutex);
        ++monitor->waiting;
        while (monitor->tickets == 0) {
            pthread_cond_wait(&monitor->condition, &monitor->mutex);
        }
        --monitor->tickets;
        board.note(mark);
        pthread_mutex_unlock(&monitor->mutex);
    };
}

// Signals twice, when both sleep.
Body waker(InSharedMemory<Monitor>& monitor) {
    return [&monitor](Board&) {
        for (int given = 0; given < 2;) {
            pthread_mutex_lock(&monitor->mutex);
            if (monitor->waiting == 2 && monitor->tickets == 0) {
                ++monitor->tickets;
                ++given;
                pthread_cond_signal(&monitor->condition);
            }
            pthread_mutex_unlock(&monitor->mutex);
            const timespec moment{0, 1000};
            nanosleep(&moment, nullptr);
        }
    };
}

TEST(Conditions, WhoWakesIsAChoiceAndReplays) {
    InSharedMemory<Monitor> monitor;
    const std::vector<Body> bodies{sleeper(monitor, 1), sleeper(monitor, 2), waker(monitor)};
    const Outcome calm = run_controlled(bodies, {}, monitor.made(set_up));
    EXPECT_EQ(calm.ending, Ending::Completed);
    EXPECT_EQ(text_of(calm.order), "12") << "calm is who has waited longest";

    Course course;
    course.strategy = control::StrategyKind::Random;
    for (course.seed = 1; course.seed < 50; ++course.seed) {
        const Outcome random = run_controlled(bodies, course, monitor.made(set_up));
        const bool chose = std::any_of(random.log.begin(), random.log.end(), [](const auto& one) {
            return one.choice == control::ChoiceKind::Wake;
        });
        if (!chose) continue;
        Course again;
        again.strategy = control::StrategyKind::Replay;
        for (const control::Decision& decision : random.log) {
            if (decision.task == control::kNobody) {
                again.start = decision.target;
            } else {
                again.replay.push_back(decision);
            }
        }
        std::stable_sort(again.replay.begin(), again.replay.end(),
                         [](const auto& a, const auto& b) { return a.task < b.task; });
        const Outcome replayed = run_controlled(bodies, again, monitor.made(set_up));
        EXPECT_EQ(replayed.ending, Ending::Completed);
        EXPECT_EQ(replayed.order, random.order);
        EXPECT_EQ(replayed.points, random.points);
        return;
    }
    FAIL() << "no seed chose a waiter";
}

TEST(Conditions, ATimeOutCostsNothing) {
    InSharedMemory<Monitor> monitor;
    const Outcome outcome = run_controlled(
        {[&](Board& board) {
            timespec later{};
            clock_gettime(CLOCK_REALTIME, &later);
            later.tv_sec += 100'000;
            pthread_mutex_lock(&monitor->mutex);
            board.values[0] = pthread_cond_timedwait(&monitor->condition, &monitor->mutex, &later);
            board.values[1] = pthread_mutex_unlock(&monitor->mutex);
        }},
        {}, monitor.made(set_up));
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], ETIMEDOUT);
    EXPECT_EQ(outcome.values[1], 0);
}

TEST(Conditions, ASignalBeforeTheWaitIsLost) {
    InSharedMemory<Monitor> monitor;
    const Body waits = [&](Board&) {
        pthread_mutex_lock(&monitor->mutex);
        pthread_cond_wait(&monitor->condition, &monitor->mutex);
        pthread_mutex_unlock(&monitor->mutex);
    };
    const Body signals = [&](Board&) { pthread_cond_signal(&monitor->condition); };
    EXPECT_EQ(orders_of({waits, signals}, 30, monitor.made(set_up)),
              (std::vector<std::string>{"", "not completed"}));
}

long futex(std::atomic<std::uint32_t>& word, int operation, std::uint32_t value,
           const timespec* time = nullptr) {
    return syscall(SYS_futex, &word, operation, value, time, nullptr, FUTEX_BITSET_MATCH_ANY);
}

TEST(Conditions, SeveralThousandOneAfterAnotherAreNotTooMany) {
    const Outcome outcome = run_controlled({[](Board& board) {
        static pthread_cond_t conditions[4000];
        for (pthread_cond_t& condition : conditions) {
            pthread_cond_init(&condition, nullptr);
            pthread_cond_broadcast(&condition);
            pthread_cond_destroy(&condition);
            ++board.values[0];
        }
    }});
    EXPECT_EQ(outcome.ending, control::Ending::Completed);
    EXPECT_EQ(outcome.values[0], 4000);
}

TEST(Barriers, SeveralThousandOneAfterAnotherAreNotTooMany) {
    const Outcome outcome = run_controlled({[](Board& board) {
        static pthread_barrier_t barriers[4000];
        for (pthread_barrier_t& barrier : barriers) {
            pthread_barrier_init(&barrier, nullptr, 1);
            board.values[0] += pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD;
            pthread_barrier_destroy(&barrier);
        }
    }});
    EXPECT_EQ(outcome.ending, control::Ending::Completed);
    EXPECT_EQ(outcome.values[0], 4000);
}

// libc maps a named semaphore once, however often a process opens it.
TEST(Semaphores, OneThatIsOpenedTwiceAndClosedOnceIsStillShared) {
    constexpr const char* kName = "/stagger-unit-opened-twice";
    const auto opened = [](Board&) {
        sem_t* semaphore = sem_open(kName, O_CREAT, 0600, 0);
        sem_open(kName, 0);
        sem_close(semaphore);
        return semaphore;
    };
    const Outcome outcome = run_controlled({[&](Board& board) {
                                                sem_t* semaphore = opened(board);
                                                board.values[0] = sem_wait(semaphore);
                                                sem_close(semaphore);
                                            },
                                            [&](Board& board) {
                                                sem_t* semaphore = opened(board);
                                                board.values[1] = sem_post(semaphore);
                                                sem_close(semaphore);
                                            }});
    sem_unlink(kName);
    EXPECT_EQ(outcome.ending, control::Ending::Completed);
}

TEST(Futexes, AWaiterSleepsUntilItIsWoken) {
    InSharedMemory<Monitor> monitor;
    const Outcome outcome =
        run_controlled({[&](Board& board) {
                            while (monitor->word == 0)
                                board.values[0] = futex(monitor->word, FUTEX_WAIT, 0);
                            board.note(1);
                        },
                        [&](Board& board) {
                            board.note(2);
                            monitor->word = 1;
                            board.values[1] = futex(monitor->word, FUTEX_WAKE, 1);
                        }},
                       {}, monitor.made());
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(text_of(outcome.order), "21");
    EXPECT_EQ(outcome.values[1], 1);
}

TEST(Futexes, AChangedValueAndATimeOutAreTold) {
    InSharedMemory<Monitor> monitor;
    const Outcome outcome =
        run_controlled({[&](Board& board) {
                           board.values[0] = futex(monitor->word, FUTEX_WAIT, 7);
                           board.values[1] = errno;
                           const timespec hour{3600, 0};
                           board.values[2] = futex(monitor->word, FUTEX_WAIT, 0, &hour);
                           board.values[3] = errno;
                           board.values[4] = futex(monitor->word, FUTEX_WAKE, 1);
                       }},
                       {}, monitor.made());
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[1], EAGAIN);
    EXPECT_EQ(outcome.values[3], ETIMEDOUT);
    EXPECT_EQ(outcome.values[4], 0);
    EXPECT_GE(outcome.clock, 3'600'000'000'000);
}

TEST(Futexes, WakingOneOfTwoIsAChoice) {
    InSharedMemory<Monitor> monitor;
    const auto waits = [&](int mark) {
        return [&monitor, mark](Board& board) {
            ++monitor->waiting;
            futex(monitor->word, FUTEX_WAIT, 0);
            board.note(mark);
        };
    };
    const Body wakes = [&](Board&) {
        for (int woken = 0; woken < 2;) {
            if (monitor->waiting == 2) {
                woken += static_cast<int>(futex(monitor->word, FUTEX_WAKE, 1));
            }
            const timespec moment{0, 1000};
            nanosleep(&moment, nullptr);
        }
    };
    EXPECT_EQ(orders_of({waits(1), waits(2), wakes}, 40, monitor.made()),
              (std::vector<std::string>{"12", "21"}));
}

TEST(Futexes, AtomicWaitWorks) {
    InSharedMemory<Monitor> monitor;
    const Outcome outcome = run_controlled({[&](Board& board) {
                                                std::atomic_wait(&monitor->word, 0u);
                                                board.note(1);
                                            },
                                            [&](Board& board) {
                                                board.note(2);
                                                monitor->word = 1;
                                                syscall(SYS_futex, &monitor->word, FUTEX_WAKE, 1);
                                            }},
                                           {}, monitor.made());
    EXPECT_EQ(outcome.ending, Ending::Completed);
}

}  // namespace
}  // namespace stagger::agent
