// SPDX-License-Identifier: Apache-2.0
//
// Options that several commands share, each spelled, explained and read in one place. Called by the
// setup functions of the commands.
#pragma once

#include <string>

#include "harness/cli/arguments/usage.hpp"

namespace stagger::cli {

void add_paths(Usage&, Options&);  // [PATH...]
void add_one_path(Usage&, Options&, const std::string& name, const std::string& help);

void add_selection(Usage&, Options&);    // --backend, --filter
void add_definitions(Usage&, Options&);  // -D
void add_expectation(Usage&, Options&);  // --expect
void add_exploration(Usage&, Options&);  // --seed, --schedules, --time, --strategy, ...
void add_parallelism(Usage&, Options&);  // --jobs, --fail-fast, --progress
void add_formats(Usage&, Options&);      // --json, --junit, ...
void add_results(Usage&, Options&);      // those, and --out
void add_json(Usage&, Options&, const std::string& help);
void add_shard(Usage&, Options&);
void add_fuzzing(Usage&, Options&);  // --corpus, --feedback, --jobs, ...
void add_corpus(Usage&, Options&, const std::string& help);
void add_seed(Usage&, Options&);
void add_replaying(Usage&, Options&);     // --times, --minimize, --spec
void add_surroundings(Usage&, Options&);  // --plugin, --color
void add_color(Usage&, Options&);

}  // namespace stagger::cli
