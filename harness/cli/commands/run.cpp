// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/arguments/common_options.hpp"
#include "harness/cli/campaign/campaign.hpp"
#include "harness/cli/commands/commands.hpp"

namespace stagger::cli {

void set_up_run(Usage& usage, Options& options) {
    add_one_path(usage, options, "SPEC", "The spec to run");
    add_selection(usage, options);
    add_definitions(usage, options);
    add_expectation(usage, options);
    add_exploration(usage, options);
    add_parallelism(usage, options);
    add_results(usage, options);
    add_surroundings(usage, options);
    usage.notes =
        "Runs the cases of the file that match. If none does, makes one of the backends and\n"
        "parameters that were asked for, and expects it to hold.";
    usage.examples =
        "  stagger run specs/updates/increment.toml\n"
        "  stagger run specs/updates/increment.toml --backend shm,pipe -D locked=true\n"
        "  stagger run specs/updates/increment.toml --strategy pct --depth 3 --time 1m";
}

int run_run(const Options& options, Console& console) {
    return run_campaign(options, {.make_cases = true, .regressions = false, .show_passes = true},
                        console);
}

}  // namespace stagger::cli
