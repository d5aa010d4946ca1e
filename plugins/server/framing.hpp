// SPDX-License-Identifier: Apache-2.0
//
// Whole messages over descriptors: over a pipe or a stream with their length in front, over packets
// cut into parts that fit. Sending waits until all is sent; receiving takes what is there, so that
// a server never waits for a client that died in the middle of a message. No SIGPIPE.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace stagger::server {

enum class Medium : std::uint8_t { Pipe, Stream, Packets };

// False when the other side has gone; fails on any other error.
bool send_message(int file, Medium medium, std::string_view message);

// What a descriptor has received so far of the message under way.
class Inbox {
public:
    enum class Progress : std::uint8_t { Partial, Whole, Gone };

    // One read. After Whole, take() gives the message.
    Progress receive(int file, Medium medium);
    std::string take();
    void clear() { bytes_.clear(); }

private:
    Progress add_packet(std::string_view packet);

    std::string bytes_;  // the message behind room for its length
};

}  // namespace stagger::server
