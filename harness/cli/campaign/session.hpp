// SPDX-License-Identifier: Apache-2.0
//
// What every command that runs something does before and after: settle the engine's options, see
// that names on the command line mean something, and hand the results to people and programs.
#pragma once

#include <string>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/cli/arguments/options.hpp"
#include "harness/cli/campaign/case_runner.hpp"
#include "harness/cli/console.hpp"
#include "harness/engine/campaign.hpp"
#include "harness/report/formats/json.hpp"

namespace stagger::cli {

struct Session {
    engine::CampaignOptions campaign;
    int exit_code = 0;             // what the command has come to so far
    bool made_out_folder = false;  // it was not there before
};

// Draws a seed where none is given. Fails on wrong usage: an unknown strategy, a plugin path that
// is not there, a backend that nobody has, a file of results that could not be written. A folder
// for schedules that cannot be used is said, and goes into exit_code if it was asked for; the run
// goes on and writes none.
Result<Session> open_session(const Options&, Console&);

// Without files to write: for commands that only look.
Result<engine::CampaignOptions> campaign_options(const Options&);

// Runs the jobs as the options say, with progress.
std::vector<engine::CaseResult> run_all(const std::vector<Job>&, const Session&, const Options&,
                                        Console&);

// Writes --json and its like, for programs, and tells GitHub where this runs there. Says what could
// not be written and gives the exit code. Requires: the session's is what the results come to.
int write_results(const std::vector<engine::CaseResult>&, const Session&, const Options&, Console&,
                  const report::Figures& = {});

// A command's own --json: to a file, or to stdout where it is "-". Says what could not be written
// and gives the exit code.
int deliver_json(const Options&, const std::string& text, Console&);

// Removes the folder of schedules if it is ours and nothing was put into it.
void close_session(const Session&);

// The names that nobody has, each with the nearest that somebody has; "" if there is none.
std::string unknown_name(std::string_view kind, const std::vector<std::string>& asked,
                         const std::vector<std::string>& known);

}  // namespace stagger::cli
