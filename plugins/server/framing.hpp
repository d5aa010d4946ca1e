// SPDX-License-Identifier: Apache-2.0
//
// Whole messages over descriptors: over a stream with their length in front, over packets and pipes
// cut into parts that are sent whole or not at all. Sending waits until all is sent; receiving
// takes what is there, so that a server never waits for a client that died in the middle of a
// message; and what that has left half said or half heard is no part of what the next one says. No
// SIGPIPE.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace stagger::server {

enum class Medium : std::uint8_t { Pipe, Stream, Packets };

// What a part says of itself.
inline constexpr std::uint8_t kFirstPart = 1;
inline constexpr std::uint8_t kLastPart = 2;

// `send(flags, part)` for each part of so many bytes at most; false as soon as one of them is.
template <typename Send>
bool send_in_parts(std::string_view message, std::size_t largest, Send send) {
    std::uint8_t flags = kFirstPart;
    do {
        const std::string_view part = message.substr(0, largest);
        message.remove_prefix(part.size());
        if (message.empty()) flags |= kLastPart;
        if (!send(flags, part)) return false;
        flags = 0;
    } while (!message.empty());
    return true;
}

// A message that comes in parts. What was broken off is dropped when the next begins, and so are
// parts whose begin somebody else has taken.
class Assembly {
public:
    // The message, with its last part.
    std::optional<std::string> add(std::uint8_t flags, std::string_view part);
    void clear() { message_.reset(); }

private:
    std::optional<std::string> message_;
};

// False when the other side has gone; fails on any other error.
bool send_message(int file, Medium medium, std::string_view message);

// What a descriptor has received so far.
class Inbox {
public:
    // One read. False when the other side has gone.
    bool receive(int file, Medium medium);
    // The next message that is whole.
    std::optional<std::string> take();
    void clear() { *this = {}; }

private:
    void find_messages();
    void find_parts();
    void add(std::uint8_t flags, std::string_view part);

    std::string bytes_;  // not looked at yet
    Assembly assembly_;
    std::deque<std::string> whole_;
};

}  // namespace stagger::server
