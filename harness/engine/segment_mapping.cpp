// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/segment_mapping.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "harness/control/integrity.hpp"

namespace stagger::engine {

Result<SegmentMapping> SegmentMapping::create() {
    SegmentMapping mapping;
    mapping.descriptor_ = memfd_create("stagger-control", MFD_CLOEXEC);
    const auto size = static_cast<off_t>(sizeof(control::Segment));
    if (mapping.descriptor_ < 0 || ftruncate(mapping.descriptor_, size) != 0) {
        return Error{
            fmt::format("there is no memory for the control segment: {}", std::strerror(errno))};
    }
    void* address = mmap(nullptr, sizeof(control::Segment), PROT_READ | PROT_WRITE, MAP_SHARED,
                         mapping.descriptor_, 0);
    if (address == MAP_FAILED) {
        return Error{fmt::format("the control segment cannot be mapped: {}", std::strerror(errno))};
    }
    mapping.segment_ = static_cast<control::Segment*>(address);
    control::initialise(*mapping.segment_);
    return mapping;
}

SegmentMapping::~SegmentMapping() {
    release();
}

SegmentMapping::SegmentMapping(SegmentMapping&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      segment_(std::exchange(other.segment_, nullptr)) {}

SegmentMapping& SegmentMapping::operator=(SegmentMapping&& other) noexcept {
    if (this != &other) {
        release();
        descriptor_ = std::exchange(other.descriptor_, -1);
        segment_ = std::exchange(other.segment_, nullptr);
    }
    return *this;
}

void SegmentMapping::release() {
    if (segment_ != nullptr) munmap(segment_, sizeof(control::Segment));
    if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace stagger::engine
