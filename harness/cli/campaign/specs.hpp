// SPDX-License-Identifier: Apache-2.0
//
// The specs that a command was given, loaded, and the cases that it selects from them. Called by
// the commands, in the controller.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/cli/arguments/options.hpp"
#include "harness/cli/campaign/case_runner.hpp"
#include "harness/spec/cases.hpp"
#include "harness/spec/parse.hpp"
#include "harness/spec/scenario.hpp"

namespace stagger::cli {

struct LoadedSpec {
    std::string path;
    std::unique_ptr<spec::Scenario> scenario;   // null: the spec is bad ...
    std::string problems;                       // ... and this is why, with carets
    std::vector<spec::Diagnostic> diagnostics;  // the same as data
};

struct LoadedSpecs {
    std::vector<LoadedSpec> specs;  // in the order of the paths
    bool any_bad = false;
};

// Fails where a path is not there; a bad spec is no failure here, but one of the results.
Result<LoadedSpecs> load_specs(const std::vector<std::string>& paths);

// A job per selected case, in order; a bad spec is one settled job of status error, so that it
// shows in every report. `specs` outlives them.
Result<std::vector<Job>> select_jobs(const LoadedSpecs& specs, const spec::Selection&, bool make);

// The result of a spec that is bad.
engine::CaseResult bad_spec_result(const LoadedSpec&);

// Says in the result where the scenario and its steps stand.
void locate(engine::CaseResult&, const spec::Scenario&);

spec::Selection selection_of(const Options&);

// Why there is no job, and what to do. `make`: cases are made where a file has none that matches.
std::string nothing_matched(const Options&, const LoadedSpecs&, bool make);

}  // namespace stagger::cli
