// SPDX-License-Identifier: Apache-2.0
//
// Keys name what a step touches or waits for: a pipe, a mutex at an offset of a mapping, a message
// queue. Two tasks that touch one thing compute one key, whatever their descriptors and addresses
// are. Pure functions; used by the agent in every task, and by the controller.
#pragma once

#include <cstdint>

namespace stagger::control {

using Key = std::uint64_t;

inline constexpr Key kNoKey = 0;
inline constexpr Key kAnyKey = 2;  // in conflict with every key; those made here are odd

// A well-mixed combination of two words (the finaliser of SplitMix64, Steele et al. 2014).
constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    std::uint64_t x = a * 0x9E3779B97F4A7C15u + b + 0x632BE59BD9B4E019u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

// What kind of thing a key names, so that a mutex at offset 0 is not the mapping itself.
enum class KeySpace : std::uint8_t {
    Object = 1,     // a scenario's object: invocations and responses
    Memory,         // a byte range of a shared mapping
    PrivateMemory,  // an address that only the threads of one process share
    Descriptor,     // a pipe, socket or queue, by the id given at its creation
    Name,           // a named OS object
    TaskEnd,        // the end of a task
    RoleEnd,        // the end of all tasks of a role
    Lock,           // a file lock, by file
    Listing,        // the names in a directory
};

// Odd, so neither of the two keys above; the next bit tells private memory.
constexpr Key make_key(KeySpace space, std::uint64_t a, std::uint64_t b = 0) {
    const Key key = mix(mix(static_cast<std::uint64_t>(space), a), b) & ~Key{3};
    return key | (space == KeySpace::PrivateMemory ? 3 : 1);
}

// Such a key is an address. It means another thing in another execution, since memory that was
// freed is used again; so nothing can be learned about it.
constexpr bool is_private_memory(Key key) {
    return (key & 3) == 3;
}

// What all look at who look at a clock; and what all change who sleep: of two that sleep equally
// long, who began first wakes first.
inline constexpr Key kClockKey = make_key(KeySpace::Name, 0);
inline constexpr Key kSleepKey = make_key(KeySpace::Name, 1);

constexpr std::uint64_t hash_text(const char* text) {
    std::uint64_t hash = 0xCBF29CE484222325u;  // FNV-1a
    for (; *text != '\0'; ++text) {
        hash = (hash ^ static_cast<unsigned char>(*text)) * 0x100000001B3u;
    }
    return hash;
}

}  // namespace stagger::control
