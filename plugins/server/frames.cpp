// SPDX-License-Identifier: Apache-2.0
#include "plugins/server/frames.hpp"

#include <algorithm>

#include <stagger/padding.hpp>

namespace stagger::server {
namespace {

constexpr std::uint32_t kMagic = 0x46475453;
constexpr std::size_t kLargestChunk = 1000;
constexpr std::uint32_t kLast = 1u << 31;  // in `size`: the message ends here

struct Header {
    std::uint32_t magic = kMagic;
    std::uint32_t task = 0;
    std::uint32_t write = 0;
    std::uint32_t index = 0;
    std::uint32_t size = 0;
    std::uint32_t checksum = 0;

    std::size_t length() const { return size & ~kLast; }
    bool last() const { return (size & kLast) != 0; }
};
static_assert(sizeof(Header) == kChunkHeader);

std::uint32_t checksum(Header header, std::string_view bytes) {
    header.checksum = 0;
    std::string covered(reinterpret_cast<const char*>(&header), sizeof header);
    covered.append(bytes);
    const std::uint64_t hash = plugin::detail::hash(covered);
    return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

Header header_in(const std::string& bytes) {
    Header header;
    memcpy(&header, bytes.data(), sizeof header);
    if (header.magic != kMagic || header.length() > kLargestChunk)
        plugin::fail_torn("bytes in the middle of a message stand where one should begin");
    return header;
}

[[noreturn]] void fail_mixed(const Header& first, const Header& found) {
    plugin::fail_torn("in write " + std::to_string(first.write) + " of task " +
                      std::to_string(first.task) + " stands a part of write " +
                      std::to_string(found.write) + " of task " + std::to_string(found.task));
}

}  // namespace

std::string frame(const Origin& origin, std::string_view message) {
    std::string out;
    Header header;
    header.task = origin.task;
    header.write = origin.write;
    do {
        const std::string_view part = message.substr(0, kLargestChunk);
        message.remove_prefix(part.size());
        header.size = static_cast<std::uint32_t>(part.size()) | (message.empty() ? kLast : 0);
        header.checksum = checksum(header, part);
        out.append(reinterpret_cast<const char*>(&header), sizeof header);
        out.append(part);
        ++header.index;
    } while (!message.empty());
    return out;
}

std::string unframe(const std::string& first_header, const ReadExactly& read) {
    const Header first = header_in(first_header);
    if (first.index != 0) plugin::fail_torn("a message begins with a later part of itself");
    std::string message;
    for (Header header = first;; header = header_in(read(kChunkHeader))) {
        if (header.task != first.task || header.write != first.write) fail_mixed(first, header);
        if (header.index * kLargestChunk != message.size())
            plugin::fail_torn("a part of a message is missing");
        const std::string part = read(header.length());
        if (checksum(header, part) != header.checksum)
            plugin::fail_torn("the bytes of write " + std::to_string(header.write) + " of task " +
                              std::to_string(header.task) + " are not as it wrote them");
        message.append(part);
        if (header.last()) return message;
    }
}

}  // namespace stagger::server
