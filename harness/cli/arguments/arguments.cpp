// SPDX-License-Identifier: Apache-2.0
//
// CLI11 is used here and nowhere else.
#include <algorithm>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "harness/cli/arguments/usage.hpp"
#include "harness/cli/campaign/exit_code.hpp"
#include "harness/spec/cases.hpp"

namespace stagger::cli {
namespace {

// Feeds each value to `accept`; its sentence becomes the error, with the option's name in front.
CLI::callback_t callback(const std::string& names, const Accept& accept) {
    return [names, accept](const CLI::results_t& values) {
        for (const std::string& value : values) {
            const Status status = accept(value);
            if (!status) throw CLI::ValidationError(names, status.error().message);
        }
        return true;
    };
}

void set_times(CLI::Option& option, Times times) {
    if (times == Times::Once) {
        option.expected(1);
        return;
    }
    // One value per appearance, or `--backend a b` would swallow what stands behind it.
    option.expected(1);
    option.multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    if (times == Times::CommaSeparated) option.delimiter(',');
}

void add_option(CLI::App& app, const OptionUsage& usage) {
    if (usage.placeholder.empty()) {
        app.add_flag_callback(
            usage.names, [accept = usage.accept] { (void)accept("true"); }, usage.help);
        return;
    }
    CLI::Option* option =
        app.add_option(usage.names, callback(usage.names, usage.accept), usage.help);
    option->type_name(usage.placeholder);
    set_times(*option, usage.times);
}

void add_positional(CLI::App& app, const PositionalUsage& usage) {
    CLI::Option* option =
        app.add_option(usage.name, callback(usage.name, usage.accept), usage.help);
    option->type_name("");
    option->expected(1);
    if (usage.times != Times::Once) {
        option->expected(usage.required ? 1 : 0, CLI::detail::expected_max_vector_size);
        option->allow_extra_args(true);
    }
    option->required(usage.required);
}

void add_command(CLI::App& app, const Command& command, Options& options) {
    CLI::App* sub = app.add_subcommand(std::string(command.name), std::string(command.summary));
    Usage usage;
    command.setup(usage, options);
    for (const PositionalUsage& positional : usage.positionals) add_positional(*sub, positional);
    for (const OptionUsage& option : usage.options) add_option(*sub, option);
    std::string footer;
    if (!usage.notes.empty()) footer += usage.notes + "\n\n";
    if (!usage.examples.empty()) footer += "Examples:\n" + usage.examples;
    sub->footer(footer);
    sub->get_formatter()->column_width(34);
}

Parsed usage_error(const std::string& message, const std::string& help_command) {
    return {nullptr, fmt::format("stagger: {}\n  See `{} --help`.\n", message, help_command), true,
            kUsage};
}

// A first word that is no command gets its nearest name.
Parsed unknown_command(const std::string& word, std::span<const Command> commands) {
    std::vector<std::string> names;
    for (const Command& command : commands) names.emplace_back(command.name);
    const std::string nearest = spec::nearest_name(word, names);
    const std::string hint = nearest.empty() ? "" : fmt::format("; did you mean \"{}\"?", nearest);
    return usage_error(fmt::format("there is no command \"{}\"{}", word, hint), "stagger");
}

// An option that the command does not have. Its value, and with it every word behind, may have been
// taken for something else: so this is said before anything else is.
std::string unknown_option(const CLI::App& app, const Command& command) {
    for (const std::string& word : app.remaining(true)) {
        if (word.size() < 2 || word[0] != '-') continue;
        const std::string option = word.substr(0, word.find('='));
        std::vector<std::string> names;
        for (const CLI::Option* known :
             app.get_subcommand(std::string(command.name))->get_options())
            for (const std::string& name : known->get_lnames()) names.push_back("--" + name);
        const std::string near = spec::nearest_name(option, names);
        return fmt::format("{} has no option {}{}", command.name, option,
                           near.empty() ? "" : fmt::format("; did you mean {}?", near));
    }
    return "";
}

// "FILE"; "" where the command takes nothing but options, or any number.
std::string positionals_of(const CLI::App& app, const Command& command) {
    std::string names;
    for (const CLI::Option* option : app.get_subcommand(std::string(command.name))->get_options()) {
        if (option->get_positional())
            names += (names.empty() ? "" : " and one ") + option->get_name(true);
    }
    return names;
}

// CLI11's messages begin with "--seed: ", which reads well; only its "arguments were not expected"
// hides what to do.
std::string message_of(const CLI::ParseError& error, const CLI::App& app, const Command* command) {
    if (const std::string unknown = command ? unknown_option(app, *command) : ""; !unknown.empty())
        return unknown;
    if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
        const std::string taken = command ? positionals_of(app, *command) : "";
        std::string out =
            taken.empty()
                ? "these arguments are not known:"
                : fmt::format("{} takes one {}, and was given more:", command->name, taken);
        for (const std::string& word : app.remaining(true)) out += " " + word;
        return out;
    }
    return error.what();
}

const Command* command_of(const CLI::App& app, std::span<const Command> commands) {
    for (const Command& command : commands) {
        if (app.got_subcommand(std::string(command.name))) return &command;
    }
    return nullptr;
}

// `stagger help`, `stagger help run`
Parsed help_on(const std::vector<std::string>& arguments, const CLI::App& app,
               std::span<const Command> commands) {
    if (arguments.size() == 1) return {nullptr, app.help(), false, kAsExpected};
    for (const Command& command : commands)
        if (command.name == arguments[1])
            return {nullptr, app.get_subcommand(arguments[1])->help("stagger"), false, kAsExpected};
    return unknown_command(arguments[1], commands);
}

constexpr std::string_view kIntroduction =
    "Finds concurrency bugs between processes: runs the scenarios of TOML specs as real processes\n"
    "under many schedules, judges what they saw, and hands back the smallest schedule that shows "
    "a\n"
    "bug, with a command that replays it.";

constexpr std::string_view kClosing =
    "Exit codes: 0 all as expected; 1 a violation, or a known bug that was not found;\n"
    "2 inconclusive, no evidence, or interrupted; 3 Stagger or a backend failed; 4 nothing "
    "matched,\n"
    "or all skipped; 64 wrong usage or a bad spec. The worst wins in the order 64, 3, 1, 2.\n"
    "\n"
    "Examples:\n"
    "  stagger gate\n"
    "  stagger run specs/updates/increment.toml --backend shm\n"
    "  stagger replay .stagger/increment_shm-lost-update.schedule";

}  // namespace

