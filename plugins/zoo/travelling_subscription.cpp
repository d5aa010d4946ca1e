// SPDX-License-Identifier: Apache-2.0
//
// A topic whose subscriptions travel: subscribing sends a message to whoever distributes what is
// published, and comes back at once. What is published before that message has arrived goes to
// nobody, without an error on either side: the slow joiner of ZeroMQ's and nng's PUB and SUB.
//
// Reported in https://github.com/zeromq/pyzmq/issues/2036 ,
// https://github.com/zeromq/libzmq/issues/2291 and
// https://github.com/blacklanternsecurity/bbot/pull/3214 . Fixed by waiting for a word of welcome,
// which the distributor sends once it knows the subscriber.
#include <sys/socket.h>

#include <stagger/channels.hpp>

#include "plugins/zoo/descriptors.hpp"

namespace {

using namespace stagger;

enum class Subscribe : std::uint8_t { Sends, Waits };

// The first byte of a packet; a publication and a delivery have the value behind it.
constexpr char kSubscription = 's', kPublication = 'p', kWelcome = 'w', kAccepted = 'a',
               kDelivery = 'd';

void send_packet(int socket, const std::string& packet) {
    while (send(socket, packet.data(), packet.size(), MSG_NOSIGNAL) < 0)
        if (errno != EINTR) plugin::fail_system("send", errno);
}

std::string receive_packet(int socket) {
    std::string packet(4096, '\0');
    ssize_t size = recv(socket, packet.data(), packet.size(), 0);
    while (size < 0 && errno == EINTR) size = recv(socket, packet.data(), packet.size(), 0);
    if (size < 1) plugin::fail_system("recv", size < 0 ? errno : EBADMSG);
    packet.resize(static_cast<std::size_t>(size));
    return packet;
}

// A pair of sockets for each task; `read` is the distributor's.
using Links = std::vector<zoo::Ends>;

class TravellingTopic : public plugin::Topic {
public:
    TravellingTopic(const Links& links, Subscribe subscribe)
        : links_(links), subscribe_(subscribe) {}

    stagger_status publish(std::string_view value, plugin::Deadline) override {
        send_packet(own_socket(), kPublication + std::string(value));
        receive_packet(own_socket());
        return STAGGER_OK;
    }
    void subscribe() override {
        send_packet(own_socket(), std::string(1, kSubscription));
        if (subscribe_ == Subscribe::Waits) receive_packet(own_socket());
    }
    plugin::Reply receive(plugin::Deadline deadline) override {
        for (;;) {
            if (!zoo::await(own_socket(), POLLIN, deadline)) return {STAGGER_EMPTY};
            const std::string packet = receive_packet(own_socket());
            if (packet[0] == kDelivery) return plugin::Reply::of(packet.substr(1));
        }
    }

private:
    int own_socket() const { return links_.at(plugin::current_task).write.get(); }

    const Links& links_;
    const Subscribe subscribe_;
};

constexpr stagger_option kOptions[] = {
    {"subscribe", "sends|waits", "sends", "whether who subscribes waits for a word of welcome"},
    {nullptr, nullptr, nullptr, nullptr},
};

class TravellingSubscriptions : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_travelling_subscription", "a topic to which subscriptions travel", {}, kOptions};
        about.operations[STAGGER_TOPIC] =
            plugin::operation_bits({STAGGER_PUBLISH, STAGGER_SUBSCRIBE, STAGGER_RECEIVE});
        return about;
    }
    static std::uint32_t servers(const plugin::Config&) { return 1; }

    explicit TravellingSubscriptions(const plugin::Config& config)
        : subscribe_(config.choose<Subscribe>("subscribe", {"sends", "waits"})) {
        if (config.objects().size() != 1) throw plugin::Failure("one topic, no more");
        for (std::uint32_t task = 0; task < config.tasks(); ++task) {
            links_.push_back(zoo::make_socket_pair(SOCK_SEQPACKET));
            requests_.push_back({links_.back().read.get(), POLLIN, 0});
        }
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects objects;
        objects.push_back(std::make_unique<TravellingTopic>(links_, subscribe_));
        return std::make_unique<plugin::ObjectPeer>(std::move(objects));
    }
    // The distributor.
    void serve(std::uint32_t) override {
        for (;;) {
            if (poll(requests_.data(), requests_.size(), -1) < 0 && errno != EINTR)
                plugin::fail_system("poll", errno);
            for (const pollfd& request : requests_)
                if ((request.revents & POLLIN) != 0) distribute(request.fd);
        }
    }
    void reset_server() override { subscribers_.clear(); }
    void reset_shared() override {
        for (const zoo::Ends& link : links_) {
            zoo::drain(link.read.get());
            zoo::drain(link.write.get());
        }
    }

private:
    void distribute(int socket) {
        const std::string packet = receive_packet(socket);
        if (packet[0] == kSubscription) {
            subscribers_.push_back(socket);
            send_packet(socket, std::string(1, kWelcome));
            return;
        }
        for (const int subscriber : subscribers_)
            send_packet(subscriber, kDelivery + packet.substr(1));
        send_packet(socket, std::string(1, kAccepted));
    }

    const Subscribe subscribe_;
    Links links_;
    std::vector<pollfd> requests_;
    std::vector<int> subscribers_;  // the distributor's
};

}  // namespace

STAGGER_BACKEND(TravellingSubscriptions)
