// SPDX-License-Identifier: Apache-2.0
//
// The results as GitHub Actions shows them: an annotation at the line of a spec for each that did
// not pass, and a summary of the job in Markdown. Called by the commands when they run there. Pure.
#pragma once

#include <string>

#include "harness/report/formats/results.hpp"

namespace stagger::report {

// "::error file=...,line=...,col=...,title=...::...", a line for each.
std::string github_annotations(const Results&);

// For the file that GITHUB_STEP_SUMMARY names; never more than that takes.
std::string github_summary(const Results&);

}  // namespace stagger::report
