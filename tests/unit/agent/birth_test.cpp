// SPDX-License-Identifier: Apache-2.0
//
// Threads and processes that a task starts under control.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <functional>

#include "tests/unit/agent/controlled.hpp"
#include "tests/unit/agent/shared_memory.hpp"

namespace stagger::agent {
namespace {

using control::Ending;

void step() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
}

struct Noting {
    Board* board;
    int mark;
};

void* note_twice(void* argument) {
    const auto* noting = static_cast<const Noting*>(argument);
    for (int i = 0; i < 2; ++i) {
        noting->board->note(noting->mark);
        step();
    }
    return argument;
}

TEST(Threads, RunInAnyOrderAndAreJoined) {
    const Body body = [](Board& board) {
        Noting notings[] = {{&board, 1}, {&board, 2}};
        pthread_t threads[2];
        for (int i = 0; i < 2; ++i) {
            pthread_create(&threads[i], nullptr, note_twice, &notings[i]);
        }
        for (int i = 0; i < 2; ++i) {
            void* result = nullptr;
            if (pthread_join(threads[i], &result) != 0 || result != &notings[i]) board.note(9);
        }
        board.note(3);
    };
    EXPECT_EQ(orders_of({body}, 60),
              (std::vector<std::string>{"11223", "12123", "12213", "21123", "21213", "22113"}));
}

TEST(Threads, OneThatLeavesEarlyIsJoinedToo) {
    const Outcome outcome = run_controlled({[](Board& board) {
        const auto leave = [](void* argument) -> void* {
            step();
            pthread_exit(argument);
        };
        pthread_t thread;
        pthread_create(&thread, nullptr, leave, &board);
        void* result = nullptr;
        board.values[0] = pthread_join(thread, &result);
        board.values[1] = result == &board ? 1 : 0;
    }});
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 0);
    EXPECT_EQ(outcome.values[1], 1);
}

TEST(Threads, ManyOneAfterAnotherNeedFewSlots) {
    const Outcome outcome = run_controlled({[](Board& board) {
        Noting noting{&board, 0};
        for (int i = 0; i < 200; ++i) {
            pthread_t thread;
            board.count = 0;
            if (pthread_create(&thread, nullptr, note_twice, &noting) != 0) return;
            board.values[0] += pthread_join(thread, nullptr) == 0 ? 1 : 0;
        }
    }});
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 200);
}

TEST(Threads, TooManyAtOnceAreAnOverflow) {
    const Outcome outcome = run_controlled({[](Board& board) {
        const auto wait = [](void*) -> void* {
            pause();
            return nullptr;
        };
        for (int i = 0; i < 200; ++i) {
            pthread_t thread;
            pthread_create(&thread, nullptr, wait, nullptr);
            ++board.values[0];
        }
    }});
    EXPECT_EQ(outcome.ending, Ending::Overflow);
    EXPECT_EQ(outcome.values[0], 127);
}

void make_robust(pthread_mutex_t& mutex) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&mutex, &attributes);
}

TEST(Threads, TheEndOfOneIsKnownToRobustMutexes) {
    InSharedMemory<pthread_mutex_t> mutex;
    const Body body = [&](Board& board) {
        const auto die_with_it = [](void* lock) -> void* {
            pthread_mutex_lock(static_cast<pthread_mutex_t*>(lock));
            return nullptr;
        };
        pthread_t thread;
        pthread_create(&thread, nullptr, die_with_it, &*mutex);
        pthread_join(thread, nullptr);
        board.note(pthread_mutex_lock(&*mutex) == EOWNERDEAD ? 1 : 0);
    };
    EXPECT_EQ(orders_of({body}, 10, mutex.made(make_robust)), (std::vector<std::string>{"1"}));
}

// Somebody let go of it without having called it consistent: nobody waits for it any more, however
// often it is asked for.
TEST(Threads, ARobustMutexThatIsLostIsNotWaitedFor) {
    InSharedMemory<pthread_mutex_t> mutex;
    const Body body = [&](Board& board) {
        const auto die = [](void* argument) -> void* {
            pthread_mutex_lock(static_cast<pthread_mutex_t*>(argument));
            return nullptr;
        };
        pthread_t thread;
        pthread_create(&thread, nullptr, die, &*mutex);
        pthread_join(thread, nullptr);
        board.note(pthread_mutex_lock(&*mutex) == EOWNERDEAD ? 1 : 0);
        pthread_mutex_unlock(&*mutex);
        const auto ask = [](void* argument) -> void* {
            auto* const lost = static_cast<pthread_mutex_t*>(argument);
            return pthread_mutex_lock(lost) == ENOTRECOVERABLE ? argument : nullptr;
        };
        for (int i = 0; i < 2; ++i) {
            void* told = nullptr;
            pthread_create(&thread, nullptr, ask, &*mutex);
            pthread_join(thread, &told);
            board.note(told != nullptr ? 2 : 0);
        }
    };
    EXPECT_EQ(orders_of({body}, 20, mutex.made(make_robust)), (std::vector<std::string>{"122"}));
}

