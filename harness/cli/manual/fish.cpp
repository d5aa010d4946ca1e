// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "harness/cli/manual/manual.hpp"

namespace stagger::cli {
namespace {

// In single quotes fish knows \' and \\ only.
std::string quoted(std::string_view plain) {
    std::string out = "'";
    for (const char c : plain) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    return out + "'";
}

// -x takes a value that is no file, -r -F one that is.
std::string value(const Values& values) {
    switch (values.kind) {
        case Completes::Choices:
            return fmt::format(" -x -a {}",
                               quoted(fmt::format("{}", fmt::join(values.choices, " "))));
        case Completes::Files:
            return " -r -F";
        case Completes::Folders:
            return " -x -a '(__fish_complete_directories)'";
        case Completes::Backends:
            return " -x -a '(__stagger_backends)'";
        case Completes::Nothing:
            break;
    }
    return " -x";
}

std::string option_line(const std::string& command, const OptionUsage& option) {
    std::string names;
    for (const std::string& name : names_of(option))
        names += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    return fmt::format("complete -c stagger -n '__fish_seen_subcommand_from {}'{}{} -d {}\n",
                       command, names, option.placeholder.empty() ? "" : value(values_of(option)),
                       quoted(option.help));
}

std::string positional_line(const std::string& command, const PositionalUsage& positional) {
    const Values values = values_of(positional);
    const std::string condition = fmt::format("'__fish_seen_subcommand_from {}'", command);
    if (values.kind == Completes::Files || values.kind == Completes::Folders)
        return fmt::format("complete -c stagger -n {} -F\n", condition);
    if (values.kind != Completes::Choices) return "";
    return fmt::format("complete -c stagger -n {} -f -a {} -d {}\n", condition,
                       quoted(fmt::format("{}", fmt::join(values.choices, " "))),
                       quoted(positional.help));
}

}  // namespace

std::string fish_completion(const Manual& manual) {
    std::string out =
        "# fish completion for stagger, written from its table of options.\n\n"
        "# Names after the last comma of a list.\n"
        "function __stagger_backends\n"
        "    set -l before (string match -r '.*,' -- (commandline -ct))\n"
        "    for name in (" +
        std::string(kListBackends) +
        ")\n        printf '%s%s\\n' $before $name\n    end\nend\n\n"
        "complete -c stagger -f\n"
        "complete -c stagger -n __fish_use_subcommand -s h -l help -d 'Show help'\n"
        "complete -c stagger -n __fish_use_subcommand -l version -d 'Show the version'\n";
    for (const DescribedCommand& command : manual.commands)
        out += fmt::format("complete -c stagger -n __fish_use_subcommand -a {} -d {}\n",
                           command.name, quoted(command.summary));
    for (const DescribedCommand& command : manual.commands) {
        if (command.name != "help")
            out += fmt::format(
                "complete -c stagger -n '__fish_seen_subcommand_from {}' -s h -l "
                "help -d 'Show help'\n",
                command.name);
        for (const OptionUsage& option : command.usage.options)
            out += option_line(command.name, option);
        for (const PositionalUsage& positional : command.usage.positionals)
            out += positional_line(command.name, positional);
    }
    return out;
}

}  // namespace stagger::cli
