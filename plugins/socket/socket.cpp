// SPDX-License-Identifier: Apache-2.0
//
// The backend `socket`: a server process behind sockets of the chosen kind. Connecting kinds have
// one connection per task; with datagrams each task has a socket of its own, and the server answers
// to where a request came from. Names are abstract or ports, so nothing of them is ever left
// behind.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include <array>

#include "plugins/server/connections.hpp"
#include "plugins/server/kernel_streams.hpp"

namespace stagger::server {
namespace {

enum class Kind : std::uint8_t { Stream, Seqpacket, Datagram, Tcp };

Endpoint make_endpoint(const plugin::Config& config, Kind kind) {
    const int types[] = {SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM, SOCK_STREAM};
    return {kind == Kind::Tcp ? Address::loopback() : Address::abstract(config.prefix() + "server"),
            types[static_cast<int>(kind)]};
}

Socket bind_at(const Endpoint& endpoint) {
    Socket socket(endpoint);
    if (bind(socket.file(), endpoint.address.get(), endpoint.address.size) != 0)
        plugin::fail_system("bind of a datagram socket", errno);
    return socket;
}

std::string task_name(const std::string& prefix, std::uint32_t task) {
    return prefix + "task" + std::to_string(task);
}

// A datagram is the task's number, one byte of flags, and a part.
class Datagrams {
public:
    struct Part {
        std::uint32_t task;
        std::uint8_t flags;
        std::string bytes;
    };
    static constexpr std::size_t kHeader = 5;
    static constexpr std::size_t kLargestPart = 32 * 1024;

    // Waits while the receiver's queue is full. False when the receiver has gone.
    static bool send(int file, const Address& to, std::uint32_t task, std::string_view message) {
        return send_in_parts(message, kLargestPart, [&](std::uint8_t flags, auto part) {
            std::string datagram;
            wire::detail::append_little_endian(datagram, task);
            datagram.push_back(static_cast<char>(flags));
            datagram.append(part);
            return send_one(file, to, datagram);
        });
    }

    // Nothing after a signal.
    static std::optional<Part> receive(int file) {
        std::array<char, kHeader + kLargestPart> buffer;
        const ssize_t size = recv(file, buffer.data(), buffer.size(), 0);
        if (size < 0 && errno == EINTR) return std::nullopt;
        if (size < 0) plugin::fail_system("recv of a datagram", errno);
        if (static_cast<std::size_t>(size) < kHeader)
            throw plugin::Failure("torn value: a datagram without its header was received");
        const std::string_view datagram(buffer.data(), static_cast<std::size_t>(size));
        return Part{wire::detail::read_little_endian<std::uint32_t>(datagram.data()),
                    static_cast<std::uint8_t>(datagram[4]), std::string(datagram.substr(kHeader))};
    }

private:
    static bool send_one(int file, const Address& to, const std::string& datagram) {
        while (sendto(file, datagram.data(), datagram.size(), MSG_NOSIGNAL, to.get(), to.size) <
               0) {
            if (errno == ECONNREFUSED || errno == ENOENT || errno == EPIPE) return false;
            // A blocking socket waits for room by itself, but for a kernel short of memory.
            if (errno == EAGAIN || errno == ENOBUFS)
                sched_yield();
            else if (errno != EINTR)
                plugin::fail_system("sendto", errno);
        }
        return true;
    }
};

class DatagramServerPort : public ServerPort {
public:
    DatagramServerPort(const Socket& socket, std::vector<Address> tasks)
        : socket_(socket), tasks_(std::move(tasks)), unfinished_(tasks_.size()), poller_(1) {
        reset();
    }

    std::optional<Incoming> receive(plugin::Deadline deadline) override {
        if (!deadline.never() && !poller_.wait(deadline)) return std::nullopt;
        const auto part = Datagrams::receive(socket_.file());
        if (!part || part->task >= unfinished_.size()) return std::nullopt;
        auto request = unfinished_[part->task].add(part->flags, part->bytes);
        if (!request) return std::nullopt;
        return Incoming{part->task, std::move(request)};
    }
    void send(std::uint32_t task, std::string_view answer) override {
        Datagrams::send(socket_.file(), tasks_[task], task, answer);
    }
    void reset() override {
        poller_.reset();
        poller_.set(0, socket_.file());
        for (Assembly& message : unfinished_) message.clear();
    }

private:
    const Socket& socket_;
    const std::vector<Address> tasks_;
    std::vector<Assembly> unfinished_;  // by task
    Poller poller_;
};

class DatagramClientPort : public ClientPort {
public:
    DatagramClientPort(const Endpoint& server, std::vector<Address> tasks)
        : server_(server), tasks_(std::move(tasks)), sockets_(tasks_.size()) {}

