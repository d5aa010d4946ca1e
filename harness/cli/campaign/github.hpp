// SPDX-License-Identifier: Apache-2.0
//
// Where a command runs in GitHub Actions, its results are told there too: annotations in the log,
// which GitHub shows at the lines of specs, and the summary of the job. Called by the commands.
#pragma once

#include "harness/cli/console.hpp"
#include "harness/report/formats/results.hpp"

namespace stagger::cli {

// Nothing elsewhere. What cannot be written is said, and changes no verdict.
void tell_github(const report::Results&, Console&);

}  // namespace stagger::cli
