// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/commands/commands.hpp"

#include <array>

namespace stagger::cli {

std::span<const Command> commands() {
    static constexpr std::array<Command, 13> kCommands{{
        {"gate", "Run every case of every spec: the verdict of a CI job", set_up_gate, run_gate},
        {"run", "Run the cases of a spec that match, and show each in full", set_up_run, run_run},
        {"fuzz", "Search a case for as long as you like, with a corpus", set_up_fuzz, run_fuzz},
        {"corpus", "Join what campaigns left behind, or tell what it is", set_up_corpus,
         run_corpus},
        {"replay", "Run one schedule again and show what happens", set_up_replay, run_replay},
        {"check", "Judge a recorded history, also one from elsewhere", set_up_check, run_check},
        {"list", "List backends, strategies, oracles, models, scenarios or cases", set_up_list,
         run_list},
        {"points", "Show what is seen as points of a case, and what is not", set_up_points,
         run_points},
        {"explain", "Say what a symptom means, with the smallest example", set_up_explain,
         run_explain},
        {"new", "Make a scenario or a backend to start from", set_up_new, run_new},
        {"schema", "Print a JSON Schema of specs, for editors", set_up_schema, run_schema},
        {"validate", "Check specs without running them", set_up_validate, run_validate},
        {"doctor", "See whether Stagger works on this machine, and still finds bugs", set_up_doctor,
         run_doctor},
    }};
    return kCommands;
}

}  // namespace stagger::cli
