// SPDX-License-Identifier: Apache-2.0
//
// The other search for a legal order, in the order of time: it keeps every configuration that the
// operations ended so far may have led to, and at each response lets others take effect only as
// far as that response needs ("just in time", Lowe 2017). Its time grows with the length of the
// history only linearly, for a given number of operations that overlap; where no order exists it
// tells the first response that cannot be explained. Pure, bounded in time and memory.
#pragma once

#include <vector>

#include "harness/check/search.hpp"

namespace stagger::check {

struct FrontierResult {
    SearchOutcome outcome = SearchOutcome::Found;
    std::uint32_t stuck = 0;    // Impossible: the operation whose response has no explanation
    std::vector<State> states;  // Impossible: some states that were possible just before it
};

// `twins`: for each operation without a response an earlier one that does the same, which can
// take effect in its place, or kNone. May be empty.
FrontierResult find_by_frontier(std::span<const Interval> intervals, State initial,
                                Transitions& transitions, std::span<const std::uint32_t> twins,
                                const SearchLimits& limits);

}  // namespace stagger::check
