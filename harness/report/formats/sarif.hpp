// SPDX-License-Identifier: Apache-2.0
//
// The results in SARIF 2.1.0, which code scanning reads: errors of specs and findings at the lines
// of the spec, with a rule for each symptom. A known bug that its case `finds` is there,
// suppressed. Called by the commands. Pure.
#pragma once

#include <string>

#include "harness/report/formats/results.hpp"

namespace stagger::report {

std::string to_sarif(const Results&);

}  // namespace stagger::report
