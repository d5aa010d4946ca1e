// SPDX-License-Identifier: Apache-2.0
//
// The schedules that a project keeps, `<corpus>/regressions/<scenario>/*.schedule`, as jobs to be
// run before its cases. Called by gate, in the controller, before anything runs.
#pragma once

#include <string>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/cli/arguments/options.hpp"
#include "harness/cli/campaign/specs.hpp"

namespace stagger::cli {

// The folder `corpus` with regressions that is nearest to the spec: beside it, or beside a folder
// that it is in, or in the working directory. "" if there is none. Relative where it is below the
// working directory.
std::string corpus_beside(const std::string& spec_path);

// A job for each schedule of a case among `cases`, sorted by path; settled ones for files that
// cannot be read, and for schedules of a case that its spec does not have any more. Fails if
// --corpus is no folder. `specs` outlives them.
Result<std::vector<Job>> select_regressions(const LoadedSpecs& specs, const std::vector<Job>& cases,
                                            const Options&);

}  // namespace stagger::cli
