// SPDX-License-Identifier: Apache-2.0
//
// What was seen in free mode, and how it becomes a finding: as a schedule for controlled mode in
// which operations begin and end in the order seen, or, where none shows it, with the rate at which
// the same delays show it again. Used by campaigns.
#pragma once

#include <optional>
#include <vector>

#include "harness/engine/finding.hpp"

namespace stagger::engine {

// An execution in free mode.
struct FreeRun {
    check::Verdict verdict;
    history::History history;
    std::vector<control::AccessName> order;  // of the beginnings and ends of operations
    std::vector<control::Decision> delays;   // that were planned, and the inputs drawn
    std::string output;
};

// Of the last execution.
FreeRun free_run(Runner&, const Seen&);

// Decisions under which the target shows in controlled mode; none if no try shows it.
std::optional<std::vector<control::Decision>> followed(Runner&, const FreeRun&, const Target&,
                                                       spec::Lifetime);

// A finding without a schedule: the execution itself, and how often its delays showed it again.
Result<Finding> measured(Runner&, const FreeRun&, const Target&, std::uint32_t times);

// Says in the finding's messages where it comes from.
void note_origin(Finding&, const std::string& sentence);

}  // namespace stagger::engine
