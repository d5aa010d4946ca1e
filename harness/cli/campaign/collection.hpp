// SPDX-License-Identifier: Apache-2.0
//
// What a run leaves for others in the folder of --out: beside each schedule the finding as the
// terminal shows it, and an index of all that is there, so that a CI job can hand on the folder as
// it is. Called by `gate` and `run`, in the controller's main thread.
#pragma once

#include <string>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/engine/case_result.hpp"

namespace stagger::cli {

inline constexpr const char* kIndexName = "index.md";

// Writes NAME.txt for each NAME.schedule of the results, and the index of the whole folder, what
// earlier runs or others at the same time left there included. Nothing where there is no schedule.
Status write_collection(const std::vector<engine::CaseResult>&, const std::string& folder);

}  // namespace stagger::cli
