// SPDX-License-Identifier: Apache-2.0
//
// The results in the Test Anything Protocol, version 13: a line per case, with what is known of
// those that did not pass beneath it. Called by the commands. Pure.
#pragma once

#include <string>
#include <vector>

#include "harness/engine/case_result.hpp"

namespace stagger::report {

std::string to_tap(const std::vector<engine::CaseResult>&);

}  // namespace stagger::report
