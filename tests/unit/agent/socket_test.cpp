// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "tests/unit/agent/controlled.hpp"

namespace stagger::agent {
namespace {

using control::Ending;

// An address of one family, for one test; abstract, so that nothing is left behind.
struct Address {
    sockaddr_storage storage{};
    socklen_t size = sizeof(storage);
    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

Address abstract(const char* name) {
    Address address;
    auto* local = reinterpret_cast<sockaddr_un*>(&address.storage);
    local->sun_family = AF_UNIX;
    const int length = std::snprintf(local->sun_path + 1, sizeof(local->sun_path) - 1, "%s-%d",
                                     name, static_cast<int>(getpid()));
    address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 +
                                          static_cast<std::size_t>(length));
    return address;
}

Address loopback() {
    Address address;
    auto* internet = reinterpret_cast<sockaddr_in*>(&address.storage);
    internet->sin_family = AF_INET;
    internet->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.size = sizeof(sockaddr_in);
    return address;
}

// A listener made before the tasks start; `address` becomes the one it got.
struct Listener {
    int type;
    Address address;
    int backlog = 8;
    int socket = -1;

    std::function<void()> made() {
        return [this] {
            socket = ::socket(address.get()->sa_family, type, 0);
            ASSERT_EQ(bind(socket, address.get(), address.size), 0);
            ASSERT_EQ(getsockname(socket, address.get(), &address.size), 0);
            if (type != SOCK_DGRAM) {
                ASSERT_EQ(listen(socket, backlog), 0);
            }
        };
    }
    std::function<void()> released() {
        return [this] { close(socket); };
    }
    int connected() {
        const int client = ::socket(address.get()->sa_family, type, 0);
        return connect(client, address.get(), address.size) == 0 ? client : -1;
    }
};

// One request and its answer, over connections of any kind.
Outcome converse(Listener& listener) {
    return run_controlled({[&](Board& board) {
                               const int client = accept(listener.socket, nullptr, nullptr);
                               char text[16] = "";
                               board.values[0] = recv(client, text, sizeof(text), 0);
                               board.values[1] = send(client, "answer", 7, 0);
                               board.values[2] = recv(client, text, sizeof(text), 0);
                               board.note(0);
                           },
                           [&](Board& board) {
                               const int client = listener.connected();
                               board.values[3] = send(client, "ask", 4, 0);
                               char text[16] = "";
                               board.values[4] = recv(client, text, sizeof(text), 0);
                               board.note(std::strcmp(text, "answer") == 0 ? 1 : 2);
                               close(client);
                           }},
                          {}, listener.made(), listener.released());
}

void expect_conversation(Listener listener) {
    const Outcome outcome = converse(listener);
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 4);
    EXPECT_EQ(outcome.values[1], 7);
    EXPECT_EQ(outcome.values[2], 0) << "the peer closed its end";
    EXPECT_EQ(outcome.values[3], 4);
    EXPECT_EQ(outcome.values[4], 7);
    EXPECT_EQ(text_of(outcome.order), "10");
}

TEST(Sockets, StreamsConverse) {
    expect_conversation({SOCK_STREAM, abstract("stream")});
}
TEST(Sockets, PacketsConverse) {
    expect_conversation({SOCK_SEQPACKET, abstract("packet")});
}
TEST(Sockets, TcpConverses) {
    expect_conversation({SOCK_STREAM, loopback()});
}

TEST(Sockets, ATcpMessageInTwoPartsArrivesWithoutDelay) {
    Listener listener{SOCK_STREAM, loopback()};
    const Outcome outcome =
        run_controlled({[&](Board& board) {
                            const int client = accept(listener.socket, nullptr, nullptr);
                            char text[4];
                            for (int i = 0; i < 40; ++i) {
                                board.values[0] += recv(client, text, 4, MSG_WAITALL);
                                board.values[1] += send(client, text, 1, 0);
                                board.values[1] += send(client, text, 1, 0);
                            }
                        },
                        [&](Board& board) {
                            const int client = listener.connected();
                            char text[4] = "ab";
                            for (int i = 0; i < 40; ++i) {
                                board.values[2] += send(client, text, 1, 0);
                                board.values[2] += send(client, text, 3, 0);
                                board.values[3] += recv(client, text, 2, MSG_WAITALL);
                            }
                        }},
                       {}, listener.made(), listener.released());
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 160);
    EXPECT_EQ(outcome.values[3], 80);
}

TEST(Sockets, ConnectionsAreAcceptedInTheOrderTheyWereMade) {
    Listener listener{SOCK_STREAM, abstract("order")};
    const auto client = [&](char mark) {
        return [&listener, mark](Board& board) {
            const int socket = listener.connected();
            board.note(mark - '0');
            char answer = '?';
            if (send(socket, &mark, 1, 0) != 1 || recv(socket, &answer, 1, 0) != 1) return;
            board.values[mark - '0'] = answer == mark ? 1 : 0;
        };
    };
    const Body server = [&](Board& board) {
        int clients[2];
        for (int& socket : clients) socket = accept(listener.socket, nullptr, nullptr);
        for (const int socket : clients) {
            char mark = '?';
            if (recv(socket, &mark, 1, 0) != 1) return;
            board.note(mark - '0');
            send(socket, &mark, 1, 0);
        }
    };
    const auto orders =
        orders_of({client('1'), client('2'), server}, 30, listener.made(), listener.released());
    EXPECT_EQ(orders, (std::vector<std::string>{"1212", "2121"}));
}

