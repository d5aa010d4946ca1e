// SPDX-License-Identifier: Apache-2.0
//
// Writes the page of a run for --html. Called by the commands after everything else was said, so
// that a page that cannot be written costs no verdict.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/cli/campaign/session.hpp"
#include "harness/cli/campaign/specs.hpp"
#include "harness/report/html/page.hpp"

namespace stagger::cli {

struct PageContent {
    std::string command;
    std::vector<engine::CaseResult> results;
    std::map<std::string, report::html::ScenarioNote> scenarios;
};

std::map<std::string, report::html::ScenarioNote> scenarios_of(const LoadedSpecs&);

// Makes the folder, where one is asked for, and sees that the page can be written there.
Status check_page(const Options&);

// Says what could not be written and gives the exit code.
int write_page(PageContent, const Session&, const Options&, Console&);

}  // namespace stagger::cli
