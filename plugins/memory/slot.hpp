// SPDX-License-Identifier: Apache-2.0
//
// A place for one value in a region: small ones inside the slot, larger ones in a block that the
// slot keeps and replaces by one of twice the size when it is too small. Nothing here is protected:
// whoever reads while another writes may see parts of both, and is told so where the bytes show it.
#pragma once

#include <string>
#include <string_view>

#include "plugins/memory/region.hpp"

namespace stagger::memory {

struct Slot {
    std::uint32_t size;      // bytes of the wire form
    std::uint32_t capacity;  // of the block; 0: the value is in `small`
    std::uint64_t block;
    char small[16];

    // `padded` is the object's value_size, on both sides.
    void write(const Region& region, std::string_view value, std::uint64_t padded);
    std::string read(const Region& region, std::uint64_t padded) const;
};

}  // namespace stagger::memory
