// SPDX-License-Identifier: Apache-2.0
//
// How many schedules a strategy needs to find known bugs: each case that says what it `finds`,
// under each strategy, with many seeds. Used by bench_strategies, in its own process; the engine
// does the rest.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/engine/campaign.hpp"
#include "harness/spec/scenario.hpp"

namespace stagger::bench {

struct Settings {
    std::vector<std::string> paths;       // spec files, and folders of them
    std::vector<std::string> strategies;  // empty: all that explore
    std::string filter;                   // a glob on case ids; empty: all
    std::uint64_t seeds = 20;             // 1, 2, ...
    std::uint64_t schedules = 10'000;     // after so many it is a miss
    std::uint32_t jobs = 1;
    // Free: no strategy searches, and the strategies are but names.
    spec::Mode mode = spec::Mode::Controlled;
};

// A case under a strategy.
struct Score {
    std::string id, strategy;
    // For each seed the number of schedules, the finding's own included; nothing for a miss.
    std::vector<std::optional<std::uint64_t>> found_at;
    std::vector<double> seconds;  // for each seed, starting the processes included
    std::string problem;          // a trial could not be made: why
};

struct Summary {
    double schedules = 0;  // mean; a miss counts as all schedules that it had
    std::uint64_t misses = 0;
    double seconds = 0;  // mean
};
Summary summary(const Score&, std::uint64_t schedules);

using OnTrial = std::function<void(std::uint64_t done, std::uint64_t all)>;

// By case in the order of the files, then by strategy. Fails if a path holds no spec that can be
// read. `on_trial` is called after each, from any of the jobs' threads, one at a time.
Result<std::vector<Score>> run_trials(const Settings&, const OnTrial& on_trial);

// Counts trials on standard error, if that is a terminal.
OnTrial count_on_terminal(const std::string& doing);

// Names of the strategies that search.
std::vector<std::string> searching_strategies();

}  // namespace stagger::bench
