// SPDX-License-Identifier: Apache-2.0
//
// What a run leaves for others in the folder of --out: beside each schedule the finding as the
// terminal shows it, and an index of all that is there, so that a CI job can hand on the folder as
// it is. Called by `gate`, `run` and `fuzz`, in the controller's main thread.
#pragma once

#include <vector>

#include "harness/cli/campaign/session.hpp"
#include "harness/engine/case_result.hpp"

namespace stagger::cli {

inline constexpr const char* kIndexName = "index.md";

// Where --out was given: fails if what stands in the index's place is somebody else's.
Status check_index(const Options&);

// Where --out was given: writes NAME.txt for each NAME.schedule of the results, and the index of
// the whole folder, what earlier runs or others at the same time left there included; nothing where
// there is no schedule. Says what could not be written and gives the exit code.
int collect_findings(const std::vector<engine::CaseResult>&, const Session&, const Options&,
                     Console&);

}  // namespace stagger::cli
