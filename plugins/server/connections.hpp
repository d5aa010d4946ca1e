// SPDX-License-Identifier: Apache-2.0
//
// Ports over connections: a server that listens, and one connection for each task, made when it
// first calls. For every kind of socket that connects.
#pragma once

#include <sys/socket.h>

#include <utility>
#include <vector>

#include "plugins/server/framing.hpp"
#include "plugins/server/poll.hpp"
#include "plugins/server/remote.hpp"

namespace stagger::server {

// Where a server listens. A UNIX address is an abstract one: it vanishes with its last socket.
struct Address {
    sockaddr_storage storage{};
    socklen_t size = 0;

    static Address abstract(const std::string& name);
    static Address loopback();  // any free TCP port
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
    int family() const { return storage.ss_family; }
};

struct Endpoint {
    Address address;
    int type = SOCK_STREAM;

    Medium medium() const { return type == SOCK_STREAM ? Medium::Stream : Medium::Packets; }
};

// A socket of the endpoint's kind, closed with its owner.
class Socket {
public:
    Socket() = default;
    explicit Socket(const Endpoint& endpoint);
    explicit Socket(int file) : file_(file) {}
    Socket(Socket&& other) noexcept;
    Socket& operator=(Socket&& other) noexcept;
    ~Socket() { close(); }

    int file() const { return file_; }
    bool open() const { return file_ != -1; }
    void close();
    int release() { return std::exchange(file_, -1); }

private:
    int file_ = -1;
};

// Binds and listens, and completes the address with the port that it got.
Socket listen_at(Endpoint& endpoint);
// Connections that clients made and nobody accepted before they were killed.
void discard_waiting(const Socket& listener);

class ConnectionServerPort : public ServerPort {
public:
    ConnectionServerPort(const Endpoint& endpoint, const Socket& listener, std::uint32_t tasks);

    std::optional<Incoming> receive(plugin::Deadline deadline) override;
    void send(std::uint32_t channel, std::string_view answer) override;
    void reset() override;

private:
    struct Connection {
        Socket socket;
        Inbox inbox;
    };
    void accept();
    void drop(std::uint32_t channel);

    const Endpoint& endpoint_;
    const Socket& listener_;
    Poller poller_;  // the listener, then the connections by channel
    std::vector<Connection> connections_;
};

class ConnectionClientPort : public ClientPort {
public:
    ConnectionClientPort(const Endpoint& endpoint, std::uint32_t tasks)
        : endpoint_(endpoint), sockets_(tasks) {}

    std::string exchange(std::uint32_t task, std::string_view request,
                         const IsMine& is_mine) override;
    void reset() override;

private:
    void connect(Socket& socket) const;

    const Endpoint& endpoint_;
    std::vector<Socket> sockets_;
};

}  // namespace stagger::server
