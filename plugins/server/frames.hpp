// SPDX-License-Identifier: Apache-2.0
//
// Messages with an end, over a stream of bytes: the option `framing = length`. A message is cut
// into chunks, each with its length, who wrote it, in which of its writes, its place in that, and a
// checksum, so that a reader who gets parts of two messages can tell, even where they still parse.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace stagger::server {

// Who wrote a message, and in which of its writes.
struct Origin {
    std::uint32_t task = 0;
    std::uint32_t write = 0;
};

std::string frame(const Origin& origin, std::string_view message);

// Gives exactly so many bytes, or fails.
using ReadExactly = std::function<std::string(std::size_t)>;

// The first chunk's header is read ahead by the caller, who waits for it as long as it likes.
inline constexpr std::size_t kChunkHeader = 24;
// The message whose first header this is; fails with "torn value: ..." where the parts do not
// belong together.
std::string unframe(const std::string& first_header, const ReadExactly& read);

}  // namespace stagger::server
