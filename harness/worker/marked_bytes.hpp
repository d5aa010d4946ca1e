// SPDX-License-Identifier: Apache-2.0
//
// What `{ write = "s", bytes = 5000 }` writes: chunks that each carry who wrote them, in which of
// its writes, where in that, and a checksum. Wherever the bytes of two writes are mixed, whoever
// reads them can tell. Runs in the task that writes.
#pragma once

#include <cstdint>
#include <string>

namespace stagger::worker {

inline constexpr std::size_t kMarkedChunk = 16;

// "@" task write chunk checksum ";", the numbers in hexadecimal digits of 2, 4, 4 and 4; the last
// chunk is cut off where it must be.
inline std::string marked_bytes(std::uint32_t task, std::uint32_t write, std::size_t size) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string bytes;
    bytes.reserve(size + kMarkedChunk);
    const auto append = [&](std::uint32_t number, int digits) {
        for (int digit = digits - 1; digit >= 0; --digit)
            bytes.push_back(kDigits[number >> (4 * digit) & 15]);
    };
    for (std::uint32_t chunk = 0; bytes.size() < size; ++chunk) {
        const std::uint32_t mixed =
            (task * 0x9e3779b1u ^ write * 0x85ebca6bu ^ chunk) * 0xc2b2ae35u;
        bytes.push_back('@');
        append(task, 2);
        append(write, 4);
        append(chunk, 4);
        append(mixed >> 16, 4);
        bytes.push_back(';');
    }
    bytes.resize(size);
    return bytes;
}

}  // namespace stagger::worker
