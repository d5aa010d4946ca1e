// SPDX-License-Identifier: Apache-2.0
//
// A growing ring of slots in a region: what lists, maps and queues are made of. It protects
// nothing; where two writers meet it, elements are lost or doubled, but no access leaves the
// region.
#pragma once

#include "plugins/memory/slot.hpp"

namespace stagger::memory {

struct Sequence {
    std::uint64_t head;  // of the first element, before the remainder by capacity
    std::uint64_t count;
    std::uint64_t capacity;  // slots in `block`
    std::uint64_t block;

    // Room for at least `slots` elements. Requires: empty and never used.
    void reserve(const Region& region, std::uint64_t slots);
    // Requires: index < count, or it is the one that push_back() is about to add.
    Slot& at(const Region& region, std::uint64_t index) const;
    // Writes the value before it counts, so that it is never seen unwritten by those who wait.
    void push_back(const Region& region, std::string_view value, std::uint64_t padded);
    void pop_front() { ++head, --count; }
    void pop_back() { --count; }
    void erase(const Region& region, std::uint64_t index);

private:
    void grow(const Region& region);
};

}  // namespace stagger::memory
