// SPDX-License-Identifier: Apache-2.0
#include "plugins/memory/sequence.hpp"

#include <algorithm>

#include <stagger/padding.hpp>

namespace stagger::memory {

void Sequence::reserve(const Region& region, std::uint64_t slots) {
    capacity = slots;
    block = region.allocate(slots * sizeof(Slot));
}

Slot& Sequence::at(const Region& region, std::uint64_t index) const {
    const std::uint64_t slots = capacity;
    if (slots == 0 || index >= slots || slots > kRegionSize / sizeof(Slot))
        plugin::fail_torn("an element beyond the end was read");
    const std::uint64_t place = block + ((head + index) % slots) * sizeof(Slot);
    return *reinterpret_cast<Slot*>(region.checked(place, sizeof(Slot)));
}

void Sequence::grow(const Region& region) {
    const std::uint64_t wider = capacity * 2;
    const std::uint64_t target = region.allocate(wider * sizeof(Slot));
    for (std::uint64_t i = 0; i < count; ++i)
        *reinterpret_cast<Slot*>(region.checked(target + i * sizeof(Slot), sizeof(Slot))) =
            at(region, i);
    block = target;
    capacity = wider;
    head = 0;
}

void Sequence::push_back(const Region& region, std::string_view value, std::uint64_t padded) {
    if (count >= capacity) grow(region);
    at(region, count).write(region, value, padded);
    ++count;
}

void Sequence::erase(const Region& region, std::uint64_t index) {
    // The erased slot goes to the end, so that its block serves the next element.
    for (std::uint64_t i = index; i + 1 < count; ++i) std::swap(at(region, i), at(region, i + 1));
    pop_back();
}

}  // namespace stagger::memory
