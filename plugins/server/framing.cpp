// SPDX-License-Identifier: Apache-2.0
#include "plugins/server/framing.hpp"

#include <errno.h>
#include <limits.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>

#include <stagger/plugin.hpp>

namespace stagger::server {
namespace {

constexpr std::size_t kHeader = sizeof(std::uint32_t);
constexpr std::size_t kLargestRead = 64 * 1024;
// A packet is one byte of flags and a part; small enough for any socket's default buffer.
constexpr std::size_t kLargestPart = 32 * 1024;
// In a pipe a part stands behind a mark, its length, and its flags.
constexpr std::string_view kMark = "stg\x1f";
constexpr std::size_t kPartHeader = kMark.size() + sizeof(std::uint32_t) + 1;

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

// A write of at most PIPE_BUF bytes is done whole or not at all.
bool send_parts(int file, std::string_view message) {
    return send_in_parts(message, PIPE_BUF - kPartHeader, [&](std::uint8_t flags, auto part) {
        std::string bytes(kMark);
        wire::detail::append_little_endian(bytes, static_cast<std::uint32_t>(part.size()));
        bytes.push_back(static_cast<char>(flags));
        bytes.append(part);
        return send_bytes(file, Medium::Pipe, bytes);
    });
}

bool send_packets(int file, std::string_view message) {
    return send_in_parts(message, kLargestPart, [&](std::uint8_t flags, auto part) {
        std::string packet(1, static_cast<char>(flags));
        packet.append(part);
        return send_bytes(file, Medium::Packets, packet);
    });
}

}  // namespace

std::optional<std::string> Assembly::add(std::uint8_t flags, std::string_view part) {
    if ((flags & kFirstPart) != 0) message_.emplace();
    if (!message_) return std::nullopt;
    message_->append(part);
    if ((flags & kLastPart) == 0) return std::nullopt;
    return std::exchange(message_, std::nullopt);
}

bool send_message(int file, Medium medium, std::string_view message) {
    if (medium == Medium::Packets) return send_packets(file, message);
    if (medium == Medium::Pipe) return send_parts(file, message);
    std::string frame;
    frame.reserve(kHeader + message.size());
    wire::detail::append_little_endian(frame, static_cast<std::uint32_t>(message.size()));
    frame.append(message);
    return send_bytes(file, medium, frame);
}

bool Inbox::receive(int file, Medium medium) {
    std::array<char, kLargestRead> buffer;
    const ssize_t size = medium == Medium::Pipe ? read(file, buffer.data(), buffer.size())
                                                : recv(file, buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == EINTR) return true;
    if (size < 0 && !is_gone(errno)) plugin::fail_system("receiving a message", errno);
    if (size <= 0) return false;
    const std::string_view received(buffer.data(), static_cast<std::size_t>(size));
    if (medium == Medium::Packets) {
        add(static_cast<std::uint8_t>(received[0]), received.substr(1));
        return true;
    }
    bytes_.append(received);
    medium == Medium::Pipe ? find_parts() : find_messages();
    return true;
}

void Inbox::find_messages() {
    while (bytes_.size() >= kHeader) {
        const auto length = wire::detail::read_little_endian<std::uint32_t>(bytes_.data());
        if (bytes_.size() < kHeader + length) return;
        whole_.push_back(bytes_.substr(kHeader, length));
        bytes_.erase(0, kHeader + length);
    }
}

// A reader that died may have taken half a part: what is left of it has no mark in front.
void Inbox::find_parts() {
    for (;;) {
        const std::size_t start = bytes_.find(kMark);
        if (start == std::string::npos || bytes_.size() - start < kPartHeader) return;
        const char* const header = bytes_.data() + start + kMark.size();
        const auto length = wire::detail::read_little_endian<std::uint32_t>(header);
        const std::string_view behind = std::string_view(bytes_).substr(start + kPartHeader);
        if (behind.size() < length) return;
        add(static_cast<std::uint8_t>(header[sizeof(length)]), behind.substr(0, length));
        bytes_.erase(0, start + kPartHeader + length);
    }
}

void Inbox::add(std::uint8_t flags, std::string_view part) {
    if (auto message = assembly_.add(flags, part)) whole_.push_back(*std::move(message));
}

std::optional<std::string> Inbox::take() {
    if (whole_.empty()) return std::nullopt;
    std::string message = std::move(whole_.front());
    whole_.pop_front();
    return message;
}

}  // namespace stagger::server