    std::string exchange(std::uint32_t task, std::string_view request,
                         const IsMine& is_mine) override {
        Socket& socket = sockets_.at(task);
        if (!socket.open()) socket = bind_at({tasks_[task], server_.type});
        if (!Datagrams::send(socket.file(), server_.address, task, request))
            throw plugin::Failure("the server has gone");
        Assembly assembly;
        for (;;) {
            const auto part = Datagrams::receive(socket.file());
            if (!part) continue;
            auto answer = assembly.add(part->flags, part->bytes);
            if (answer && is_mine(*answer)) return *std::move(answer);
        }
    }
    void reset() override {
        for (Socket& socket : sockets_) socket.close();
    }

private:
    const Endpoint& server_;
    const std::vector<Address> tasks_;
    std::vector<Socket> sockets_;
};

constexpr stagger_option kOptions[] = {
    {"kind", "stream|seqpacket|datagram|tcp", "stream",
     "the kind of socket: AF_UNIX of three types, or TCP over the loopback interface"},
    kFramingOption,
    plugin::kOverflowOption,
    plugin::kDeliveryOption,
    {nullptr, nullptr, nullptr, nullptr},
};

bool keeps_boundaries(Kind kind) {
    return kind == Kind::Seqpacket || kind == Kind::Datagram;
}

// A connection within this process, over the loopback interface.
StreamEnds make_tcp_pair() {
    Endpoint endpoint{Address::loopback(), SOCK_STREAM};
    const Socket listener = listen_at(endpoint);
    Socket writer(endpoint);
    if (connect(writer.file(), endpoint.address.get(), endpoint.address.size) != 0)
        plugin::fail_system("connect of a stream", errno);
    const int reader = accept4(listener.file(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (reader == -1) plugin::fail_system("accept4 of a stream", errno);
    fcntl(writer.file(), F_SETFL, O_NONBLOCK);
    return {reader, writer.release()};
}

// The pair of sockets that a stream consists of; Linux takes half of the capacity for itself.
StreamEnds make_pair(Kind kind, std::uint64_t capacity) {
    StreamEnds ends;
    if (kind == Kind::Tcp) {
        ends = make_tcp_pair();
    } else {
        const int types[] = {SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM};
        int pair[2];
        if (socketpair(AF_UNIX, types[static_cast<int>(kind)] | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
                       pair) != 0)
            plugin::fail_system("socketpair of a stream", errno);
        ends = {pair[0], pair[1]};
    }
    const int size = static_cast<int>(capacity);
    if (size != 0) setsockopt(ends.write, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    return ends;
}

class SocketBackend : public RemoteBackend {
public:
    static plugin::Description describe() {
        return {"socket", "a server process, reached over sockets; streams are pairs of sockets",
                with_kernel_streams(), kOptions};
    }

    static stagger_contract contract(const plugin::Config& config) {
        stagger_contract promise = RemoteBackend::contract(config);
        const Framing framing = framing_of(config, keeps_boundaries(kind_of(config)));
        // What a socket of this system holds unless told otherwise; it matters only that it is full
        // some day.
        promise.stream_capacity = 212992;
        // POSIX lets bytes of several writers be mixed as it likes.
        promise.stream_atomic = framing == Framing::Packets ? 0 : 1;
        promise.framed = framing != Framing::None;
        return promise;
    }

    explicit SocketBackend(const plugin::Config& config)
        : RemoteBackend(config),
          kind_(kind_of(config)),
          endpoint_(make_endpoint(config, kind_)),
          socket_(kind_ == Kind::Datagram ? bind_at(endpoint_) : listen_at(endpoint_)),
          streams_(objects(), framing_of(config, keeps_boundaries(kind_)),
                   [this](std::uint64_t capacity) { return make_pair(kind_, capacity); }) {
        for (std::uint32_t task = 0; task < tasks(); ++task)
            task_addresses_.push_back(Address::abstract(task_name(config.prefix(), task)));
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t process) override {
        return std::make_unique<StreamingPeer>(streams_, RemoteBackend::attach(process));
    }
    void reset_shared() override {
        streams_.drain();
        if (kind_ != Kind::Datagram) return discard_waiting(socket_);
        // What tasks sent before they were killed.
        pollfd waiting = {socket_.file(), POLLIN, 0};
        while (poll(&waiting, 1, 0) > 0) Datagrams::receive(socket_.file());
    }

protected:
    std::unique_ptr<ServerPort> server_port() override {
        if (kind_ == Kind::Datagram)
            return std::make_unique<DatagramServerPort>(socket_, task_addresses_);
        return std::make_unique<ConnectionServerPort>(endpoint_, socket_, tasks());
    }
    std::unique_ptr<ClientPort> client_port() override {
        if (kind_ == Kind::Datagram)
            return std::make_unique<DatagramClientPort>(endpoint_, task_addresses_);
        return std::make_unique<ConnectionClientPort>(endpoint_, tasks());
    }

private:
    static Kind kind_of(const plugin::Config& config) {
        return config.choose<Kind>("kind", {"stream", "seqpacket", "datagram", "tcp"});
    }

    const Kind kind_;
    Endpoint endpoint_;
    const Socket socket_;  // that the server listens at or receives from
    const KernelStreams streams_;
    std::vector<Address> task_addresses_;  // of datagram sockets
};

}  // namespace
}  // namespace stagger::server

STAGGER_BACKEND(stagger::server::SocketBackend)
