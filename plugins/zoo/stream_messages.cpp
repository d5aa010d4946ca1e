// SPDX-License-Identifier: Apache-2.0
//
// Messages over a stream socket, each with its length in front. A receiver that takes what one recv
// gives for one message is right as long as messages come slowly: of two that have arrived, it
// takes the first and throws the second away with the rest of the buffer; and of one of which only
// a part has come, it takes the part.
//
// Reported in https://github.com/buildsome/buildsome/pull/81 ,
// https://github.com/bread-graphics/breadx/pull/18 and
// https://github.com/containerd/ttrpc-rust/pull/18 . Fixed by reading exactly the length, then
// exactly so many bytes.
#include <sys/socket.h>

#include <stagger/objects.hpp>
#include <stagger/padding.hpp>

#include "plugins/zoo/descriptors.hpp"

namespace {

using namespace stagger;

enum class Receive : std::uint8_t { Once, Counted };

using Length = std::uint32_t;
constexpr std::size_t kLongest = 64 * 1024;

struct Channel {
    zoo::Ends sockets = zoo::make_socket_pair(SOCK_STREAM);
    std::uint64_t size = 0;
};

class StreamMessages : public plugin::Queue {
public:
    StreamMessages(const Channel& channel, Receive how) : channel_(channel), how_(how) {}

    stagger_status put(std::string_view value, plugin::Deadline) override {
        const std::string message = plugin::pad(value, channel_.size);
        std::string bytes;
        wire::detail::append_little_endian(bytes, static_cast<Length>(message.size()));
        zoo::write_all(channel_.sockets.write.get(), bytes + message);
        return STAGGER_OK;
    }
    plugin::Reply take(plugin::Deadline deadline) override {
        const int socket = channel_.sockets.read.get();
        if (!zoo::await(socket, POLLIN, deadline)) return {STAGGER_EMPTY};
        const std::string message =
            how_ == Receive::Once ? receive_once(socket) : receive_counted(socket);
        return plugin::Reply::of(std::string(plugin::unpad(message, channel_.size)));
    }
    std::string snapshot() override {
        std::vector<std::string> values;
        while (zoo::await(channel_.sockets.read.get(), POLLIN, plugin::Deadline::at(0))) {
            const std::string message = receive_counted(channel_.sockets.read.get());
            values.emplace_back(plugin::unpad(message, channel_.size));
        }
        return wire::encode_list(values);
    }

private:
    // What stands in the middle of a message can be read as a length of gigabytes.
    static std::size_t length_in(std::string_view header) {
        if (header.size() < sizeof(Length))
            plugin::fail_torn("only " + std::to_string(header.size()) + " bytes of a length came");
        const std::size_t length = wire::detail::read_little_endian<Length>(header.data());
        if (length > kLongest)
            plugin::fail_torn(std::to_string(length) + " bytes are more than a message can have");
        return length;
    }

    static std::string receive_once(int socket) {
        std::string buffer(kLongest, '\0');
        ssize_t got = recv(socket, buffer.data(), buffer.size(), 0);
        while (got < 0 && errno == EINTR) got = recv(socket, buffer.data(), buffer.size(), 0);
        if (got < 0) plugin::fail_system("recv", errno);
        buffer.resize(static_cast<std::size_t>(got));
        return buffer.substr(std::min(buffer.size(), sizeof(Length)), length_in(buffer));
    }
    static std::string receive_counted(int socket) {
        return zoo::read_exactly(socket, length_in(zoo::read_exactly(socket, sizeof(Length))));
    }

    const Channel& channel_;
    const Receive how_;
};

constexpr stagger_option kOptions[] = {
    {"receive", "once|counted", "once", "one recv for a message, or as many as its length needs"},
    {nullptr, nullptr, nullptr, nullptr},
};

class StreamBackend : public plugin::Backend {
public:
    static plugin::Description describe() {
        plugin::Description about{
            "zoo_stream_messages", "messages over a stream socket", {}, kOptions};
        about.operations[STAGGER_QUEUE] =
            plugin::operation_bits({STAGGER_PUT, STAGGER_TAKE, STAGGER_SNAPSHOT});
        return about;
    }

    explicit StreamBackend(const plugin::Config& config)
        : how_(config.choose<Receive>("receive", {"once", "counted"})),
          channels_(config.objects().size()) {
        for (std::size_t i = 0; i < channels_.size(); ++i)
            channels_[i].size = config.objects()[i].value_size;
    }

    std::unique_ptr<plugin::Peer> attach(std::uint32_t) override {
        plugin::ObjectPeer::Objects objects;
        for (const Channel& channel : channels_)
            objects.push_back(std::make_unique<StreamMessages>(channel, how_));
        return std::make_unique<plugin::ObjectPeer>(std::move(objects));
    }
    void reset_shared() override {
        for (const Channel& channel : channels_) zoo::drain(channel.sockets.read.get());
    }

private:
    const Receive how_;
    std::vector<Channel> channels_;
};

}  // namespace

STAGGER_BACKEND(StreamBackend)
