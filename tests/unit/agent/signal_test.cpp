// SPDX-License-Identifier: Apache-2.0
//
// Signals that tasks send each other. signal(7).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>
#include <string>
#include <vector>

#include "tests/unit/agent/controlled.hpp"

namespace stagger::agent {
namespace {

using control::Ending;

void nothing(int) {}

void catch_signal(int signal, void (*handler)(int), int flags = 0) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = flags;
    sigaction(signal, &action, nullptr);
}

void let_others_wait() {
    const timespec moment{0, 1'000'000};
    nanosleep(&moment, nullptr);
}

void* read_for_ever(void*) {
    int ends[2];
    (void)!pipe2(ends, O_CLOEXEC);
    char byte;
    return read(ends[0], &byte, 1) == -1 && errno == EINTR ? &errno : nullptr;
}

// Sends a signal to a thread that waits, and joins it. 1: a signal ended its wait.
Body interrupts(void* (*waits)(void*), void (*handler)(int), int flags = 0) {
    return [=](Board& board) {
        catch_signal(SIGUSR1, handler, flags);
        pthread_t thread;
        pthread_create(&thread, nullptr, waits, nullptr);
        let_others_wait();
        pthread_kill(thread, SIGUSR1);
        void* ended = nullptr;
        pthread_join(thread, &ended);
        board.values[0] = ended != nullptr ? 1 : 0;
    };
}

void* poll_for_ever(void*) {
    return poll(nullptr, 0, -1) == -1 && errno == EINTR ? &errno : nullptr;
}

void* wait_for_a_permit(void*) {
    static sem_t semaphore;
    sem_init(&semaphore, 0, 0);
    return sem_wait(&semaphore) == -1 && errno == EINTR ? &errno : nullptr;
}

void* sleep_long(void*) {
    timespec left{};
    const timespec hour{3600, 0};
    const bool ended = nanosleep(&hour, &left) == -1 && errno == EINTR;
    return ended && left.tv_sec >= 3590 && left.tv_sec < 3600 ? &errno : nullptr;
}

void* wait_for_news(void*) {
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
    pthread_mutex_lock(&mutex);
    pthread_cond_wait(&condition, &mutex);
    pthread_mutex_unlock(&mutex);
    return nullptr;
}

TEST(Signals, EndACallThatWaitsWhereTheHandlerDoesNotRestartIt) {
    for (void* (*waits)(void*) : {read_for_ever, poll_for_ever, wait_for_a_permit, sleep_long}) {
        const Outcome outcome = run_controlled({interrupts(waits, nothing)});
        EXPECT_EQ(outcome.ending, Ending::Completed);
        EXPECT_EQ(outcome.values[0], 1);
    }
}

TEST(Signals, EndACallThatIsNeverRestartedWhateverTheHandlerSays) {
    for (void* (*waits)(void*) : {poll_for_ever, sleep_long}) {
        const Outcome outcome = run_controlled({interrupts(waits, nothing, SA_RESTART)});
        EXPECT_EQ(outcome.ending, Ending::Completed);
        EXPECT_EQ(outcome.values[0], 1);
    }
}

TEST(Signals, LeaveWaitingWhoIsRestarted) {
    for (void* (*waits)(void*) : {read_for_ever, wait_for_a_permit}) {
        EXPECT_EQ(run_controlled({interrupts(waits, nothing, SA_RESTART)}).ending,
                  Ending::Deadlock);
    }
    EXPECT_EQ(run_controlled({interrupts(wait_for_news, nothing)}).ending, Ending::Deadlock);
}

// Blocks the signal but for the call.
template <typename Call>
void* let_in(Call call) {
    sigset_t news, usual;
    sigemptyset(&news);
    sigaddset(&news, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &news, &usual);
    return call(&usual) == -1 && errno == EINTR ? &errno : nullptr;
}

void* let_in_by_ppoll(void*) {
    return let_in([](const sigset_t* mask) { return ppoll(nullptr, 0, nullptr, mask); });
}

void* let_in_by_pselect(void*) {
    return let_in(
        [](const sigset_t* mask) { return pselect(0, nullptr, nullptr, nullptr, nullptr, mask); });
}

void* let_in_by_epoll(void*) {
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    epoll_event event{};
    return let_in([&](const sigset_t* mask) { return epoll_pwait(epoll, &event, 1, -1, mask); });
}

TEST(Signals, EndACallThatLetsThemInByItsMask) {
    for (void* (*waits)(void*) : {let_in_by_ppoll, let_in_by_pselect, let_in_by_epoll}) {
        const Outcome outcome = run_controlled({interrupts(waits, nothing)});
        EXPECT_EQ(outcome.ending, Ending::Completed);
        EXPECT_EQ(outcome.values[0], 1);
    }
}

sem_t held;

void* hold_and_poll(void* unused) {
    sem_init(&held, 0, 1);
    sem_wait(&held);
    return poll_for_ever(unused);
}

TEST(Signals, AHandlerThatWaitsForItsOwnThreadIsADeadlock) {
    const Body body = interrupts(hold_and_poll, [](int) { sem_wait(&held); });
    EXPECT_EQ(run_controlled({body}).ending, Ending::Deadlock);
}

TEST(Signals, ThatAreIgnoredInterruptNobody) {
    EXPECT_EQ(run_controlled({interrupts(read_for_ever, SIG_IGN)}).ending, Ending::Deadlock);
}

// A handler is a part of whoever receives the signal, with points of its own: it runs where that
// task begins or goes on from a point.
TEST(Signals, AreHandledWhenTheirReceiverIsChosen) {
    static Board* seen = nullptr;
    const Body body = [](Board& board) {
        seen = &board;
        catch_signal(SIGUSR1, [](int) {
            seen->note(2);
            let_others_wait();
            seen->note(3);
        });
        const auto works = [](void*) -> void* {
            seen->note(4);
            sched_yield();
            seen->note(5);
            return nullptr;
        };
        pthread_t thread;
        pthread_create(&thread, nullptr, works, nullptr);
        pthread_kill(thread, SIGUSR1);
        board.note(1);
        pthread_join(thread, nullptr);
    };
    EXPECT_EQ(orders_of({body}, 40), (std::vector<std::string>{"12345", "41235"}));
}

// The handler of a thread that waits for a condition is no news of it, and news that come meanwhile
// are not lost.
TEST(Signals, LetNobodyMissWhatHeWaitsFor) {
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
    static Board* seen = nullptr;
    const Body body = [](Board& board) {
        seen = &board;
        catch_signal(SIGUSR1, [](int) { let_others_wait(); });
        const auto waits = [](void*) -> void* {
            pthread_mutex_lock(&mutex);
            seen->values[0] = 1;
            while (seen->values[1] == 0) {
                pthread_cond_wait(&condition, &mutex);
                ++seen->values[2];
            }
            pthread_mutex_unlock(&mutex);
            return nullptr;
        };
        pthread_t thread;
        pthread_create(&thread, nullptr, waits, nullptr);
        while (board.values[0] == 0) sched_yield();
        pthread_kill(thread, SIGUSR1);
        pthread_mutex_lock(&mutex);
        board.values[1] = 1;
        pthread_cond_signal(&condition);
        pthread_mutex_unlock(&mutex);
        pthread_join(thread, nullptr);
    };
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        Course course;
        course.strategy = control::StrategyKind::Random;
        course.seed = seed;
        const Outcome outcome = run_controlled({body}, course);
        EXPECT_EQ(outcome.ending, Ending::Completed) << "seed " << seed;
        EXPECT_EQ(outcome.values[2], 1) << "seed " << seed;
    }
}

