// SPDX-License-Identifier: Apache-2.0
//
// Where a schedule asks for something that the execution just replayed did not do. Called by
// replay, in the controller, right after the execution; looks at its segment. Owns nothing.
#pragma once

#include <string>

#include "harness/engine/runner.hpp"

namespace stagger::engine {

struct Misfit {
    std::string text;  // a sentence without its stop; "" if all was done as planned
    // Everything up to there was as planned, but who was to run then has to wait: what the schedule
    // shows cannot happen any more. Otherwise the case does something else than it did.
    bool prevented = false;
};

// Requires: the last execution followed this schedule, with its trace on.
Misfit find_misfit(Runner&, const schedule::Schedule&);

}  // namespace stagger::engine
