// SPDX-License-Identifier: Apache-2.0
//
// From what a log says to what a model understands: functions by their names, arguments and results
// by their shapes, parts by their keys. Called by judge().
#pragma once

#include "harness/recorded/judge.hpp"

namespace stagger::recorded {

struct Part {
    std::uint32_t key = kNone;
    std::vector<Call> calls;  // in order of invocation
};

// One part for each key, or a single one. Operations that failed are left out, and so are those
// that only look and never returned. The history gets the values that the calls need in addition.
Result<std::vector<Part>> calls_of(History& history, const ModelInfo& model,
                                   const JudgeOptions& options);

// True of a call that leaves every state as it is.
bool only_looks(const Call& call, const Values& values);

// "write 3", "cas [0, 3]", "read" of an operation, and "line 12".
std::string describe(const History& history, const Operation& operation);

}  // namespace stagger::recorded
