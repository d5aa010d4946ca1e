// SPDX-License-Identifier: Apache-2.0
//
// What narrows the search for a legal order of the calls on a list that only grows: a read that
// came back tells the order of all that was appended before it. Without that, appends that overlap
// multiply, since each order of them is a state of its own. Used by the linearizability oracle.
#pragma once

#include <span>
#include <vector>

#include "harness/check/models/model.hpp"

namespace stagger::check {

inline constexpr State kAnyState = history::kNone;

// For each operation the only state of the list in which it can take effect, or kAnyState. Empty
// where nothing is known: something takes items away, or nobody read.
std::vector<State> pinned_states(Terms&, std::span<const Op> ops, State initial);

}  // namespace stagger::check
