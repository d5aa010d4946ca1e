// SPDX-License-Identifier: Apache-2.0
//
// Where what a call came back with was from: who wrote the value that it read, who sent the message
// that it took, who let it go on. Histories do not record that; it is told from the order and the
// values, and left open where these leave it open. Used by tables, traces and diagrams. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/history/history.hpp"

namespace stagger::report {

enum class Link : std::uint8_t {
    None,     // from nobody, or nobody knows
    Initial,  // the value that the object had at first
    Value,    // the value that `call` wrote
    Message,  // the message that `call` sent
    Order,    // `call` let it go on: an unlock, a notify, a release
};

struct Origin {
    Link link = Link::None;
    std::uint32_t call = history::kNone;  // began before the one that it is an origin of came back
};

// One per call of the history, by its index.
std::vector<Origin> origins_of(const history::History&);

}  // namespace stagger::report
