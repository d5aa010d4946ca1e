// SPDX-License-Identifier: Apache-2.0
//
// From an execution that violated something to a finding: minimised, confirmed with fresh
// processes, and written down. Used by campaigns and by replay.
#pragma once

#include <atomic>
#include <chrono>
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

// How often an execution is worth repeating: a hang costs the whole budget that makes it one, and
// who goes round and round takes all steps that there are, which is seconds where these are calls.
// `points`: of one.
std::uint32_t most_replays(bool hangs, std::uint64_t points, std::uint32_t wanted);

// How long somebody waits for a finding to become better: not once they have asked for the end, and
// not for ever.
class Patience {
public:
    explicit Patience(const std::atomic<bool>* cancelled) : cancelled_(cancelled) {}
    bool cancelled() const;
    bool is_over() const;

private:
    const std::atomic<bool>* cancelled_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// The fewest decisions under which the target still shows, at the steps' own points where that is
// enough; or what there is when patience is over. Requires: `decisions` show it.
std::vector<control::Decision> minimised(Runner&, std::vector<control::Decision> decisions,
                                         const Target&, spec::Lifetime, const Patience&);

// Runs the schedule once for verdict and history, then `replays` times with fresh processes; once
// if cancelled.
Result<Finding> confirm(Runner&, const std::vector<control::Decision>&, const Target&,
                        std::uint32_t replays, const Patience&);

// Writes the schedule file into the options' folder; "" writes none. Sets finding.schedule_path.
// `number`: how many findings of the case before it have the same first symptom.
Status write_finding(Finding&, const spec::Scenario&, const spec::Case&, const CampaignOptions&,
                     std::size_t number);
// The same, to this file.
Status write_finding_as(Finding&, const spec::Scenario&, const spec::Case&, const CampaignOptions&,
                        const std::string& path);

// "increment/shm/locked=true" as a file name.
std::string file_name(const std::string& case_id);

}  // namespace stagger::engine
