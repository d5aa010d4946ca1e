// SPDX-License-Identifier: Apache-2.0
#include "plugins/server/framing.hpp"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include <stagger/plugin.hpp>

namespace stagger::server {
namespace {

constexpr std::size_t kHeader = sizeof(std::uint32_t);
constexpr std::size_t kLargestRead = 64 * 1024;
// A packet is one byte, 1 in the last of a message, and a part of it; small enough for any socket's
// default buffer.
constexpr std::size_t kLargestPart = 32 * 1024;

bool is_gone(int error) {
    return error == EPIPE || error == ECONNRESET || error == ECONNREFUSED || error == ENOTCONN;
}

bool send_bytes(int file, Medium medium, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = medium == Medium::Pipe
                                 ? write(file, bytes.data(), bytes.size())
                                 : send(file, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent >= 0)
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        else if (is_gone(errno))
            return false;
        else if (errno != EINTR)
            plugin::fail_system("sending a message", errno);
    }
    return true;
}

bool send_packets(int file, std::string_view message) {
    do {
        const std::string_view part = message.substr(0, kLargestPart);
        message.remove_prefix(part.size());
        std::string packet(1, message.empty() ? '\1' : '\0');
        packet.append(part);
        if (!send_bytes(file, Medium::Packets, packet)) return false;
    } while (!message.empty());
    return true;
}

}  // namespace

bool send_message(int file, Medium medium, std::string_view message) {
    if (medium == Medium::Packets) return send_packets(file, message);
    std::string frame;
    frame.reserve(kHeader + message.size());
    wire::detail::append_little_endian(frame, static_cast<std::uint32_t>(message.size()));
    frame.append(message);
    return send_bytes(file, medium, frame);
}

Inbox::Progress Inbox::receive(int file, Medium medium) {
    std::array<char, kLargestRead> buffer;
    const ssize_t size = medium == Medium::Pipe ? read(file, buffer.data(), buffer.size())
                                                : recv(file, buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == EINTR) return Progress::Partial;
    if (size < 0 && !is_gone(errno)) plugin::fail_system("receiving a message", errno);
    if (size <= 0) return Progress::Gone;
    const std::string_view received(buffer.data(), static_cast<std::size_t>(size));
    if (medium == Medium::Packets) return add_packet(received);
    bytes_.append(received);
    if (bytes_.size() < kHeader) return Progress::Partial;
    const auto length = wire::detail::read_little_endian<std::uint32_t>(bytes_.data());
    return bytes_.size() < kHeader + length ? Progress::Partial : Progress::Whole;
}

Inbox::Progress Inbox::add_packet(std::string_view packet) {
    if (bytes_.empty()) bytes_.assign(kHeader, '\0');
    bytes_.append(packet.substr(1));
    return packet[0] == '\1' ? Progress::Whole : Progress::Partial;
}

std::string Inbox::take() {
    // Who asks waits for the answer, so nothing follows the message.
    std::string message = bytes_.substr(kHeader);
    bytes_.clear();
    return message;
}

}  // namespace stagger::server
