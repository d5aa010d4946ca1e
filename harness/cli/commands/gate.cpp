// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/arguments/common_options.hpp"
#include "harness/cli/campaign/campaign.hpp"
#include "harness/cli/commands/commands.hpp"

namespace stagger::cli {

void set_up_gate(Usage& usage, Options& options) {
    add_paths(usage, options);
    add_selection(usage, options);
    add_exploration(usage, options);
    add_parallelism(usage, options);
    add_shard(usage, options);
    add_corpus(usage, options,
               "Replay DIR/regressions/<scenario>/*.schedule first (default: the corpus nearest to "
               "the specs)");
    add_results(usage, options);
    add_surroundings(usage, options);
    usage.notes =
        "Schedules kept in corpus/regressions/<scenario>/ are replayed first, on the specs as "
        "they\n"
        "are: what a case names in `finds` must still show, and nothing where it must hold. "
        "`corpus`\n"
        "is looked for beside the specs, beside the folders that they are in, and here.\n\n"
        "Shards are told by --shard, GTEST_TOTAL_SHARDS and GTEST_SHARD_INDEX (from 0), or the "
        "same\n"
        "of TEST_; together they run everything once.\n\n"
        "Ends with 0 only if every case holds, or finds the known bugs that it names. A bad spec\n"
        "does not keep the others from being run. The first SIGINT, SIGTERM or SIGHUP ends the\n"
        "run with what is there, the cases that had not ended being inconclusive; a second "
        "SIGINT or SIGTERM kills.";
    usage.examples =
        "  stagger gate\n"
        "  stagger gate specs/locks --jobs 2 --junit stagger.xml\n"
        "  stagger gate --filter 'increment/*' --schedules 10000 --seed 7\n"
        "  stagger gate --time 30s --fail-fast --json -\n"
        "  stagger gate --shard 2/5";
}

int run_gate(const Options& options, Console& console) {
    return run_campaign(options,
                        {.command = "gate",
                         .make_cases = false,
                         .regressions = true,
                         .sharded = true,
                         .show_passes = false},
                        console);
}

}  // namespace stagger::cli
