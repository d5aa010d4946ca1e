// SPDX-License-Identifier: Apache-2.0
//
// How a command is called, as data, and the reader of the command line. Commands describe their
// options in a Usage; arguments.cpp alone knows the library that parses them. In the controller's
// main thread, before anything else runs.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/cli/arguments/options.hpp"

namespace stagger::cli {

class Console;

enum class Times : std::uint8_t { Once, Repeated, CommaSeparated };

// Takes one value into the Options, or says in a sentence why not.
using Accept = std::function<Status(const std::string&)>;

struct OptionUsage {
    std::string names;        // "--seed" or "-D,--define"
    std::string placeholder;  // "N", "FILE"; "" for a flag, whose value is "true"
    std::string help;
    Accept accept;
    Times times = Times::Once;
};

struct PositionalUsage {
    std::string name;  // "PATH"
    std::string help;
    Accept accept;
    bool required = false;
    Times times = Times::Once;
    std::vector<std::string> choices = {};  // the only words it may be, where these are few
};

struct Usage {
    std::vector<PositionalUsage> positionals;
    std::vector<OptionUsage> options;
    std::string notes;     // what else is worth knowing, "" if nothing
    std::string examples;  // a command line per line
};

// A row of the table in commands.cpp.
struct Command {
    std::string_view name;
    std::string_view summary;
    void (*setup)(Usage&, Options&);
    int (*run)(const Options&, Console&);
};

// What --help of the program itself says before its commands and behind them.
std::string_view introduction();
std::string_view closing();

// Either a command to run, or a text to print and the exit code to end with.
struct Parsed {
    const Command* command = nullptr;
    std::string text;
    bool text_is_error = false;
    int exit_code = 0;
};

// `arguments` are those behind the name of the program.
Parsed parse_arguments(const std::vector<std::string>& arguments, std::span<const Command> commands,
                       std::string_view version, Options& options);

}  // namespace stagger::cli
