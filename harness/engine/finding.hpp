// SPDX-License-Identifier: Apache-2.0
//
// From an execution that violated something to a finding: minimised, confirmed with fresh
// processes, and written down. Used by campaigns and by replay.
#pragma once

#include <vector>

#include "harness/engine/case_result.hpp"
#include "harness/engine/runner.hpp"

namespace stagger::engine {

// What a schedule must show to count: a symptom, of an object.
struct Target {
    check::Symptom symptom = check::Symptom::NotLinearizable;
    std::string object;
};

bool shows(const Seen&, const Target&);

// The fewest decisions under which the target still shows, at the steps' own points where that is
// enough. Requires: `decisions` show it.
std::vector<control::Decision> minimised(Runner&, std::vector<control::Decision> decisions,
                                         const Target&, spec::Lifetime);

// Runs the schedule once for verdict and history, then `replays` times with fresh processes.
Result<Finding> confirm(Runner&, const std::vector<control::Decision>&, const Target&,
                        std::uint32_t replays);

// Writes the schedule file; "" as folder writes none. Sets finding.schedule_path.
Status write_finding(Finding&, const spec::Scenario&, const spec::Case&, std::uint64_t seed,
                     const std::string& folder);
// The same, to this file.
Status write_finding_as(Finding&, const spec::Scenario&, const spec::Case&, std::uint64_t seed,
                        const std::string& path);

// "increment/shm/locked=true" as a file name.
std::string file_name(const std::string& case_id);

}  // namespace stagger::engine
