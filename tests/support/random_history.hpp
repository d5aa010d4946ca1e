// SPDX-License-Identifier: Apache-2.0
//
// Random recorded histories for the tests of their judges: what processes on a real object could
// have logged, some of them falsified. Deterministic for a seed.
#pragma once

#include <random>
#include <string>

#include "harness/recorded/history.hpp"

namespace stagger::recorded {

struct HistoryShape {
    std::uint32_t processes = 3;
    std::uint32_t operations = 8;
    bool distinct = true;    // no value is written twice
    bool timed = false;      // with a coarse clock, so that events tie
    double unknown = 0.1;    // how many operations never return
    double falsified = 0.5;  // how many histories get a wrong result
};

// `model`: one of the names of the table of models, but for Lua's.
History random_history(const std::string& model, const HistoryShape& shape,
                       std::mt19937_64& random);

// The events of a history, for messages.
std::string to_text(const History& history);

}  // namespace stagger::recorded
