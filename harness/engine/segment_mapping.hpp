// SPDX-License-Identifier: Apache-2.0
//
// Makes and owns a control segment: anonymous shared memory, which vanishes with the last process
// that has it. In the controller, one per case.
#pragma once

#include "harness/base/result.hpp"
#include "harness/control/layout.hpp"

namespace stagger::engine {

class SegmentMapping {
public:
    static Result<SegmentMapping> create();
    ~SegmentMapping();
    SegmentMapping(SegmentMapping&&) noexcept;
    SegmentMapping& operator=(SegmentMapping&&) noexcept;

    control::Segment& segment() const { return *segment_; }
    int descriptor() const { return descriptor_; }

private:
    SegmentMapping() = default;
    void release();

    int descriptor_ = -1;
    control::Segment* segment_ = nullptr;
};

}  // namespace stagger::engine
