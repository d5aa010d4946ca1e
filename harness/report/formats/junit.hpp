// SPDX-License-Identifier: Apache-2.0
//
// The results as JUnit XML, which every CI system shows: a suite per scenario, a test per case.
// Called by the commands. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/engine/case_result.hpp"

namespace stagger::report {

// A violation is a failure; a case without a verdict is an error; a skipped case is skipped.
std::string to_junit(const std::vector<engine::CaseResult>&);

// For text and attributes alike. What XML cannot carry at all is written as \x1b.
std::string xml_escaped(std::string_view text);

}  // namespace stagger::report
