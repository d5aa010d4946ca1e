// SPDX-License-Identifier: Apache-2.0
//
// libc's own locks, of which only the futex calls are modelled. All tests of this program run that
// way, those of the other files too.
#include <gtest/gtest.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>
#include <mutex>
#include <thread>

#include "harness/agent/agent.hpp"
#include "tests/unit/agent/controlled.hpp"
#include "tests/unit/agent/shared_memory.hpp"

namespace stagger::agent {
namespace {

using control::Ending;

class RealLibc : public ::testing::Environment {
    void SetUp() override { ASSERT_EQ(trap_futexes(), 0); }
};
const auto* const environment = ::testing::AddGlobalTestEnvironment(new RealLibc);

struct Shared {
    pthread_mutex_t mutex;
    pthread_cond_t condition;
    sem_t semaphore, other, never;
    int value = 0;
};

struct Kind {
    int shared = PTHREAD_PROCESS_SHARED;
    int robust = PTHREAD_MUTEX_STALLED;
    int protocol = PTHREAD_PRIO_NONE;
};

std::function<void(Shared&)> with(Kind kind) {
    return [kind](Shared& made) {
        pthread_mutexattr_t attributes;
        pthread_mutexattr_init(&attributes);
        pthread_mutexattr_setpshared(&attributes, kind.shared);
        pthread_mutexattr_setrobust(&attributes, kind.robust);
        pthread_mutexattr_setprotocol(&attributes, kind.protocol);
        pthread_mutex_init(&made.mutex, &attributes);
        pthread_condattr_t condition;
        pthread_condattr_init(&condition);
        pthread_condattr_setpshared(&condition, kind.shared);
        pthread_cond_init(&made.condition, &condition);
        sem_init(&made.semaphore, 1, 0);
        sem_init(&made.other, 1, 0);
        sem_init(&made.never, 1, 0);
    };
}

void step() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
}

timespec in_seconds(clockid_t clock, int seconds) {
    timespec time{};
    clock_gettime(clock, &time);
    time.tv_sec += seconds;
    return time;
}

// Goes in and out once.
Body section(InSharedMemory<Shared>& shared, int mark) {
    return [&shared, mark](Board& board) {
        pthread_mutex_lock(&shared->mutex);
        board.note(mark);
        step();
        board.note(mark);
        pthread_mutex_unlock(&shared->mutex);
    };
}

TEST(LibcMutexes, ExcludeInEveryOrder) {
    InSharedMemory<Shared> shared;
    for (const int protocol : {PTHREAD_PRIO_NONE, PTHREAD_PRIO_INHERIT}) {
        Kind kind;
        kind.protocol = protocol;
        const auto orders = orders_of({section(shared, 1), section(shared, 2), section(shared, 3)},
                                      80, shared.made(with(kind)));
        EXPECT_EQ(orders, (std::vector<std::string>{"112233", "113322", "221133", "223311",
                                                    "331122", "332211"}))
            << "protocol " << protocol;
    }
}

// What a process-shared mutex is for: the kernel keeps private futexes of processes apart.
TEST(LibcMutexes, OnesThatAreNotMadeForProcessesLeaveThemAsleep) {
    InSharedMemory<Shared> shared;
    Kind kind;
    kind.shared = PTHREAD_PROCESS_PRIVATE;
    EXPECT_EQ(orders_of({section(shared, 1), section(shared, 2)}, 60, shared.made(with(kind))),
              (std::vector<std::string>{"1122", "2211", "not completed"}));
}

TEST(LibcMutexes, AWaitEndsInVirtualTime) {
    for (const int protocol : {PTHREAD_PRIO_NONE, PTHREAD_PRIO_INHERIT}) {
        InSharedMemory<Shared> shared;
        Kind kind;
        kind.protocol = protocol;
        const Outcome outcome =
            run_controlled({[&](Board&) { pthread_mutex_lock(&shared->mutex); },
                            [&](Board& board) {
                                const timespec later = in_seconds(CLOCK_REALTIME, 1000);
                                board.values[0] = pthread_mutex_timedlock(&shared->mutex, &later);
                            }},
                           {}, shared.made(with(kind)));
        EXPECT_EQ(outcome.ending, Ending::Completed);
        EXPECT_EQ(outcome.values[0], ETIMEDOUT);
        EXPECT_GE(outcome.clock, 1'000'000'000'000);
    }
}

TEST(LibcMutexes, CrossedOnesAreADeadlock) {
    InSharedMemory<Shared> one, other;
    const auto make = [&] {
        one.made(with({}))();
        other.made(with({}))();
    };
    const auto both = [](InSharedMemory<Shared>& first, InSharedMemory<Shared>& second) {
        return [&](Board&) {
            pthread_mutex_lock(&first->mutex);
            pthread_mutex_lock(&second->mutex);
            pthread_mutex_unlock(&second->mutex);
            pthread_mutex_unlock(&first->mutex);
        };
    };
    EXPECT_EQ(orders_of({both(one, other), both(other, one)}, 40, make),
              (std::vector<std::string>{"", "not completed"}));
    EXPECT_EQ(orders_of({both(one, other), both(one, other)}, 40, make),
              (std::vector<std::string>{""}));
}

// A thread ends with the mutex, while another waits for it already: the kernel wakes one heir.
TEST(LibcMutexes, RobustOnesTellWhoWaitsThatTheirOwnerIsDead) {
    for (const int protocol : {PTHREAD_PRIO_NONE, PTHREAD_PRIO_INHERIT}) {
        InSharedMemory<Shared> shared;
        Kind kind;
        kind.robust = PTHREAD_MUTEX_ROBUST;
        kind.protocol = protocol;
        const Body body = [&](Board& board) {
            std::thread dies([&] {
                pthread_mutex_lock(&shared->mutex);
                sem_post(&shared->semaphore);
                step();
                step();
            });
            sem_wait(&shared->semaphore);
            board.note(pthread_mutex_lock(&shared->mutex) == EOWNERDEAD ? 1 : 0);
            dies.join();
        };
        EXPECT_EQ(orders_of({body}, 30, shared.made(with(kind))), (std::vector<std::string>{"1"}))
            << "protocol " << protocol;
    }
}

TEST(LibcMutexes, RobustOnesSurviveTheirProcess) {
    InSharedMemory<Shared> shared;
    Kind kind;
    kind.robust = PTHREAD_MUTEX_ROBUST;
    const Body body = [&](Board& board) {
        if (fork() == 0) {
            std::thread holds([&] {
                pthread_mutex_lock(&shared->mutex);
                sem_post(&shared->semaphore);
                sem_post(&shared->other);
                sem_wait(&shared->never);
            });
            sem_wait(&shared->other);
            step();
            step();
            _exit(0);
        }
        sem_wait(&shared->semaphore);
        board.note(pthread_mutex_lock(&shared->mutex) == EOWNERDEAD ? 1 : 0);
    };
    EXPECT_EQ(orders_of({body}, 30, shared.made(with(kind))), (std::vector<std::string>{"1"}));
}

TEST(LibcSemaphores, GiveEachPermitOnce) {
    InSharedMemory<Shared> shared;
    const Body takes = [&](Board& board) {
        sem_wait(&shared->semaphore);
        ++board.values[0];
    };
    const Body gives = [&](Board&) {
        sem_post(&shared->semaphore);
        step();
        sem_post(&shared->semaphore);
    };
    EXPECT_EQ(orders_of({takes, takes, gives}, 40, shared.made(with({}))),
              (std::vector<std::string>{""}));
    EXPECT_EQ(orders_of({takes, takes, takes, gives}, 10, shared.made(with({}))),
              (std::vector<std::string>{"not completed"}));
}

TEST(LibcSemaphores, AWaitEndsInVirtualTimeAndSaysWhy) {
    InSharedMemory<Shared> shared;
    const Outcome outcome =
        run_controlled({[&](Board& board) {
                           const timespec later = in_seconds(CLOCK_REALTIME, 1000);
                           errno = 0;
                           board.values[0] = sem_timedwait(&shared->semaphore, &later);
                           board.values[1] = errno;
                       }},
                       {}, shared.made(with({})));
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], -1);
    EXPECT_EQ(outcome.values[1], ETIMEDOUT);
}