TEST(Signals, CarryWhoSentThemAndAValue) {
    static Board* seen = nullptr;
    const Outcome outcome = run_controlled({[](Board& board) {
        seen = &board;
        struct sigaction action {};
        action.sa_flags = SA_SIGINFO;
        action.sa_sigaction = [](int number, siginfo_t* info, void*) {
            seen->values[0] = number;
            seen->values[1] = info->si_value.sival_int;
            seen->values[2] = info->si_pid == getppid() ? 1 : 0;
            seen->values[3] = info->si_code;
        };
        sigaction(SIGRTMIN, &action, nullptr);
        const pid_t child = fork();
        if (child == 0) {
            read_for_ever(nullptr);
            _exit(0);
        }
        let_others_wait();
        sigval value{};
        value.sival_int = 77;
        sigqueue(child, SIGRTMIN, value);
        waitpid(child, nullptr, 0);
    }});
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], SIGRTMIN);
    EXPECT_EQ(outcome.values[1], 77);
    EXPECT_EQ(outcome.values[2], 1);
    EXPECT_EQ(outcome.values[3], SI_QUEUE);
}

// It is for the first thread of a process that does not block it.
TEST(Signals, ToAProcessAreForAThreadThatTakesThem) {
    const Outcome outcome = run_controlled({[](Board& board) {
        catch_signal(SIGUSR1, nothing);
        pthread_t thread;
        pthread_create(&thread, nullptr, read_for_ever, nullptr);
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGUSR1);
        pthread_sigmask(SIG_BLOCK, &set, nullptr);
        let_others_wait();
        kill(getpid(), SIGUSR1);
        void* ended = nullptr;
        pthread_join(thread, &ended);
        board.values[0] = ended != nullptr ? 1 : 0;
    }});
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 1);
}

// 1: the child that waits for ever was ended by that signal.
Body ends_child(int signal, bool by_itself) {
    return [=](Board& board) {
        const pid_t child = fork();
        if (child == 0) {
            if (by_itself) kill(getpid(), signal);
            read_for_ever(nullptr);
            _exit(9);
        }
        if (!by_itself) {
            let_others_wait();
            kill(child, signal);
        }
        int status = 0;
        board.values[0] = waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
                          WTERMSIG(status) == signal;
    };
}

TEST(Signals, ThatAreDeadlyEndAChild) {
    for (const int signal : {SIGKILL, SIGTERM, SIGUSR1}) {
        for (const bool by_itself : {false, true}) {
            const Outcome outcome = run_controlled({ends_child(signal, by_itself)});
            EXPECT_EQ(outcome.ending, Ending::Completed) << signal;
            EXPECT_EQ(outcome.values[0], 1) << signal;
        }
    }
}

TEST(Signals, ThatKillAChildEndWhatOthersWaitForFromIt) {
    const Outcome outcome = run_controlled({[](Board& board) {
        int ends[2];
        (void)!pipe2(ends, O_CLOEXEC);
        const pid_t child = fork();
        if (child == 0) {
            close(ends[0]);
            read_for_ever(nullptr);
            _exit(9);
        }
        close(ends[1]);
        let_others_wait();
        kill(child, SIGKILL);
        char byte;
        board.values[0] = read(ends[0], &byte, 1) == 0 ? 1 : 0;  // its end is closed
        waitpid(child, nullptr, 0);
    }});
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 1);
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
