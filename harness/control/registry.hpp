// SPDX-License-Identifier: Apache-2.0
//
// What the agents of a case know together: names of OS objects and their ids, the waiters of
// modelled primitives, connections under way. Plain data in shared memory; see layout.hpp.
#pragma once

#include <cstdint>

#include "harness/control/task.hpp"

namespace stagger::control {

inline constexpr std::uint32_t kMaxNames = 512;
inline constexpr std::uint32_t kNameBytes = 112;
inline constexpr std::uint32_t kMaxModels = 1024;
inline constexpr std::uint32_t kMaxConnections = 256;

// A named OS object: its present id, so that a name used again is another object; and whether it
// still has to be removed when all is over.
struct NameEntry {
    std::uint64_t id;   // 0: free
    std::uint8_t kind;  // NameKind
    bool present;
    char name[kNameBytes];
};

// Address: of a socket without a file, which vanishes with it.
enum class NameKind : std::uint8_t { SharedMemory, MessageQueue, Semaphore, File, Address };

// State of a modelled primitive (condition, barrier, futex): found by key.
struct ModelEntry {
    Key key;              // kNoKey: free
    std::uint32_t count;  // barrier: parties
    std::uint32_t arrived;
    std::uint64_t sequence[kMaxTasks];  // waiters: when they came, 0 if they do not wait
    std::uint64_t next_sequence;
};

// A connection that was made but not accepted yet; listeners accept in order.
struct ConnectionEntry {
    Key listener;
    std::uint64_t id;
};

struct Registry {
    std::uint64_t next_id;  // ids of OS objects, given at creation
    NameEntry names[kMaxNames];
    std::uint32_t model_count;
    ModelEntry models[kMaxModels];
    std::uint32_t connection_count;
    ConnectionEntry connections[kMaxConnections];
};

}  // namespace stagger::control
