// SPDX-License-Identifier: Apache-2.0
//
// The subcommands of `stagger`: one file each, one row each in the table. A setup function
// describes the options; a run function does the work and gives the exit code. Called by main.
#pragma once

#include <span>

#include "harness/cli/arguments/usage.hpp"
#include "harness/cli/console.hpp"

namespace stagger::cli {

std::span<const Command> commands();

void set_up_gate(Usage&, Options&);
int run_gate(const Options&, Console&);

void set_up_run(Usage&, Options&);
int run_run(const Options&, Console&);

void set_up_doctor(Usage&, Options&);
int run_doctor(const Options&, Console&);

void set_up_explain(Usage&, Options&);
int run_explain(const Options&, Console&);

void set_up_fuzz(Usage&, Options&);
int run_fuzz(const Options&, Console&);

void set_up_corpus(Usage&, Options&);
int run_corpus(const Options&, Console&);

void set_up_replay(Usage&, Options&);
int run_replay(const Options&, Console&);

void set_up_check(Usage&, Options&);
int run_check(const Options&, Console&);

void set_up_list(Usage&, Options&);
int run_list(const Options&, Console&);

void set_up_new(Usage&, Options&);
int run_new(const Options&, Console&);

void set_up_points(Usage&, Options&);
int run_points(const Options&, Console&);

void set_up_schema(Usage&, Options&);
int run_schema(const Options&, Console&);

void set_up_validate(Usage&, Options&);
int run_validate(const Options&, Console&);

}  // namespace stagger::cli
