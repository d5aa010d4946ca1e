// SPDX-License-Identifier: Apache-2.0
//
// One execution in the trace format of Chrome, which ui.perfetto.dev opens: a track per task, with
// operations, sections and blocks as slices, waiting as slices inside them, and arrows from who
// wrote or sent something to who read or took it. A microsecond is a step of the execution; virtual
// time is a counter. Called by `replay`. Pure.
#pragma once

#include <string>

#include "harness/engine/case_result.hpp"

namespace stagger::report {

std::string to_trace(const engine::CaseResult&, const engine::Finding&);

}  // namespace stagger::report
