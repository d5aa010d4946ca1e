// SPDX-License-Identifier: Apache-2.0
//
// Requests and replies over sockets that keep packets whole, one pair of sockets for each client. A
// request whose reply does not come within a second is sent again, as the REQ of nanomsg and nng do
// by default: it might have been lost. It was not; the server was slow, and does the work twice.
//
// Reported in https://github.com/nanomsg/nng/issues/857 and
// https://github.com/nanomsg/nng/issues/1240 . Fixed by not sending again (`resend = never`), or by
// a server that knows a request that it has seen by its number (`server = remembers`).
//
// A socket knows one request at a time: the next one takes the place of that before. Threads that
// share a socket (`sockets = shared`) cancel each other's requests, and who waited for the reply to
// his own takes the one to the other's. Reported in https://github.com/nanomsg/nng/issues/2164 .
// Fixed by a socket, or in nng a context, for each.
#include <sys/socket.h>

#include <atomic>

#include <stagger/channels.hpp>

#include "plugins/zoo/descriptors.hpp"
#include "plugins/zoo/shared.hpp"

namespace {

using namespace stagger;

enum class Resend : std::uint8_t { EachSecond, Never };
enum class Server : std::uint8_t { Forgets, Remembers };
enum class Sockets : std::uint8_t { Own, Shared };

struct Ways {
    Resend resend;
    Server server;
    Sockets sockets;
};

constexpr std::int64_t kResendAfter = 1'000'000'000;
constexpr std::size_t kMostTasks = 64;

// By link: the request that was sent last, and the last one that was served.
struct Numbers {
    std::atomic<std::uint32_t> sent[kMostTasks];
    std::uint32_t served[kMostTasks];
};

struct Link {
    zoo::Ends sockets =
        zoo::make_socket_pair(SOCK_SEQPACKET);  // read: the server's, write: the client's
};

struct Service {
    explicit Service(std::size_t clients) : links(clients) {}

    std::vector<Link> links;  // by task, or by process where its threads share one
    zoo::Shared<Numbers> numbers;
};

struct Packet {
    std::uint32_t number = 0;
    std::string value;
};

void send_packet(int socket, const Packet& packet) {
    std::string bytes;
    wire::detail::append_little_endian(bytes, packet.number);
    bytes += packet.value;
    while (send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0)
        if (errno != EINTR) plugin::fail_system("send", errno);
}

Packet receive_packet(int socket) {
    std::string bytes(4096, '\0');
    ssize_t size = recv(socket, bytes.data(), bytes.size(), 0);
    while (size < 0 && errno == EINTR) size = recv(socket, bytes.data(), bytes.size(), 0);
    if (size < 4) plugin::fail_system("recv", size < 0 ? errno : EBADMSG);
    bytes.resize(static_cast<std::size_t>(size));
    return {wire::detail::read_little_endian<std::uint32_t>(bytes.data()), bytes.substr(4)};
}

class ResentRequest : public plugin::Rpc {
public:
    ResentRequest(Service& service, std::uint32_t process, Ways ways)
        : service_(service), process_(process), ways_(ways) {}

    plugin::Reply call(std::string_view request, plugin::Deadline deadline) override {
        const std::uint32_t client =
            ways_.sockets == Sockets::Own ? plugin::current_task : process_;
        const int socket = service_.links.at(client).sockets.write.get();
        const Packet packet = {++service_.numbers->sent[client], std::string(request)};
        send_packet(socket, packet);
        for (;;) {
            while (!zoo::await(socket, POLLIN, next_look(deadline))) {
                if (deadline.passed()) return {STAGGER_TIMEOUT};
                send_packet(socket, packet);
            }
            const Packet reply = receive_packet(socket);
            if (reply.number == service_.numbers->sent[client])
                return plugin::Reply::of(reply.value);
        }
    }
    plugin::Reply serve(plugin::Deadline deadline) override {
        std::vector<pollfd> requests;
        for (const Link& link : service_.links)
            requests.push_back({link.sockets.read.get(), POLLIN, 0});
        for (;;) {
            const int count = poll(requests.data(), requests.size(), deadline.never() ? -1 : 0);
            if (count == 0) return {STAGGER_EMPTY};
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) plugin::fail_system("poll", errno);
            std::size_t client = 0;
            while (requests[client].revents == 0) ++client;
            const Packet packet = receive_packet(requests[client].fd);
            if (is_known(client, packet.number)) continue;
            client_ = client;
            number_ = packet.number;
            return plugin::Reply::of(packet.value);
        }
    }
    void reply(std::string_view value) override {
        send_packet(service_.links.at(client_).sockets.read.get(), {number_, std::string(value)});
    }

    std::string snapshot() override { throw plugin::Unsupported(); }

private:
    plugin::Deadline next_look(plugin::Deadline deadline) const {
        if (ways_.resend == Resend::Never) return deadline;
        const plugin::Deadline next = plugin::Deadline::after(kResendAfter);
        return next.nanoseconds() < deadline.nanoseconds() ? next : deadline;
    }
    bool is_known(std::size_t client, std::uint32_t number) {
        std::uint32_t& served = service_.numbers->served[client];
        const bool known = ways_.server == Server::Remembers && number <= served;
        served = number;
        return known;
    }

    Service& service_;
    const std::uint32_t process_;
    const Ways ways_;
    std::size_t client_ = 0;  // whose request this process has served last, and which
    std::uint32_t number_ = 0;
};

constexpr stagger_option kOptions[] = {
    {"resend", "each-second|never", "each-second", "when a request without a reply is sent again"},
    {"server", "forgets|remembers", "forgets", "whether a server knows what it has served"},
    {"sockets", "own|shared", "own", "whether the threads of a process share a socket"},
    {nullptr, nullptr, nullptr, nullptr},
};

class ResentRequests : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_resent_request", "requests that are sent again", {}, kOptions};
        about.operations[STAGGER_RPC] =
            plugin::operation_bits({STAGGER_CALL, STAGGER_SERVE, STAGGER_REPLY});
        return about;
    }

    explicit ResentRequests(const plugin::Config& config)
        : ways_{config.choose<Resend>("resend", {"each-second", "never"}),
                config.choose<Server>("server", {"forgets", "remembers"}),
                config.choose<Sockets>("sockets", {"own", "shared"})} {
        const std::size_t clients = std::max(config.tasks(), config.processes());
        if (clients > kMostTasks) throw plugin::Failure("that are too many tasks");
        for (std::size_t i = 0; i < config.objects().size(); ++i)
            services_.push_back(std::make_unique<Service>(clients));
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t process) override {
        plugin::ObjectPeer::Objects objects;
        for (const auto& service : services_)
            objects.push_back(std::make_unique<ResentRequest>(*service, process, ways_));
        return std::make_unique<plugin::ObjectPeer>(std::move(objects));
    }
    void reset_shared() override {
        for (const auto& service : services_) {
            service->numbers.clear();
            for (const Link& link : service->links) {
                zoo::drain(link.sockets.read.get());
                zoo::drain(link.sockets.write.get());
            }
        }
    }

private:
    const Ways ways_;
    std::vector<std::unique_ptr<Service>> services_;
};

}  // namespace

STAGGER_BACKEND(ResentRequests)
