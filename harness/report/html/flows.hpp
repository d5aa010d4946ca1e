// SPDX-License-Identifier: Apache-2.0
//
// The arrows of a space-time diagram: the origins of a history as far as an arrow says something,
// and how long calls waited for them. Called by diagram.cpp. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/history/history.hpp"
#include "harness/report/origins.hpp"

namespace stagger::report::html {

struct Flow {
    std::uint32_t from = 0, to = 0;  // indices into History::calls
    Link link = Link::Value;         // Value, Message or Order
};

// In the order of `to`. What merely came before, and let nobody go on who waited, is none.
std::vector<Flow> flows_of(const history::History&, const std::vector<Origin>&);

// Of a call that came back the position until which it could not, judged by the flow that ended
// its wait; kNone where it did not wait. By call.
std::vector<std::uint32_t> waited_until(const history::History&, const std::vector<Flow>&);

}  // namespace stagger::report::html
