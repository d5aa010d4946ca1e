// SPDX-License-Identifier: Apache-2.0
//
// One process of a campaign: fuzzes the case until the campaign says stop or the budget is spent.
// Called in a process that was forked for it and that belongs to it alone.
#pragma once

#include <string>

#include "harness/fuzz/board.hpp"
#include "harness/fuzz/campaign.hpp"

namespace stagger::fuzz {

struct JobSettings {
    const spec::Scenario& scenario;
    const spec::Case& spec_case;
    const FuzzOptions& options;
    std::uint32_t number = 0;   // of the job
    int reports = -1;           // pipe to the campaign: a line per finding
    std::int64_t deadline = 0;  // steady clock, in ns; 0: none
};

// A line of the pipe: how a finding is told to the campaign.
struct Report {
    std::string name, path;
    std::uint64_t found_at = 0;  // number of the execution, from 1
    bool is_new = false;
};
std::string to_line(const Report&);
Report from_line(const std::string& line);

// Nanoseconds of the steady clock.
std::int64_t now();

[[noreturn]] void run_job(const JobSettings&, Board&);

}  // namespace stagger::fuzz
