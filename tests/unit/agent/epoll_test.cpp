// SPDX-License-Identifier: Apache-2.0
//
// epoll and timerfd: what makes them ready may be added, copied, nested, or virtual time.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <ctime>

#include "tests/unit/agent/controlled.hpp"

namespace stagger::agent {
namespace {

using control::Ending;

struct Pipe {
    int ends[2] = {-1, -1};
    void open() { (void)!pipe2(ends, O_CLOEXEC); }
    int out() const { return ends[0]; }
    void put() const { (void)!write(ends[1], "x", 1); }
    void close_both() const {
        close(ends[0]);
        close(ends[1]);
    }
};

void let_others_wait() {
    const timespec moment{0, 1'000'000};
    nanosleep(&moment, nullptr);
}

int add(int epoll, int descriptor) {
    epoll_event event{};
    event.events = EPOLLIN;
    return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

long wait_forever(int epoll) {
    epoll_event event{};
    return epoll_wait(epoll, &event, 1, -1);
}

// What tasks have before they are forked.
struct Scene {
    Pipe pipe;
    int epoll = -1;
};

class EpollScene : public ::testing::Test {
protected:
    Outcome run(
        const std::vector<Body>& bodies, const std::function<void()>& set_up = [] {}) {
        const auto open = [&] {
            scene_.pipe.open();
            scene_.epoll = epoll_create1(EPOLL_CLOEXEC);
            set_up();
        };
        const auto close_again = [&] {
            scene_.pipe.close_both();
            close(scene_.epoll);
        };
        return run_controlled(bodies, {}, open, close_again);
    }
    const Scene& scene() const { return scene_; }

private:
    Scene scene_;
};

TEST_F(EpollScene, WhatAnotherProcessAddsWhileOneWaitsWakesIt) {
    const Outcome outcome =
        run({[&](Board& board) { board.values[0] = wait_forever(scene().epoll); },
             [&](Board&) {
                 let_others_wait();
                 add(scene().epoll, scene().pipe.out());
                 let_others_wait();
                 scene().pipe.put();
             }});
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 1);
}

TEST_F(EpollScene, WhatAnotherTakesOutWakesNobody) {
    const Outcome outcome =
        run({[&](Board& board) { board.values[0] = wait_forever(scene().epoll); },
             [&](Board&) {
                 let_others_wait();
                 add(scene().epoll, scene().pipe.out());
                 epoll_ctl(scene().epoll, EPOLL_CTL_DEL, scene().pipe.out(), nullptr);
                 let_others_wait();
                 scene().pipe.put();
             }});
    EXPECT_EQ(outcome.ending, Ending::Deadlock);
}

TEST_F(EpollScene, PollOnOneThatWatchesAnotherSeesWhatThatWatches) {
    int outer = -1;
    const Outcome outcome = run({[&](Board& board) {
                                     pollfd entry{outer, POLLIN, 0};
                                     board.values[0] = poll(&entry, 1, -1);
                                 },
                                 [&](Board&) {
                                     let_others_wait();
                                     scene().pipe.put();
                                 }},
                                [&] {
                                    outer = epoll_create1(EPOLL_CLOEXEC);
                                    add(outer, scene().epoll);
                                    add(scene().epoll, scene().pipe.out());
                                });
    close(outer);
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 1);
}

// Adds the pipe, closes it, and perhaps keeps a copy; then another one takes its number.
Body closes_what_it_added(const Scene& scene, bool keeps_a_copy) {
    return [&scene, keeps_a_copy](Board& board) {
        add(scene.epoll, scene.pipe.out());
        if (keeps_a_copy) fcntl(scene.pipe.out(), F_DUPFD_CLOEXEC, 0);
        close(scene.pipe.out());
        Pipe next;
        next.open();
        add(scene.epoll, next.out());
        board.values[0] = wait_forever(scene.epoll);
    };
}

Body closes_its_end_and_writes(const Scene& scene) {
    return [&scene](Board&) {
        close(scene.pipe.out());
        let_others_wait();
        scene.pipe.put();
    };
}

TEST_F(EpollScene, WhatWasClosedLivesOnInItsCopy) {
    const Outcome outcome =
        run({closes_what_it_added(scene(), true), closes_its_end_and_writes(scene())});
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 1);
}

TEST_F(EpollScene, WhatWasClosedWithoutACopyWakesNobody) {
    const Outcome outcome = run({closes_what_it_added(scene(), false), [&](Board&) {
                                     close(scene().pipe.out());
                                     let_others_wait();
                                     signal(SIGPIPE, SIG_IGN);
                                     scene().pipe.put();
                                 }});
    EXPECT_EQ(outcome.ending, Ending::Deadlock);
}

