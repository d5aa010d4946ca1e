// SPDX-License-Identifier: Apache-2.0
//
// From paths to an exit code: loads specs, selects cases, runs them, shows what came out. What gate
// and run have in common; they differ in the choices of CampaignStyle.
#pragma once

#include <string_view>

#include "harness/cli/arguments/options.hpp"
#include "harness/cli/console.hpp"

namespace stagger::cli {

struct CampaignStyle {
    std::string_view command;
    bool make_cases = false;   // where no case matches, make one that is expected to hold
    bool regressions = false;  // replay what the corpus has of the cases, before them
    bool sharded = false;      // may be one of several that divide the cases among them
    bool show_passes = false;  // tell about each pass too: its evidence, and the known bug it found
};

int run_campaign(const Options&, const CampaignStyle&, Console&);

}  // namespace stagger::cli
