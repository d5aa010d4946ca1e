// SPDX-License-Identifier: Apache-2.0
//
// What the judges of queues, stacks and bags share. Used by these three only.
#pragma once

#include "harness/check/linear/distinct.hpp"

namespace stagger::check {

// Some item was taken before anyone began to put it in.
Finding taken_too_early(const Container& container);

// Whether there is a moment in each empty result at which nothing need have been there. An item is
// there for certain from when it has been put in until somebody begins to take it. Where operations
// may have taken more than is known, and that would matter, it is undecided. `settled`: the same
// container, where some of these operations may have been given items.
Finding judge_empties(const Container& settled, const Container& container);

// The operation by which one would name an item: who put it in, or who took it.
inline std::uint32_t item_op(const Item& item) {
    return item.put_op != history::kNone ? item.put_op : item.take_op;
}

// With all that was never taken given to operations of which nothing is known, as if these could
// take any number: what is illegal even so is illegal.
Container with_wild_takes(const Container& container);

}  // namespace stagger::check