std::string_view introduction() {
    return kIntroduction;
}

std::string_view closing() {
    return kClosing;
}

Parsed parse_arguments(const std::vector<std::string>& arguments, std::span<const Command> commands,
                       std::string_view version, Options& options) {
    CLI::App app{std::string(kIntroduction), "stagger"};
    app.set_version_flag("--version", fmt::format("stagger {}", version));
    app.require_subcommand(0, 1);
    app.footer(std::string(kClosing));
    for (const Command& command : commands) add_command(app, command, options);

    if (arguments.empty()) return {nullptr, app.help(), true, kUsage};
    if (arguments.front() == "help") return help_on(arguments, app, commands);
    const std::string& first = arguments.front();
    const bool known = std::any_of(commands.begin(), commands.end(),
                                   [&](const Command& command) { return command.name == first; });
    if (!known && first.rfind("-", 0) != 0) return unknown_command(first, commands);
    try {
        // CLI11 takes the arguments from the back.
        app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::CallForHelp&) {
        const Command* command = command_of(app, commands);
        const CLI::App* asked = command ? app.get_subcommand(std::string(command->name)) : &app;
        return {nullptr, asked->help(command ? "stagger" : ""), false, kAsExpected};
    } catch (const CLI::CallForVersion& asked) {
        return {nullptr, std::string(asked.what()) + "\n", false, kAsExpected};
    } catch (const CLI::ParseError& error) {
        const Command* command = command_of(app, commands);
        return usage_error(message_of(error, app, command),
                           command ? fmt::format("stagger {}", command->name) : "stagger");
    }
    const Command* command = command_of(app, commands);
    if (command == nullptr) return {nullptr, app.help(), true, kUsage};
    return {command, "", false, kAsExpected};
}

}  // namespace stagger::cli
