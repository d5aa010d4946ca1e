// SPDX-License-Identifier: Apache-2.0
//
// The results as one JSON object, for programs. The same seed gives the same bytes, except for the
// keys that measure time. Called by the commands.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/engine/case_result.hpp"

namespace stagger::report {

inline constexpr int kJsonFormat = 1;

// What only a fuzzing campaign tells of its case.
struct FuzzFigures {
    std::uint64_t known = 0;        // findings that were stored before
    std::uint64_t unconfirmed = 0;  // violations that fresh processes never showed again
    std::uint64_t repeated = 0;     // executions that were run twice, and were the same
    double seconds_since_new = 0;   // since the last new feature
};
using Figures = std::map<std::string, FuzzFigures>;  // by the id of the case

// Ends in a line break.
std::string to_json(std::uint64_t seed, const std::vector<engine::CaseResult>&,
                    const Figures& = {});

}  // namespace stagger::report
