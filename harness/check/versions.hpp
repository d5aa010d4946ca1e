// SPDX-License-Identifier: Apache-2.0
//
// Which write left the content that a read returned, and whether it was overwritten long ago: what
// stale reads and writes that nobody sees have in common. For registers, lists, and keys of maps.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/check/context.hpp"

namespace stagger::check {

// A look at the whole content.
struct Look {
    const Op* op = nullptr;
    Term content = 0;
    bool is_snapshot = false;
    bool explained = false;  // something could have left this content; else it tells no time
    // The latest position at which that could have taken effect; -1: it was there from the start.
    std::int64_t newest_source = -1;

    // Whether it may show that write, or something newer.
    bool may_show(const Op& write) const { return !explained || newest_source >= write.invoked; }
};

struct Versions {
    std::vector<Look> looks;        // in order of invocation
    std::vector<const Op*> writes;  // that took effect for certain, in order of invocation
    bool complete = true;           // false: time ran out on the way
};

// Requires: a partition of a register, a list or a map; it outlives the result.
Versions versions_of(Context& context, const Partition& partition);

// Whether objects of this type have versions.
bool has_versions(ObjectType type);

}  // namespace stagger::check
