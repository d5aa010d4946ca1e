// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <mqueue.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <ctime>

#include "tests/unit/agent/controlled.hpp"

namespace stagger::agent {
namespace {

using control::Ending;

// A queue of two messages, there for one test.
class Queue {
public:
    explicit Queue(const char* test) {
        std::snprintf(name_, sizeof(name_), "/stagger-unit-%s-%d", test,
                      static_cast<int>(getpid()));
    }
    ~Queue() { mq_unlink(name_); }
    Queue(const Queue&) = delete;
    Queue& operator=(const Queue&) = delete;

    std::function<void()> made() {
        return [this] {
            mq_attr attributes{};
            attributes.mq_maxmsg = 2;
            attributes.mq_msgsize = 8;
            mq_close(mq_open(name_, O_CREAT | O_RDWR, 0600, &attributes));
        };
    }
    mqd_t opened(int flags = O_RDWR) const { return mq_open(name_, flags); }

private:
    char name_[64];
};

TEST(Queues, SendersAndReceiversWaitForEachOther) {
    Queue queue("both");
    const Outcome outcome = run_controlled({[&](Board& board) {
                                                const mqd_t out = queue.opened(O_WRONLY);
                                                for (char i = 0; i < 10; ++i)
                                                    board.values[0] += mq_send(out, &i, 1, 0);
                                                mq_close(out);
                                            },
                                            [&](Board& board) {
                                                const mqd_t in = queue.opened(O_RDONLY);
                                                char message[8];
                                                for (int i = 0; i < 10; ++i) {
                                                    board.values[1] += mq_receive(
                                                        in, message, sizeof(message), nullptr);
                                                    board.note(message[0]);
                                                }
                                            }},
                                           {}, queue.made());
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 0);
    EXPECT_EQ(outcome.values[1], 10);
    EXPECT_EQ(text_of(outcome.order), "0123456789");
}

TEST(Queues, AFullQueueWithoutAReceiverIsADeadlock) {
    Queue queue("full");
    const Outcome outcome = run_controlled({[&](Board& board) {
                                               const mqd_t out = queue.opened();
                                               while (mq_send(out, "x", 1, 0) == 0)
                                                   ++board.values[0];
                                           }},
                                           {}, queue.made());
    EXPECT_EQ(outcome.ending, Ending::Deadlock);
    EXPECT_EQ(outcome.values[0], 2);
}

TEST(Queues, TimeOutsPassInVirtualTime) {
    Queue queue("late");
    const Outcome outcome = run_controlled(
        {[&](Board& board) {
            const mqd_t in = queue.opened();
            char message[8];
            timespec now{};
            clock_gettime(CLOCK_REALTIME, &now);
            const timespec hour{now.tv_sec + 3600, now.tv_nsec};
            board.values[0] = mq_timedreceive(in, message, sizeof(message), nullptr, &hour);
            board.values[1] = errno;
            const timespec wrong{0, -1};
            board.values[2] = mq_timedreceive(in, message, sizeof(message), nullptr, &wrong);
            board.values[3] = errno;
        }},
        {}, queue.made());
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], -1);
    EXPECT_EQ(outcome.values[1], ETIMEDOUT);
    EXPECT_EQ(outcome.values[2], -1);
    EXPECT_EQ(outcome.values[3], EINVAL);
    EXPECT_GE(outcome.clock, 3'600'000'000'000);
}

TEST(Queues, AQueueThatDoesNotBlockSaysSo) {
    Queue queue("now");
    const Outcome outcome =
        run_controlled({[&](Board& board) {
                           const mqd_t in = queue.opened(O_RDWR | O_NONBLOCK);
                           char message[8];
                           board.values[0] = mq_receive(in, message, sizeof(message), nullptr);
                           board.values[1] = errno;
                           board.values[2] = mq_send(in, message, 9, 0);
                           board.values[3] = errno;
                       }},
                       {}, queue.made());
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], -1);
    EXPECT_EQ(outcome.values[1], EAGAIN);
    EXPECT_EQ(outcome.values[2], -1);
    EXPECT_EQ(outcome.values[3], EMSGSIZE);
}

TEST(Queues, HigherPrioritiesComeFirst) {
    Queue queue("priority");
    const Outcome outcome =
        run_controlled({[&](Board& board) {
                           const mqd_t both = queue.opened();
                           mq_send(both, "\1", 1, 1);
                           mq_send(both, "\2", 1, 2);
                           mq_attr attributes{};
                           mq_getattr(both, &attributes);
                           board.values[0] = attributes.mq_curmsgs;
                           char message[8];
                           unsigned priority = 0;
                           for (int i = 0; i < 2; ++i) {
                               mq_receive(both, message, sizeof(message), &priority);
                               board.note(message[0]);
                               board.note(static_cast<int>(priority));
                           }
                       }},
                       {}, queue.made());
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 2);
    EXPECT_EQ(text_of(outcome.order), "2211");
}

}  // namespace
}  // namespace stagger::agent
