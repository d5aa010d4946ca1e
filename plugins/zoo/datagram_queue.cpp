// SPDX-License-Identifier: Apache-2.0
//
// Messages as datagrams over AF_UNIX. Unlike those of UDP they are not lost on the way, so senders
// take them for reliable; but the receiver's queue is short. A sender that must not wait asks for
// MSG_DONTWAIT, and what finds the queue full is gone: EAGAIN is no reason to try again for it.
//
// Reported in https://github.com/systemd/systemd/issues/5720 and
// https://github.com/systemd/systemd/issues/4472 . Fixed by waiting for room. Where losing is what
// was agreed on, it is no bug: the option `promise` is what the queue's users are told.
//
// The socket's buffer is the smallest that there is, so that few messages fill it.
#include <sys/socket.h>

#include <stagger/objects.hpp>
#include <stagger/padding.hpp>

#include "plugins/zoo/descriptors.hpp"

namespace {

using namespace stagger;

enum class Full : std::uint8_t { Drop, Wait };

struct Channel {
    zoo::Ends sockets = zoo::make_socket_pair(SOCK_DGRAM);
    std::uint64_t size = 0;
};

class DatagramQueue : public plugin::Queue {
public:
    DatagramQueue(const Channel& channel, Full full) : channel_(channel), full_(full) {}

    stagger_status put(std::string_view value, plugin::Deadline) override {
        const std::string message = plugin::pad(value, channel_.size);
        const int flags = full_ == Full::Drop ? MSG_DONTWAIT : 0;
        const int socket = channel_.sockets.write.get();
        while (send(socket, message.data(), message.size(), flags) < 0) {
            if (errno == EAGAIN) break;
            if (errno != EINTR) plugin::fail_system("send", errno);
        }
        return STAGGER_OK;
    }
    plugin::Reply take(plugin::Deadline deadline) override {
        const int socket = channel_.sockets.read.get();
        if (!zoo::await(socket, POLLIN, deadline)) return {STAGGER_EMPTY};
        std::string message(4096, '\0');
        ssize_t got = recv(socket, message.data(), message.size(), 0);
        while (got < 0 && errno == EINTR) got = recv(socket, message.data(), message.size(), 0);
        if (got < 0) plugin::fail_system("recv", errno);
        message.resize(static_cast<std::size_t>(got));
        return plugin::Reply::of(std::string(plugin::unpad(message, channel_.size)));
    }
    std::string snapshot() override { return zoo::take_all(*this); }

private:
    const Channel& channel_;
    const Full full_;
};

constexpr stagger_option kOptions[] = {
    {"full", "drop|wait", "drop", "what a sender does when the receiver's queue is full"},
    {"promise", "lossless|lossy", "lossless", "what the queue's users are told"},
    {nullptr, nullptr, nullptr, nullptr},
};

class DatagramBackend : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_datagram_queue", "messages as datagrams over AF_UNIX", {}, kOptions};
        about.operations[STAGGER_QUEUE] =
            plugin::operation_bits({STAGGER_PUT, STAGGER_TAKE, STAGGER_SNAPSHOT});
        return about;
    }
    static stagger_contract contract(const plugin::Config& config) {
        stagger_contract promise{};
        promise.shared = 1;
        promise.lossy = config.option("promise") == "lossy";
        return promise;
    }

    explicit DatagramBackend(const plugin::Config& config)
        : full_(config.choose<Full>("full", {"drop", "wait"})), channels_(config.objects().size()) {
        const int smallest = 1;
        for (std::size_t i = 0; i < channels_.size(); ++i) {
            channels_[i].size = config.objects()[i].value_size;
            setsockopt(channels_[i].sockets.write.get(), SOL_SOCKET, SO_SNDBUF, &smallest,
                       sizeof smallest);
        }
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects objects;
        for (const Channel& channel : channels_)
            objects.push_back(std::make_unique<DatagramQueue>(channel, full_));
        return std::make_unique<plugin::ObjectPeer>(std::move(objects));
    }
    void reset_shared() override {
        for (const Channel& channel : channels_) zoo::drain(channel.sockets.read.get());
    }

private:
    const Full full_;
    std::vector<Channel> channels_;
};

}  // namespace

STAGGER_BACKEND(DatagramBackend)
