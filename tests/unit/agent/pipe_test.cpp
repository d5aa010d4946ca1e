// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/select.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <numeric>

#include "tests/unit/agent/controlled.hpp"

namespace stagger::agent {
namespace {

using control::Ending;

constexpr long kSecond = 1'000'000'000;

struct Pipe {
    int ends[2] = {-1, -1};
    std::function<void()> made() {
        return [this] { ASSERT_EQ(pipe(ends), 0); };
    }
    int in() const { return ends[0]; }
    int out() const { return ends[1]; }
};

TEST(Pipes, AReaderWaitsForTheWriter) {
    Pipe pipe;
    const Outcome outcome =
        run_controlled({[&](Board& board) {
                            char text[8] = "";
                            board.values[0] = read(pipe.in(), text, sizeof(text));
                            board.values[1] = std::strcmp(text, "hello");
                        },
                        [&](Board& board) { board.values[2] = write(pipe.out(), "hello", 6); }},
                       {}, pipe.made());
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 6);
    EXPECT_EQ(outcome.values[1], 0);
    EXPECT_EQ(outcome.values[2], 6);
}

TEST(Pipes, ReadersWithoutAWriterAreADeadlockAtOnce) {
    Pipe pipe;
    const Body reader = [&](Board&) {
        char byte;
        [[maybe_unused]] const ssize_t got = read(pipe.in(), &byte, 1);
    };
    const Outcome outcome = run_controlled({reader, reader}, {}, pipe.made());
    EXPECT_EQ(outcome.ending, Ending::Deadlock);
}

TEST(Pipes, ClosingTheLastWriterIsTheEndForReaders) {
    Pipe pipe;
    const auto release = [&] {
        close(pipe.in());
        close(pipe.out());
    };
    const Outcome outcome = run_controlled({[&](Board& board) {
                                                close(pipe.out());
                                                char byte;
                                                board.values[0] = 1 + read(pipe.in(), &byte, 1);
                                                board.note(0);
                                            },
                                            [&](Board& board) {
                                                pollfd none{-1, 0, 0};
                                                poll(&none, 1, 1);
                                                board.note(1);
                                                close(pipe.out());
                                            }},
                                           {}, pipe.made(), release);
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 1);
    EXPECT_EQ(text_of(outcome.order), "10");
}

TEST(Pipes, ALongWriteIsDoneInPartsAndTheReaderSeesAll) {
    constexpr std::size_t kSize = 200'000;
    Pipe pipe;
    const Outcome outcome = run_controlled(
        {[&](Board& board) {
             std::vector<unsigned char> bytes(kSize);
             std::iota(bytes.begin(), bytes.end(), static_cast<unsigned char>(0));
             board.values[0] = write(pipe.out(), bytes.data(), bytes.size());
         },
         [&](Board& board) {
             std::vector<unsigned char> bytes(kSize);
             std::size_t got = 0;
             while (got < kSize) {
                 const ssize_t more = read(pipe.in(), bytes.data() + got, kSize - got);
                 if (more <= 0) return;
                 got += static_cast<std::size_t>(more);
             }
             long wrong = 0;
             for (std::size_t i = 0; i < kSize; ++i) wrong += bytes[i] != (i & 0xFF) ? 1 : 0;
             board.values[1] = static_cast<long>(got);
             board.values[2] = wrong;
         }},
        {}, pipe.made());
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], static_cast<long>(kSize));
    EXPECT_EQ(outcome.values[1], static_cast<long>(kSize));
    EXPECT_EQ(outcome.values[2], 0);
    EXPECT_GT(outcome.points, kSize / 4096);
}

// Two writers of 2 * PIPE_BUF bytes each; the reader notes who wrote each half page.
std::vector<std::string> orders_of_writers(std::size_t size) {
    Pipe pipe;
    const auto writer = [&pipe, size](char mark) {
        return [&pipe, size, mark](Board&) {
            const std::vector<char> bytes(size, mark);
            [[maybe_unused]] const ssize_t written = write(pipe.out(), bytes.data(), size);
        };
    };
    const Body reader = [&pipe, size](Board& board) {
        for (std::size_t got = 0; got < 2 * size; got += size / 2) {
            std::vector<char> bytes(size / 2);
            if (read(pipe.in(), bytes.data(), bytes.size()) < 0) return;
            board.note(bytes[0] - '0');
        }
    };
    return orders_of({writer('1'), writer('2'), reader}, 40, pipe.made());
}

TEST(Pipes, WritesOfAtMostPipeBufAreNotMixed) {
    EXPECT_EQ(orders_of_writers(4096), (std::vector<std::string>{"1122", "2211"}));
}

TEST(Pipes, LongerWritesMayBeMixed) {
    const auto orders = orders_of_writers(8192);
    EXPECT_NE(std::find(orders.begin(), orders.end(), "1212"), orders.end());
}

TEST(Pipes, APipeThatDoesNotBlockSaysSo) {
    int ends[2];
    const Outcome outcome = run_controlled({[&](Board& board) {
                                               char byte;
                                               board.values[0] = read(ends[0], &byte, 1);
                                               board.values[1] = errno;
                                           }},
                                           {}, [&] { ASSERT_EQ(pipe2(ends, O_NONBLOCK), 0); });
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], -1);
    EXPECT_EQ(outcome.values[1], EAGAIN);
}

