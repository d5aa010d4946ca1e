// SPDX-License-Identifier: Apache-2.0
#include "plugins/memory/slot.hpp"

#include <stagger/padding.hpp>

namespace stagger::memory {
namespace {

constexpr std::uint32_t kSmallestBlock = 64;

std::uint32_t block_for(std::size_t size) {
    if (size > kRegionSize) throw plugin::Failure("the value is larger than the shared memory");
    std::uint32_t capacity = kSmallestBlock;
    while (capacity < size) capacity *= 2;
    return capacity;
}

}  // namespace

void Slot::write(const Region& region, std::string_view value, std::uint64_t padded) {
    const std::string wire = plugin::pad(value, padded);
    if (wire.size() > (capacity == 0 ? sizeof small : capacity)) {
        const std::uint32_t needed = block_for(wire.size());
        block = region.allocate(needed);
        capacity = needed;
    }
    size = static_cast<std::uint32_t>(wire.size());
    char* target = capacity == 0 ? small : region.checked(block, wire.size());
    // The value and its padding are two copies, as when a message is assembled in place.
    const std::size_t head = padded == 0 ? wire.size() : value.size() + 4;
    memcpy(target, wire.data(), head);
    memcpy(target + head, wire.data() + head, wire.size() - head);
}

std::string Slot::read(const Region& region, std::uint64_t padded) const {
    const std::uint32_t length = size;
    const char* source = small;
    if (capacity != 0)
        source = region.checked(block, length);
    else if (length > sizeof small)
        plugin::fail_torn("a small place was read with the size of a large value");
    const std::string wire(source, length);
    return std::string(plugin::unpad(wire, padded));
}

}  // namespace stagger::memory