TEST(LibcConditions, ABroadcastWakesAllAndErrnoStays) {
    InSharedMemory<Shared> shared;
    const Body waits = [&](Board& board) {
        pthread_mutex_lock(&shared->mutex);
        errno = 7;
        while (shared->value == 0) pthread_cond_wait(&shared->condition, &shared->mutex);
        board.values[0] += errno == 7 ? 1 : 100;
        pthread_mutex_unlock(&shared->mutex);
    };
    const Body tells = [&](Board&) {
        pthread_mutex_lock(&shared->mutex);
        shared->value = 1;
        pthread_cond_broadcast(&shared->condition);
        pthread_mutex_unlock(&shared->mutex);
    };
    Course course;
    course.strategy = control::StrategyKind::Random;
    for (course.seed = 1; course.seed <= 30; ++course.seed) {
        const Outcome outcome =
            run_controlled({waits, waits, waits, tells}, course, shared.made(with({})));
        EXPECT_EQ(outcome.ending, Ending::Completed) << "seed " << course.seed;
        EXPECT_EQ(outcome.values[0], 3) << "seed " << course.seed;
    }
}

TEST(LibcOnce, OnlyOneThreadInitialisesAndTheOthersWait) {
    const Body body = [](Board& board) {
        std::once_flag once;
        const auto initialise = [&] {
            board.note(1);
            step();
            step();
            board.note(2);
        };
        const auto run = [&] {
            std::call_once(once, initialise);
            board.note(3);
        };
        std::thread one(run), other(run);
        one.join();
        other.join();
    };
    EXPECT_EQ(orders_of({body}, 40), (std::vector<std::string>{"1233"}));
}

// SIGSYS must come through: blocked, it would kill.
TEST(LibcSignals, APluginMayBlockThemAll) {
    InSharedMemory<Shared> shared;
    const auto blocked = [&](int mark) {
        return [&shared, mark](Board& board) {
            sigset_t all;
            sigfillset(&all);
            pthread_sigmask(SIG_SETMASK, &all, nullptr);
            sigprocmask(SIG_BLOCK, &all, nullptr);
            section(shared, mark)(board);
        };
    };
    EXPECT_EQ(orders_of({blocked(1), blocked(2)}, 40, shared.made(with({}))),
              (std::vector<std::string>{"1122", "2211"}));
}

// A program that a plugin starts inherits the filter, but nobody who would answer.
TEST(LibcPrograms, RunUntouched) {
    const Outcome outcome = run_controlled(
        {[](Board& board) { board.values[0] = system("sort --parallel=2 /dev/null"); }});
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 0);
}

}  // namespace
}  // namespace stagger::agent
