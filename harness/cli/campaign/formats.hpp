// SPDX-License-Identifier: Apache-2.0
//
// The formats in which results are written for programs: a row each, of which the options, the
// checks before a run and the writing after it are made. Called by the commands.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/cli/arguments/options.hpp"
#include "harness/report/formats/results.hpp"

namespace stagger::cli {

struct Format {
    std::string_view option;  // "--json"
    std::string_view help;
    std::string Options::*file;
    std::string (*text)(const report::Results&);
};

std::span<const Format> formats();

// Of the execution that `replay` shows.
struct ReplayFormat {
    std::string_view option;
    std::string_view help;
    std::string Options::*file;
    std::string (*text)(const engine::CaseResult&, const engine::Finding&);
};

std::span<const ReplayFormat> replay_formats();

// A file that an option names, or stdout where it is "-".
struct OutputFile {
    std::string_view option;
    std::string path;
};

// All that the command line asks to write, those of single commands too.
std::vector<OutputFile> output_files(const Options&);

// Whether something for programs owns stdout, so that people read stderr.
bool owns_stdout(const Options&);

// Fails where two of them would be written to stdout, or one cannot be written at all: that should
// not cost the results of an hour.
Status check_output_files(const Options&);

// Of any command, before it begins: fails where one of them would replace what the command reads,
// or another one of them.
Status check_what_is_replaced(const Options&);

// By the environment: of GitHub, of GitLab, or the folder that this runs in.
report::Folders folders_here();

}  // namespace stagger::cli
