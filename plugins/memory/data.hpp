// SPDX-License-Identifier: Apache-2.0
//
// The objects that hold values, over cells in a region: registers, lists, maps and queues. Each
// process has its own set, over the same cells. Under `lock = none` nothing protects a cell, and
// nothing read from it is trusted to be whole.
#pragma once

#include <atomic>
#include <memory>

#include <stagger/objects.hpp>

#include "plugins/memory/guard.hpp"
#include "plugins/memory/sequence.hpp"

namespace stagger::memory {

// An integer of up to 63 bits is one atomic word, v * 2 + 1; word 0 says that the value is in
// `slot`. `order` chooses how strong the accesses to the word are.
struct RegisterCell {
    LockCell lock;
    std::atomic<std::int64_t> word;
    Slot slot;
};

struct SequenceCell {
    LockCell lock;
    Sequence items;
};

struct QueueCell {
    LockCell lock;
    WaitCell changed;  // of puts that wait for room and of takes that wait for a value
    std::uint32_t closed;
    Sequence items;
};

// What an object needs to work on its cell.
struct Place {
    Region region;
    std::uint64_t cell;
    Guard* guard;
    std::uint32_t object;
    std::uint64_t value_size;
    std::uint64_t capacity;
    std::uint32_t tasks;  // of the case
};

enum class Order : std::uint8_t { Relaxed, AcquireRelease, SequentiallyConsistent };

std::unique_ptr<plugin::Object> make_register(const Place& place, Order order, bool unprotected);
std::unique_ptr<plugin::Object> make_list(const Place& place);
std::unique_ptr<plugin::Object> make_map(const Place& place);
std::unique_ptr<plugin::Object> make_queue(const Place& place);

// Bring a zeroed cell to its initial value.
void create_register(const Place& place, const std::string& initial);
void create_sequence(const Place& place, const std::string& initial);  // a list's or a map's
void create_queue(const Place& place, const std::string& initial);

}  // namespace stagger::memory
