// SPDX-License-Identifier: Apache-2.0
//
// The near-linear judge of sets that only grow: elements are added, the whole set is read. What the
// reads saw must be a chain of sets, each in the next; additions and reads then fall into steps of
// that chain, which must be in an order that time allows. Pure.
#pragma once

#include "harness/check/linear/distinct.hpp"

namespace stagger::check {

struct SetRead {
    Interval interval;
    std::vector<std::uint32_t> elements;  // sorted, without duplicates
};

// `additions`: by element, the interval of what added it; of those without an end only the ones
// whose element was seen. An element that nobody adds is there from the start. In the finding,
// operations are additions by element, and reads by their index behind them.
Finding judge_grow_only_set(std::span<const std::optional<Interval>> additions,
                            std::span<const SetRead> reads);

}  // namespace stagger::check