TEST_F(EpollScene, ASocketMayBeBoundAfterItWasAdded) {
    const Outcome outcome = run({[&](Board& board) {
        const int receiver = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        add(scene().epoll, receiver);
        sockaddr_un name{AF_UNIX, "?stagger-epoll-test"};
        name.sun_path[0] = '\0';
        const auto* address = reinterpret_cast<const sockaddr*>(&name);
        bind(receiver, address, sizeof(name));
        if (fork() == 0) {
            let_others_wait();
            const int sender = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
            sendto(sender, "x", 1, 0, address, sizeof(name));
            _exit(0);
        }
        board.values[0] = wait_forever(scene().epoll);
    }});
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 1);
}

int armed(long ns, long interval_ns = 0) {
    const int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    const itimerspec times{{0, interval_ns}, {0, ns}};
    timerfd_settime(timer, 0, &times, nullptr);
    return timer;
}

long expirations(int timer) {
    std::uint64_t count = 0;
    return read(timer, &count, sizeof(count)) == sizeof(count) ? static_cast<long>(count) : -1;
}

constexpr long kMillisecond = 1'000'000;

TEST(Timers, ReadingOneCostsVirtualTimeOnly) {
    const Outcome outcome = run_controlled({[](Board& board) {
        const int timer = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC);
        itimerspec times{};
        clock_gettime(CLOCK_REALTIME, &times.it_value);
        times.it_value.tv_sec += 100'000;
        timerfd_settime(timer, TFD_TIMER_ABSTIME, &times, nullptr);
        board.values[0] = expirations(timer);
        itimerspec rest{};
        timerfd_gettime(timer, &rest);
        board.values[1] = rest.it_value.tv_sec + rest.it_value.tv_nsec;
    }});
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 1);
    EXPECT_EQ(outcome.values[1], 0);
    EXPECT_GT(outcome.clock, 99'999'000'000'000);
}

TEST(Timers, OneThatRepeatsCountsWhatItMissed) {
    const Outcome outcome = run_controlled({[](Board& board) {
        const int timer = armed(10 * kMillisecond, 10 * kMillisecond);
        const timespec while_others_work{0, 35 * kMillisecond};
        nanosleep(&while_others_work, nullptr);
        board.values[0] = expirations(timer);
        board.values[1] = expirations(timer);
    }});
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 3);
    EXPECT_EQ(outcome.values[1], 1);
}

TEST(Timers, MakeEpollReadyBeforeItsOwnTimeOut) {
    const Outcome outcome = run_controlled({[](Board& board) {
        const int timer = armed(10 * kMillisecond);
        const int epoll = epoll_create1(EPOLL_CLOEXEC);
        add(epoll, timer);
        epoll_event event{};
        board.values[0] = epoll_wait(epoll, &event, 1, 5);
        board.values[1] = epoll_wait(epoll, &event, 1, 1000);
        pollfd entry{timer, POLLIN, 0};
        board.values[2] = poll(&entry, 1, 0);
        board.values[3] = expirations(timer);
        board.values[4] = poll(&entry, 1, 1000);
    }});
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(std::vector(outcome.values.begin(), outcome.values.begin() + 5),
              (std::vector<long>{0, 1, 1, 1, 0}));
}

TEST(Timers, OneThatIsNotArmedIsWaitedForInVain) {
    const Outcome outcome = run_controlled({[](Board& board) {
        const int timer = armed(10 * kMillisecond);
        const itimerspec never{};
        itimerspec old{};
        timerfd_settime(timer, 0, &never, &old);
        board.values[0] = old.it_value.tv_nsec > 0 ? 1 : 0;
        expirations(timer);
    }});
    EXPECT_EQ(outcome.ending, Ending::Deadlock);
    EXPECT_EQ(outcome.values[0], 1);
}

Body stuck_after(unsigned seconds) {
    return [seconds](Board&) {
        alarm(seconds);
        Pipe pipe;
        pipe.open();
        char byte;
        (void)!read(pipe.out(), &byte, 1);
    };
}

TEST(Timers, ThoseThatSendSignalsMayWakeWhoIsStuck) {
    EXPECT_EQ(run_controlled({stuck_after(1000)}).ending, Ending::Overflow);
    EXPECT_EQ(run_controlled({stuck_after(0)}).ending, Ending::Deadlock);
}

}  // namespace
}  // namespace stagger::agent
