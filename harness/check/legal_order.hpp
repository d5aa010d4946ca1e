// SPDX-License-Identifier: Apache-2.0
//
// The order that the oracles of linearizability and serializability look for, as far as it goes: of
// a history without one the longest beginning that was found, and what could not come next. For
// reports; a verdict never depends on it. Pure: the same history gives the same orders.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/check/check.hpp"

namespace stagger::check {

struct LegalOrder {
    std::string about;    // "n", "status['a']"
    bool blocks = false;  // of `as_one` blocks and the calls beside them; else of single calls
    // What took effect at once, one after the other: calls, as indices into History::calls.
    std::vector<std::vector<std::uint32_t>> steps;
    std::vector<std::uint32_t> stuck;  // the calls that no order puts next; empty where all fit
    bool given_up = false;             // neither: the search reached its bound
};

// One for each object or part of it, then one for each group of blocks. None of a history that
// cannot be judged. `expected.judge_linearizability` says whether single calls have an order at
// all.
std::vector<LegalOrder> legal_orders(const history::History&, const Expectations& expected);

}  // namespace stagger::check
