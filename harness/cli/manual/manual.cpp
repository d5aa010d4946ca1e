// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/manual/manual.hpp"

#include <algorithm>
#include <array>

namespace stagger::cli {
namespace {

std::vector<std::string> parts_of(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (true) {
        const std::size_t end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

// By the names that the table gives to values: a new option is completed without a word here.
Completes kind_of(std::string_view placeholder) {
    constexpr std::array<std::string_view, 5> kFiles{"FILE", "FILE.schedule", "PATH", "SPEC",
                                                     "HISTORY"};
    if (std::find(kFiles.begin(), kFiles.end(), placeholder) != kFiles.end())
        return Completes::Files;
    if (placeholder == "DIR") return Completes::Folders;
    if (placeholder == "B,...") return Completes::Backends;
    return Completes::Nothing;
}

DescribedCommand help_command(const std::vector<DescribedCommand>& others) {
    std::vector<std::string> names;
    for (const DescribedCommand& command : others) names.push_back(command.name);
    DescribedCommand help{"help", "Show the help of a command", {}};
    help.usage.positionals.push_back(
        {"COMMAND", "The command", nullptr, false, Times::Once, std::move(names)});
    return help;
}

}  // namespace

Manual manual_of(std::span<const Command> commands, std::string_view version) {
    Manual manual{std::string(version), {}};
    Options unused;
    for (const Command& command : commands) {
        Usage usage;
        command.setup(usage, unused);
        for (OptionUsage& option : usage.options) option.accept = nullptr;
        for (PositionalUsage& positional : usage.positionals) positional.accept = nullptr;
        manual.commands.push_back(
            {std::string(command.name), std::string(command.summary), std::move(usage)});
    }
    manual.commands.push_back(help_command(manual.commands));
    return manual;
}

Values values_of(const OptionUsage& option) {
    const std::string& placeholder = option.placeholder;
    if (placeholder.find('|') != std::string::npos)
        return {Completes::Choices, parts_of(placeholder, '|')};
    return {kind_of(placeholder), {}, option.times == Times::CommaSeparated};
}

Values values_of(const PositionalUsage& positional) {
    if (!positional.choices.empty()) return {Completes::Choices, positional.choices};
    return {kind_of(positional.name)};
}

std::vector<std::string> names_of(const OptionUsage& option) {
    return parts_of(option.names, ',');
}

}  // namespace stagger::cli
