// SPDX-License-Identifier: Apache-2.0
//
// Named files, FIFOs, epoll and System V objects.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "tests/unit/agent/controlled.hpp"

namespace stagger::agent {
namespace {

using control::Ending;

class Path {
public:
    Path() {
        std::snprintf(text_, sizeof(text_), "/tmp/stagger-unit-XXXXXX");
        close(mkstemp(text_));
        unlink(text_);
    }
    ~Path() { unlink(text_); }
    Path(const Path&) = delete;
    Path& operator=(const Path&) = delete;
    const char* get() const { return text_; }

private:
    char text_[64];
};

TEST(Files, OnlyOneCreatesExclusively) {
    Path path;
    const Body creator = [&](Board& board) {
        const int file = open(path.get(), O_CREAT | O_EXCL | O_RDWR, 0600);
        board.note(file >= 0 ? 1 : 0);
    };
    const auto prepare = [&] { unlink(path.get()); };
    EXPECT_EQ(orders_of({creator, creator}, 20, prepare), (std::vector<std::string>{"10"}));
}

TEST(Files, AFifoOpensWhenBothEndsAreThere) {
    Path path;
    const Body reader = [&](Board& board) {
        const int in = open(path.get(), O_RDONLY);
        char byte = 0;
        board.values[0] = read(in, &byte, 1);
        board.values[1] = read(in, &byte, 1) + 1;
        board.values[2] = fcntl(in, F_GETFL) & O_NONBLOCK;
    };
    const Body writer = [&](Board& board) {
        const int out = open(path.get(), O_WRONLY);
        board.values[3] = write(out, "x", 1);
        close(out);
    };
    const auto prepare = [&] {
        unlink(path.get());
        ASSERT_EQ(mkfifo(path.get(), 0600), 0);
    };
    for (const auto& bodies : {std::vector<Body>{reader, writer}, {writer, reader}}) {
        const Outcome outcome = run_controlled(bodies, {}, prepare);
        EXPECT_EQ(outcome.ending, Ending::Completed);
        EXPECT_EQ(outcome.values[0], 1);
        EXPECT_EQ(outcome.values[1], 1) << "the end";
        EXPECT_EQ(outcome.values[2], 0);
        EXPECT_EQ(outcome.values[3], 1);
    }
    EXPECT_EQ(run_controlled({reader}, {}, prepare).ending, Ending::Deadlock);
    EXPECT_EQ(run_controlled({writer}, {}, prepare).ending, Ending::Deadlock);
}

TEST(Files, ALockIsOneHoweverTheFileIsSpelt) {
    Path path;
    const auto task = [&](const std::string& spelling, int mark) {
        return [spelling, mark](Board& board) {
            const int file = open(spelling.c_str(), O_RDWR | O_CREAT, 0600);
            flock(file, LOCK_EX);
            board.note(mark);
            pollfd none{-1, 0, 0};
            poll(&none, 1, 1);
            board.note(mark);
            flock(file, LOCK_UN);
        };
    };
    const std::string plain = path.get();
    EXPECT_EQ(orders_of({task(plain, 1), task("/tmp/../" + plain, 2)}, 20),
              (std::vector<std::string>{"1122", "2211"}));
}

TEST(Epoll, WaitsForWhatWasAdded) {
    int ends[2];
    int event = -1;
    const Outcome outcome =
        run_controlled({[&](Board& board) {
                            const int epoll = epoll_create1(0);
                            epoll_event wanted{};
                            wanted.events = EPOLLIN;
                            wanted.data.fd = ends[0];
                            epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &wanted);
                            wanted.data.fd = event;
                            epoll_ctl(epoll, EPOLL_CTL_ADD, event, &wanted);
                            epoll_event found[4];
                            for (int i = 0; i < 2; ++i) {
                                board.values[i] = epoll_wait(epoll, found, 4, -1);
                                board.note(found[0].data.fd == event ? 1 : 0);
                                char bytes[8];
                                board.values[2] += read(found[0].data.fd, bytes, sizeof(bytes));
                            }
                            board.values[3] = 1 + epoll_wait(epoll, found, 4, 1'000'000);
                        },
                        [&](Board& board) {
                            board.values[4] = write(ends[1], "x", 1);
                            epoll_event none;
                            epoll_wait(epoll_create1(0), &none, 1, 1);
                            const std::uint64_t one = 1;
                            board.values[5] = write(event, &one, sizeof(one));
                        }},
                       {}, [&] {
                           ASSERT_EQ(pipe(ends), 0);
                           event = eventfd(0, 0);
                       });
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 1);
    EXPECT_EQ(outcome.values[1], 1);
    EXPECT_EQ(outcome.values[2], 9);
    EXPECT_EQ(outcome.values[3], 1);
    EXPECT_EQ(text_of(outcome.order), "01");
    EXPECT_GE(outcome.clock, 1'000'000'000'000);
}

struct SystemV {
    int semaphore = -1, queue = -1;
    std::function<void()> made() {
        return [this] {
            semaphore = semget(IPC_PRIVATE, 1, 0600);
            queue = msgget(IPC_PRIVATE, 0600);
        };
    }
    ~SystemV() {
        semctl(semaphore, 0, IPC_RMID);
        msgctl(queue, IPC_RMID, nullptr);
    }
};

TEST(SystemV, SemaphoresWaitAndTimeOut) {
    SystemV objects;
    const Outcome outcome =
        run_controlled({[&](Board& board) {
                            sembuf down{0, -1, 0};
                            board.values[0] = semop(objects.semaphore, &down, 1);
                            const timespec hour{3600, 0};
                            board.values[1] = semtimedop(objects.semaphore, &down, 1, &hour);
                            board.values[2] = errno;
                        },
                        [&](Board& board) {
                            sembuf up{0, 1, 0};
                            board.values[3] = semop(objects.semaphore, &up, 1);
                        }},
                       {}, objects.made());
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 0);
    EXPECT_EQ(outcome.values[1], -1);
    EXPECT_EQ(outcome.values[2], EAGAIN);
}

TEST(SystemV, MessagesArrive) {
    struct Message {
        long type;
        char text[8];
    };
    SystemV objects;
    const Outcome outcome = run_controlled(
        {[&](Board& board) {
             Message message{};
             board.values[0] = msgrcv(objects.queue, &message, sizeof(message.text), 0, 0);
             board.values[1] = message.text[0];
         },
         [&](Board& board) {
             const Message message{1, "hello"};
             board.values[2] = msgsnd(objects.queue, &message, 6, 0);
         }},
        {}, objects.made());
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 6);
    EXPECT_EQ(outcome.values[1], 'h');
    EXPECT_EQ(outcome.values[2], 0);
}

}  // namespace
}  // namespace stagger::agent
