// SPDX-License-Identifier: Apache-2.0
//
// The man page and the completions of shells, written from the same table of commands and options
// as --help, so that none of them can say what another does not. Used by stagger-manual while
// Stagger is built, and by tests; never by `stagger` itself. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/cli/arguments/usage.hpp"

namespace stagger::cli {

struct DescribedCommand {
    std::string name, summary;
    Usage usage;  // to be read only: its options accept nothing
};

struct Manual {
    std::string version;
    std::vector<DescribedCommand> commands;  // `help` among them
};

Manual manual_of(std::span<const Command> commands, std::string_view version);

// What may stand where a value is expected.
enum class Completes : std::uint8_t { Nothing, Choices, Files, Folders, Backends };
struct Values {
    Completes kind = Completes::Nothing;
    std::vector<std::string> choices = {};  // of Choices
    bool list = false;                      // several, with commas between them
};
Values values_of(const OptionUsage&);
Values values_of(const PositionalUsage&);

// "-D,--define" as {"-D", "--define"}.
std::vector<std::string> names_of(const OptionUsage&);

std::string man_page(const Manual&);  // roff, stagger(1)
std::string bash_completion(const Manual&);
std::string zsh_completion(const Manual&);
std::string fish_completion(const Manual&);

// The shell command that all completions take names of backends from, one on each line.
inline constexpr std::string_view kListBackends =
    "stagger list backends --color never 2>/dev/null | sed -n 's/^\\([^ ]*\\)  .*/\\1/p'";

}  // namespace stagger::cli
