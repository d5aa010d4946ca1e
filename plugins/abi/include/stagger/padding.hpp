// SPDX-License-Identifier: Apache-2.0
//
// Values of a fixed size on the wire (`size` of an object): the length, the value, and a pattern
// computed from the value. Whoever reads a mixture of two writes finds the pattern broken and says
// so. For every backend, on the writer's and on the reader's side.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include <stagger/plugin.hpp>

namespace stagger::plugin {
namespace detail {

// FNV-1a: not to resist an attacker, only to differ between any two values in practice.
inline std::uint64_t hash(std::string_view bytes) {
    std::uint64_t state = 0xcbf29ce484222325;
    for (const char byte : bytes)
        state = (state ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
    return state;
}

// The pattern repeats the hash's eight bytes.
inline char pattern(std::uint64_t hash, std::size_t index) {
    return static_cast<char>(hash >> (8 * (index % 8)));
}

}  // namespace detail

[[noreturn]] inline void fail_torn(const std::string& what) {
    throw Failure("torn value: " + what);
}

// At least one byte of pattern follows the value, however small `size` is.
inline std::size_t padded_size(std::size_t value, std::uint64_t size) {
    return size == 0 ? value : std::max<std::size_t>(size, value + 5);
}

// The wire form of an encoded value; the value itself where `size` is 0.
inline std::string pad(std::string_view value, std::uint64_t size) {
    if (size == 0) return std::string(value);
    std::string out;
    out.reserve(padded_size(value.size(), size));
    wire::detail::append_little_endian(out, static_cast<std::uint32_t>(value.size()));
    out.append(value);
    const std::uint64_t hash = detail::hash(value);
    const std::size_t padding = padded_size(value.size(), size) - out.size();
    for (std::size_t i = 0; i < padding; ++i) out.push_back(detail::pattern(hash, i));
    return out;
}

// The value in a wire form; fails with "torn value: ..." where it is not what one writer wrote.
inline std::string_view unpad(std::string_view bytes, std::uint64_t size) {
    if (size == 0) {
        if (!wire::is_value(bytes))
            fail_torn("the " + std::to_string(bytes.size()) + " bytes read are no value");
        return bytes;
    }
    if (bytes.size() < 5) fail_torn("only " + std::to_string(bytes.size()) + " bytes were read");
    const std::size_t length = wire::detail::read_little_endian<std::uint32_t>(bytes.data());
    if (length > bytes.size() - 5 || bytes.size() != padded_size(length, size))
        fail_torn("its length says " + std::to_string(length) + " of " +
                  std::to_string(bytes.size()) + " bytes");
    const std::string_view value = bytes.substr(4, length);
    if (!wire::is_value(value)) fail_torn("its bytes are no value");
    const std::uint64_t hash = detail::hash(value);
    for (std::size_t i = 4 + length; i < bytes.size(); ++i)
        if (bytes[i] != detail::pattern(hash, i - 4 - length))
            fail_torn("the padding at byte " + std::to_string(i) + " of " +
                      std::to_string(bytes.size()) + " belongs to another value");
    return value;
}

}  // namespace stagger::plugin