TEST(Pipes, ReadingTheWrongEndFailsAsEver) {
    Pipe pipe;
    const Outcome outcome = run_controlled({[&](Board& board) {
                                               char byte;
                                               board.values[0] = read(pipe.out(), &byte, 1);
                                               board.values[1] = errno;
                                               board.values[2] = read(999, &byte, 1);
                                               board.values[3] = errno;
                                           }},
                                           {}, pipe.made());
    EXPECT_EQ(outcome.values[0], -1);
    EXPECT_EQ(outcome.values[1], EBADF);
    EXPECT_EQ(outcome.values[2], -1);
    EXPECT_EQ(outcome.values[3], EBADF);
}

TEST(Pipes, WritingWithoutAReaderIsAnErrorWhereTheSignalIsIgnored) {
    const Outcome outcome = run_controlled({[](Board& board) {
        std::signal(SIGPIPE, SIG_IGN);
        int ends[2];
        if (pipe(ends) != 0) return;
        close(ends[0]);
        board.values[0] = write(ends[1], "x", 1);
        board.values[1] = errno;
    }});
    EXPECT_EQ(outcome.values[0], -1);
    EXPECT_EQ(outcome.values[1], EPIPE);
}

TEST(Pipes, AFullPipeMakesWritersWaitForReaders) {
    Pipe pipe;
    const Outcome outcome =
        run_controlled({[&](Board& board) {
                            const std::vector<char> page(4096);
                            for (int i = 0; i < 17; ++i) {
                                if (write(pipe.out(), page.data(), page.size()) == 4096)
                                    ++board.values[0];
                            }
                        },
                        [&](Board& board) {
                            std::vector<char> page(4096);
                            for (int i = 0; i < 17; ++i) {
                                if (read(pipe.in(), page.data(), page.size()) == 4096)
                                    ++board.values[1];
                            }
                        }},
                       {}, pipe.made());
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 17);
    EXPECT_EQ(outcome.values[1], 17);
}

TEST(Poll, WaitsForAnyOfSeveral) {
    Pipe first, second;
    const Outcome outcome =
        run_controlled({[&](Board& board) {
                            pollfd entries[2] = {{first.in(), POLLIN, 0}, {second.in(), POLLIN, 0}};
                            board.values[0] = poll(entries, 2, -1);
                            board.values[1] = entries[0].revents;
                            board.values[2] = entries[1].revents;
                        },
                        [&](Board& board) { board.values[3] = write(second.out(), "x", 1); }},
                       {}, [&] {
                           first.made()();
                           second.made()();
                       });
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 1);
    EXPECT_EQ(outcome.values[1], 0);
    EXPECT_EQ(outcome.values[2], POLLIN);
}

TEST(Poll, ItsTimeOutPassesInVirtualTime) {
    Pipe pipe;
    const Outcome outcome =
        run_controlled({[&](Board& board) {
                           pollfd entry{pipe.in(), POLLIN, 0};
                           board.values[0] = poll(&entry, 1, 3'600'000);
                           fd_set in;
                           FD_ZERO(&in);
                           FD_SET(pipe.in(), &in);
                           timeval hour{3600, 0};
                           board.values[1] = select(pipe.in() + 1, &in, nullptr, nullptr, &hour);
                           board.values[2] = FD_ISSET(pipe.in(), &in) ? 1 : 0;
                           board.values[3] = hour.tv_sec;
                       }},
                       {}, pipe.made());
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 0);
    EXPECT_EQ(outcome.values[1], 0);
    EXPECT_EQ(outcome.values[2], 0);
    EXPECT_EQ(outcome.values[3], 0);
    EXPECT_GE(outcome.clock, 7200 * kSecond);
}

TEST(Poll, MoreDescriptorsThanKeysStillWake) {
    std::vector<Pipe> pipes(40);
    const Outcome outcome =
        run_controlled({[&](Board& board) {
                            std::vector<pollfd> entries;
                            for (const Pipe& pipe : pipes)
                                entries.push_back({pipe.in(), POLLIN, 0});
                            board.values[0] = poll(entries.data(), entries.size(), -1);
                            board.values[1] = entries.back().revents;
                        },
                        [&](Board& board) { board.values[2] = write(pipes.back().out(), "x", 1); }},
                       {}, [&] {
                           for (Pipe& pipe : pipes) pipe.made()();
                       });
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 1);
    EXPECT_EQ(outcome.values[1], POLLIN);
}

TEST(Poll, AskingAgainAndAgainLetsTheOthersRun) {
    Pipe pipe;
    const Outcome outcome =
        run_controlled({[&](Board& board) {
                            pollfd entry{pipe.in(), POLLIN, 0};
                            while (poll(&entry, 1, 0) == 0) ++board.values[0];
                        },
                        [&](Board& board) { board.values[1] = write(pipe.out(), "x", 1); }},
                       {}, pipe.made());
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_GT(outcome.values[0], 0);
}

TEST(Descriptors, ACopyIsTheSameObject) {
    Pipe pipe;
    const Outcome outcome = run_controlled(
        {[&](Board& board) {
             const int copies[] = {dup(pipe.in()), dup2(pipe.in(), 200), dup3(pipe.in(), 201, 0),
                                   fcntl(pipe.in(), F_DUPFD, 202)};
             char byte;
             for (const int copy : copies) board.values[0] += read(copy, &byte, 1);
         },
         [&](Board& board) {
             for (int i = 0; i < 4; ++i) {
                 board.values[1] += write(pipe.out(), "x", 1);
                 pollfd none{-1, 0, 0};
                 poll(&none, 1, 1);
             }
         }},
        {}, pipe.made());
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 4);
    EXPECT_EQ(outcome.values[1], 4);
}

}  // namespace
}  // namespace stagger::agent