TEST(Processes, AChildRunsBesideItsParentAndIsWaitedFor) {
    const Body body = [](Board& board) {
        const pid_t child = fork();
        if (child == 0) {
            board.note(1);
            step();
            board.note(1);
            _exit(7);
        }
        step();
        board.note(2);
        step();
        board.note(2);
        int status = 0;
        if (waitpid(child, &status, 0) != child || WEXITSTATUS(status) != 7) board.note(9);
        if (waitpid(child, &status, 0) != -1 || errno != ECHILD) board.note(8);
    };
    EXPECT_EQ(orders_of({body}, 60),
              (std::vector<std::string>{"1122", "1212", "1221", "2112", "2121", "2211"}));
}

TEST(Processes, TheExitOfAChildIsTheEndForItsReaders) {
    const Body body = [](Board& board) {
        int ends[2];
        if (pipe(ends) != 0) return;
        if (fork() == 0) {
            step();
            if (write(ends[1], "x", 1) != 1) _exit(1);
            std::exit(0);
        }
        close(ends[1]);
        char byte;
        while (read(ends[0], &byte, 1) == 1) board.note(1);
        board.note(2);
        int status = -1;
        board.note(wait(&status) > 0 && status == 0 ? 3 : 9);
    };
    EXPECT_EQ(orders_of({body}, 20), (std::vector<std::string>{"123"}));
}

TEST(Processes, ManyOneAfterAnotherNeedFewSlots) {
    const Outcome outcome = run_controlled({[](Board& board) {
        for (int i = 0; i < 100; ++i) {
            const pid_t child = vfork();
            if (child == 0) _exit(0);
            int status = -1;
            board.values[0] += wait4(child, &status, 0, nullptr) == child ? 1 : 0;
        }
    }});
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 100);
}

TEST(Processes, OneThatWasSpawnedIsWaitedForBesideATaskThatWaits) {
    const Outcome outcome = run_controlled({[](Board& board) {
        int ends[2];
        (void)!pipe2(ends, O_CLOEXEC);
        const pid_t forked = fork();
        if (forked == 0) {
            char byte;
            (void)!read(ends[0], &byte, 1);
            _exit(0);
        }
        char name[] = "true";
        char* const arguments[] = {name, nullptr};
        pid_t spawned = 0;
        posix_spawnp(&spawned, name, nullptr, nullptr, arguments, environ);
        board.values[0] = wait(nullptr) == spawned ? 1 : 0;
        (void)!write(ends[1], "x", 1);
        board.values[1] = wait(nullptr) == forked ? 1 : 0;
    }});
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 1);
    EXPECT_EQ(outcome.values[1], 1);
}

TEST(Processes, OneThatWasSpawnedMayWakeWhoWaitsSoThatIsNoDeadlock) {
    const Outcome outcome = run_controlled({[](Board&) {
        int ends[2];
        (void)!pipe(ends);
        char name[] = "true";
        char* const arguments[] = {name, nullptr};
        pid_t spawned = 0;
        posix_spawnp(&spawned, name, nullptr, nullptr, arguments, environ);
        char byte;
        (void)!read(ends[0], &byte, 1);
    }});
    EXPECT_EQ(outcome.ending, Ending::Overflow);
}

TEST(Processes, OneThatBecomesAnotherProgramEndsTheExecutionWithoutAVerdict) {
    const auto become = [](void (*other)()) {
        return run_controlled({[other](Board&) {
            const pid_t child = fork();
            if (child == 0) other();
            waitpid(child, nullptr, 0);
        }});
    };
    EXPECT_EQ(become([] { execlp("true", "true", nullptr); }).ending, Ending::Overflow);
    EXPECT_EQ(become([] { execl("/bin/true", "true", nullptr); }).ending, Ending::Overflow);
    EXPECT_EQ(become([] { _exit(0); }).ending, Ending::Completed);
}

TEST(Processes, OnesOwnChildrenAreWaitedForAndNotThoseOfOthers) {
    const auto with_child = [](void (*child)(), long mark) {
        return [child, mark](Board& board) {
            const pid_t forked = fork();
            if (forked == 0) {
                child();
                _exit(0);
            }
            board.values[mark] = waitpid(-1, nullptr, 0) == forked ? 1 : 0;
        };
    };
    const auto at_once = [] { step(); };
    const auto late = [] {
        const timespec moment{1, 0};
        nanosleep(&moment, nullptr);
    };
    const Outcome outcome = run_controlled({with_child(at_once, 0), with_child(late, 1)});
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 1);
    EXPECT_EQ(outcome.values[1], 1);
}

TEST(Processes, WaitingForAChildThatWaitsIsADeadlock) {
    int ends[2];
    const Body body = [&](Board&) {
        if (fork() == 0) {
            char byte;
            _exit(read(ends[0], &byte, 1) == 1 ? 0 : 1);
        }
        wait(nullptr);
    };
    const Outcome outcome = run_controlled({body}, {}, [&] { ASSERT_EQ(pipe(ends), 0); });
    EXPECT_EQ(outcome.ending, Ending::Deadlock);
}

}  // namespace
}  // namespace stagger::agent
