// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <random>
#include <string>

#include <fmt/format.h>

#include "harness/cli/arguments/common_options.hpp"
#include "harness/cli/campaign/campaign.hpp"
#include "harness/cli/campaign/exit_code.hpp"
#include "harness/cli/campaign/session.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/cli/signals.hpp"
#include "harness/cli/watch.hpp"
#include "harness/report/text.hpp"

namespace stagger::cli {
namespace {

constexpr CampaignStyle kStyle{
    .command = "run", .make_cases = true, .regressions = false, .show_passes = true};

// Again and again, under one seed: what has changed is the spec or the backend, not the schedules.
// Ends with what the last whole run came to.
int run_watching(Options options, Console& console) {
    if (!options.seed) options.seed = std::random_device{}();
    const Result<engine::CampaignOptions> campaign = campaign_options(options);
    Result<Watch> watch = campaign ? Watch::open(options.paths, campaign->plugin_paths)
                                   : Result<Watch>(campaign.error());
    if (!watch) {
        console.error(watch.error().message);
        return kUsage;
    }
    for (std::optional<int> last;;) {
        const int code = run_campaign(options, kStyle, console);
        if (cancelled().load()) return last.value_or(code);
        last = code;
        console.progress(fmt::format("watching {} and the backends; Ctrl-C ends it\n",
                                     report::printable(options.paths.front())));
        const Result<std::string> changed = watch->wait();
        if (!changed) {
            console.error(changed.error().message);
            return kBroken;
        }
        if (changed->empty()) return code;
        console.progress(fmt::format("{} has changed\n", report::printable(*changed)));
    }
}

}  // namespace

void set_up_run(Usage& usage, Options& options) {
    add_one_path(usage, options, "SPEC", "The spec to run");
    add_selection(usage, options);
    add_definitions(usage, options);
    add_expectation(usage, options);
    add_exploration(usage, options);
    usage.options.push_back({"--watch", "", "Run again whenever the spec or a backend changes",
                             [&options](const std::string&) -> Status {
                                 options.watch = true;
                                 return Ok{};
                             }});
    add_parallelism(usage, options);
    add_results(usage, options);
    add_surroundings(usage, options);
    usage.notes =
        "Runs the cases of the file that match. If none does, makes one of the backends and\n"
        "parameters that were asked for, and expects it to hold. With --watch, Ctrl-C ends it "
        "with\n"
        "the exit code of the last run.";
    usage.examples =
        "  stagger run specs/updates/increment.toml\n"
        "  stagger run specs/updates/increment.toml --backend shm,pipe -D locked=true\n"
        "  stagger run specs/updates/increment.toml --strategy pct --depth 3 --time 1m\n"
        "  stagger run specs/updates/increment.toml --backend shm --watch";
}

int run_run(const Options& options, Console& console) {
    if (options.watch) return run_watching(options, console);
    return run_campaign(options, kStyle, console);
}

}  // namespace stagger::cli
