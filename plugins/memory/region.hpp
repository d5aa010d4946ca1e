// SPDX-License-Identifier: Apache-2.0
//
// One stretch of memory in which objects live without pointers, so that processes may map it at
// different addresses. A fixed part, laid out once by the host, is followed by blocks handed out
// for values that outgrow their place. Blocks are never given back: what grows does so by doubling,
// so at most half is waste, and handing out is one atomic addition that needs no lock.
#pragma once

#include <atomic>
#include <cstdint>

#include <stagger/plugin.hpp>

namespace stagger::memory {

inline constexpr std::uint64_t kRegionSize = std::uint64_t{64} << 20;

// A view of the memory as this process has it mapped; copied freely.
class Region {
public:
    Region() = default;
    Region(void* base, std::uint64_t fixed) : base_(static_cast<char*>(base)), fixed_(fixed) {}

    // The object at an offset that the layout gave.
    template <typename T>
    T& at(std::uint64_t offset) const {
        return *reinterpret_cast<T*>(base_ + offset);
    }

    // A stretch whose place was read from the memory, which nobody may have protected.
    char* checked(std::uint64_t offset, std::uint64_t size) const {
        if (offset > kRegionSize || size > kRegionSize - offset)
            throw plugin::Failure("torn value: a place outside the shared memory was read");
        return base_ + offset;
    }

    // Zeroed bytes, aligned to 16. Fails when the memory is full.
    std::uint64_t allocate(std::uint64_t size) const {
        const std::uint64_t rounded = (size + 15) & ~std::uint64_t{15};
        const std::uint64_t offset = cursor().fetch_add(rounded, std::memory_order_relaxed);
        if (offset + rounded > kRegionSize)
            throw plugin::Failure("the shared memory of 64 MiB is full");
        return offset;
    }

    // All that was ever used becomes zero again, and every block is free.
    void clear() const {
        memset(base_, 0, used());
        cursor().store(fixed_, std::memory_order_relaxed);
    }

    // Bytes from the start that may be other than zero.
    std::uint64_t used() const {
        const std::uint64_t used = cursor().load(std::memory_order_relaxed);
        return used < kRegionSize ? used : kRegionSize;
    }

    static constexpr std::uint64_t kFirstOffset = 16;  // after the cursor

private:
    std::atomic<std::uint64_t>& cursor() const { return at<std::atomic<std::uint64_t>>(0); }

    char* base_ = nullptr;
    std::uint64_t fixed_ = kFirstOffset;
};

}  // namespace stagger::memory
