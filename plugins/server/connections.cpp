// SPDX-License-Identifier: Apache-2.0
#include "plugins/server/connections.hpp"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace stagger::server {
namespace {

// A connection that is closed or whose process dies is gone at once, without the minutes for which
// TCP would keep its port; and nothing small is held back.
void tune(int file, const Endpoint& endpoint) {
    if (endpoint.address.family() != AF_INET) return;
    const linger at_once = {1, 0};
    setsockopt(file, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    const int yes = 1;
    setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

}  // namespace

Address Address::abstract(const std::string& name) {
    Address address;
    sockaddr_un unix_address{};
    unix_address.sun_family = AF_UNIX;
    // The first byte stays 0, which makes it abstract.
    if (name.size() > sizeof unix_address.sun_path - 1)
        throw plugin::Failure("the socket name " + name + " is too long");
    name.copy(unix_address.sun_path + 1, name.size());
    memcpy(&address.storage, &unix_address, sizeof unix_address);
    address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    return address;
}

Address Address::loopback() {
    Address address;
    sockaddr_in internet_address{};
    internet_address.sin_family = AF_INET;
    internet_address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    memcpy(&address.storage, &internet_address, sizeof internet_address);
    address.size = sizeof internet_address;
    return address;
}

Socket::Socket(const Endpoint& endpoint)
    : file_(socket(endpoint.address.family(), endpoint.type | SOCK_CLOEXEC, 0)) {
    if (file_ == -1) plugin::fail_system("socket", errno);
    tune(file_, endpoint);
}

Socket::Socket(Socket&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
}

void Socket::close() {
    if (file_ != -1) ::close(file_);
    file_ = -1;
}

Socket listen_at(Endpoint& endpoint) {
    Socket socket(endpoint);
    if (bind(socket.file(), endpoint.address.get(), endpoint.address.size) != 0)
        plugin::fail_system("bind of the server's socket", errno);
    if (listen(socket.file(), SOMAXCONN) != 0)
        plugin::fail_system("listen at the server's socket", errno);
    getsockname(socket.file(), endpoint.address.get(), &endpoint.address.size);
    return socket;
}

void discard_waiting(const Socket& listener) {
    pollfd waiting = {listener.file(), POLLIN, 0};
    while (poll(&waiting, 1, 0) > 0)
        Socket(accept4(listener.file(), nullptr, nullptr, SOCK_CLOEXEC));
}

ConnectionServerPort::ConnectionServerPort(const Endpoint& endpoint, const Socket& listener,
                                           std::uint32_t tasks)
    : endpoint_(endpoint), listener_(listener), poller_(tasks + 1) {
    poller_.set(0, listener_.file());
}

std::optional<ServerPort::Incoming> ConnectionServerPort::receive(plugin::Deadline deadline) {
    const auto ready = poller_.wait(deadline);
    if (!ready) return std::nullopt;
    if (*ready == 0) {
        accept();
        return std::nullopt;
    }
    const auto channel = static_cast<std::uint32_t>(*ready - 1);
    Connection& connection = connections_[channel];
    if (!connection.inbox.receive(connection.socket.file(), endpoint_.medium())) {
        drop(channel);
        return Incoming{channel, std::nullopt};
    }
    // Who asks waits for the answer, so at most one request is there.
    auto request = connection.inbox.take();
    if (!request) return std::nullopt;
    return Incoming{channel, std::move(request)};
}

void ConnectionServerPort::accept() {
    const int file = accept4(listener_.file(), nullptr, nullptr, SOCK_CLOEXEC);
    if (file == -1) {
        if (errno == EINTR || errno == ECONNABORTED) return;
        plugin::fail_system("accept4", errno);
    }
    tune(file, endpoint_);
    // The place of one that has gone, or a new one.
    const auto free = std::find_if(connections_.begin(), connections_.end(),
                                   [](const Connection& c) { return !c.socket.open(); });
    const auto channel = static_cast<std::size_t>(free - connections_.begin());
    if (free == connections_.end()) connections_.emplace_back();
    connections_[channel].socket = Socket(file);
    connections_[channel].inbox.clear();
    poller_.set(channel + 1, file);
}

void ConnectionServerPort::drop(std::uint32_t channel) {
    connections_[channel].socket.close();
    poller_.set(channel + 1, Poller::kNone);
}

void ConnectionServerPort::send(std::uint32_t channel, std::string_view answer) {
    // Whether the client has gone is seen when it is read from.
    if (connections_[channel].socket.open())
        send_message(connections_[channel].socket.file(), endpoint_.medium(), answer);
}

void ConnectionServerPort::reset() {
    connections_.clear();
    poller_.reset();
    poller_.set(0, listener_.file());
}

std::string ConnectionClientPort::exchange(std::uint32_t task, std::string_view request,
                                           const IsMine& is_mine) {
    Socket& socket = sockets_.at(task);
    if (!socket.open()) connect(socket);
    const Medium medium = endpoint_.medium();
    bool there = send_message(socket.file(), medium, request);
    Inbox inbox;
    while (there) {
        there = inbox.receive(socket.file(), medium);
        while (auto answer = inbox.take())
            if (is_mine(*answer)) return *std::move(answer);
    }
    throw plugin::Failure("the server has closed the connection");
}

void ConnectionClientPort::connect(Socket& socket) const {
    socket = Socket(endpoint_);
    while (::connect(socket.file(), endpoint_.address.get(), endpoint_.address.size) != 0) {
        // After a signal, a TCP connection goes on being made; asking again tells how far it is.
        if (errno == EISCONN) return;
        pollfd made = {socket.file(), POLLOUT, 0};
        if (errno == EALREADY)
            poll(&made, 1, -1);
        else if (errno != EINTR)
            plugin::fail_system("connect to the server", errno);
    }
}

void ConnectionClientPort::reset() {
    for (Socket& socket : sockets_) socket.close();
}

}  // namespace stagger::server