TEST(Sockets, AFullBacklogMakesConnectWait) {
    Listener listener{SOCK_STREAM, abstract("backlog"), 0};
    const Body client = [&](Board& board) {
        if (listener.connected() >= 0) ++board.values[0];
    };
    const Body server = [&](Board& board) {
        for (int i = 0; i < 3; ++i) {
            if (accept(listener.socket, nullptr, nullptr) >= 0) ++board.values[1];
        }
    };
    const Outcome outcome =
        run_controlled({client, client, client, server}, {}, listener.made(), listener.released());
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 3);
    EXPECT_EQ(outcome.values[1], 3);
    const Outcome alone =
        run_controlled({client, client, client}, {}, listener.made(), listener.released());
    EXPECT_EQ(alone.ending, Ending::Deadlock);
}

TEST(Sockets, DatagramsWaitForTheirReceiverAndItForThem) {
    Listener receiver{SOCK_DGRAM, abstract("datagram")};
    constexpr int kMany = 40;  // more than a receiver keeps unread
    const Outcome outcome =
        run_controlled({[&](Board& board) {
                            const int socket = ::socket(AF_UNIX, SOCK_DGRAM, 0);
                            for (int i = 0; i < kMany; ++i) {
                                board.values[0] += sendto(socket, "x", 1, 0, receiver.address.get(),
                                                          receiver.address.size);
                            }
                        },
                        [&](Board& board) {
                            const int socket = receiver.connected();
                            for (int i = 0; i < kMany; ++i)
                                board.values[1] += send(socket, "y", 1, 0);
                        },
                        [&](Board& board) {
                            char byte;
                            for (int i = 0; i < 2 * kMany; ++i) {
                                board.values[2] += recv(receiver.socket, &byte, 1, 0);
                            }
                        }},
                       {}, receiver.made(), receiver.released());
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], kMany);
    EXPECT_EQ(outcome.values[1], kMany);
    EXPECT_EQ(outcome.values[2], 2 * kMany);
}

TEST(Sockets, ALongSendOverAPairIsDoneInParts) {
    constexpr std::size_t kSize = 3'000'000;
    int ends[2];
    const Outcome outcome = run_controlled(
        {[&](Board& board) {
             const std::vector<char> bytes(kSize, 'x');
             board.values[0] = write(ends[0], bytes.data(), bytes.size());
         },
         [&](Board& board) {
             std::vector<char> bytes(kSize);
             board.values[1] = recv(ends[1], bytes.data(), bytes.size(), MSG_WAITALL);
         }},
        {}, [&] { ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0); });
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], static_cast<long>(kSize));
    EXPECT_EQ(outcome.values[1], static_cast<long>(kSize));
}

TEST(Sockets, AReceiveTimeOutPassesInVirtualTime) {
    int ends[2];
    const Outcome outcome =
        run_controlled({[&](Board& board) {
                           const timeval minute{60, 0};
                           setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &minute, sizeof(minute));
                           char byte;
                           board.values[0] = recv(ends[0], &byte, 1, 0);
                           board.values[1] = errno;
                           board.values[2] = recv(ends[0], &byte, 1, MSG_DONTWAIT);
                           board.values[3] = errno;
                       }},
                       {}, [&] { ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0); });
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], -1);
    EXPECT_EQ(outcome.values[1], EAGAIN);
    EXPECT_EQ(outcome.values[2], -1);
    EXPECT_EQ(outcome.values[3], EAGAIN);
    EXPECT_GE(outcome.clock, 60'000'000'000);
}

TEST(Sockets, ShutdownWakesTheReader) {
    int ends[2];
    const Outcome outcome =
        run_controlled({[&](Board& board) {
                            char byte;
                            board.values[0] = 1 + recv(ends[0], &byte, 1, 0);
                        },
                        [&](Board&) { shutdown(ends[1], SHUT_WR); }},
                       {}, [&] { ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0); });
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 1);
}

TEST(Sockets, PollSeesAConnectionComing) {
    Listener listener{SOCK_STREAM, abstract("poll")};
    const Outcome outcome =
        run_controlled({[&](Board& board) {
                            pollfd entry{listener.socket, POLLIN, 0};
                            board.values[0] = poll(&entry, 1, -1);
                        },
                        [&](Board& board) { board.values[1] = listener.connected() >= 0 ? 1 : 0; }},
                       {}, listener.made(), listener.released());
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 1);
    EXPECT_EQ(outcome.values[1], 1);
}

void send_descriptor(int socket, int descriptor) {
    char byte = 'd';
    iovec piece{&byte, 1};
    alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = room;
    message.msg_controllen = sizeof(room);
    cmsghdr* head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(head), &descriptor, sizeof(int));
    sendmsg(socket, &message, 0);
}

int receive_descriptor(int socket) {
    char byte;
    iovec piece{&byte, 1};
    alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = room;
    message.msg_controllen = sizeof(room);
    if (recvmsg(socket, &message, 0) != 1) return -1;
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
    return descriptor;
}

TEST(Sockets, ADescriptorThatTravelledIsTheSameObject) {
    int ends[2];
    const Outcome outcome =
        run_controlled({[&](Board& board) {
                            char byte;
                            const int in = receive_descriptor(ends[0]);
                            board.values[0] = read(in, &byte, 1);
                        },
                        [&](Board& board) {
                            int own[2];
                            if (pipe(own) != 0) return;
                            send_descriptor(ends[1], own[0]);
                            pollfd none{-1, 0, 0};
                            poll(&none, 1, 1);
                            board.values[1] = write(own[1], "x", 1);
                        }},
                       {}, [&] { ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0); });
    EXPECT_EQ(outcome.ending, Ending::Completed);
    EXPECT_EQ(outcome.values[0], 1);
    EXPECT_EQ(outcome.values[1], 1);
}

}  // namespace
}  // namespace stagger::agent
