// SPDX-License-Identifier: Apache-2.0
//
// What an execution is to follow, as the search yields it, and its way into a plan. In the
// controller.
#pragma once

#include "harness/search/node.hpp"

namespace stagger::search {

// Behind the decisions it is calm, but lets nobody who is asleep go on.
struct Directions {
    std::vector<control::Decision> decisions;
    std::vector<Sleeper> asleep;
    std::uint32_t sleep_from = 0;  // entry of the trace
    bool any_object = false;
};

// Fills in a plan that deviates nowhere yet.
void follow(const Directions&, control::Plan&);

}  // namespace stagger::search
