// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "harness/cli/manual/manual.hpp"

namespace stagger::cli {
namespace {

// As text of roff: a backslash and a hyphen are what was typed, and no line begins a request.
std::string text(std::string_view plain) {
    std::string out;
    bool begins_line = true;
    for (const char c : plain) {
        if (begins_line && (c == '.' || c == '\'')) out += "\\&";
        begins_line = c == '\n';
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else if (c == '`')
            out += "\\(ga";
        else if (c == '\'')
            out += "\\(aq";
        else if (c == '~')
            out += "\\(ti";
        else if (c == '^')
            out += "\\(ha";
        else
            out += c;
    }
    return out;
}

std::string bold(std::string_view plain) {
    return "\\fB" + text(plain) + "\\fR";
}

std::string italic(std::string_view plain) {
    return "\\fI" + text(plain) + "\\fR";
}

// Paragraphs that a person broke into lines: filled anew, with the empty lines kept.
std::string paragraphs(std::string_view plain) {
    std::string out;
    bool begins_paragraph = false;
    while (!plain.empty()) {
        const std::size_t end = std::min(plain.find('\n'), plain.size());
        const std::string_view line = plain.substr(0, end);
        plain.remove_prefix(std::min(end + 1, plain.size()));
        if (line.empty()) {
            begins_paragraph = !out.empty();
            continue;
        }
        if (begins_paragraph) out += ".PP\n";
        begins_paragraph = false;
        out += text(line) + "\n";
    }
    return out;
}

std::string verbatim(std::string_view plain) {
    const bool ends_line = plain.ends_with('\n');
    return fmt::format(".nf\n{}{}.fi\n", text(plain), ends_line ? "" : "\n");
}

std::string synopsis(const DescribedCommand& command) {
    std::string out = bold("stagger " + command.name);
    if (!command.usage.options.empty()) out += " [" + italic("OPTIONS") + "]";
    for (const PositionalUsage& positional : command.usage.positionals) {
        const std::string name =
            italic(positional.name) + (positional.times == Times::Once ? "" : "...");
        out += positional.required ? " " + name : " [" + name + "]";
    }
    return out + "\n";
}

std::string tagged(const std::string& tag, const std::string& body) {
    return ".TP\n" + tag + "\n" + body + "\n";
}

std::string option_entry(const OptionUsage& option) {
    std::string tag;
    for (const std::string& name : names_of(option)) tag += (tag.empty() ? "" : ", ") + bold(name);
    if (!option.placeholder.empty()) tag += " " + italic(option.placeholder);
    return tagged(tag, text(option.help));
}

std::string command_section(const DescribedCommand& command) {
    std::string out = fmt::format(".SS \"{}\"\n{}.PP\n{}.\n", text(command.name), synopsis(command),
                                  text(command.summary));
    for (const PositionalUsage& positional : command.usage.positionals)
        out += tagged(italic(positional.name), text(positional.help));
    for (const OptionUsage& option : command.usage.options) out += option_entry(option);
    if (!command.usage.notes.empty()) out += ".PP\n" + paragraphs(command.usage.notes);
    if (!command.usage.examples.empty()) out += ".PP\n" + verbatim(command.usage.examples);
    return out;
}

// What the commands read besides their arguments.
std::string environment() {
    const auto shards = [](const std::string& prefix) {
        return bold(prefix + "TOTAL_SHARDS") + ", " + bold(prefix + "SHARD_INDEX");
    };
    return tagged(bold("STAGGER_PLUGIN_PATH"),
                  text("Folders with more backends, with colons between them.")) +
           tagged(shards("GTEST_") + ", " + shards("TEST_"),
                  text("Which part of a gate to run, where --shard does not say it. The index is "
                       "from 0.")) +
           tagged(bold("NO_COLOR"), text("No colour, where --color does not say otherwise."));
}

std::string files() {
    return tagged(italic(".stagger/"),
                  text("Schedules of findings, for `stagger replay`; see --out.")) +
           tagged(italic("specs/"), text("What is run where no path is given.")) +
           tagged(italic("corpus/regressions/"),
                  text("Schedules that a gate replays before anything else."));
}

}  // namespace

std::string man_page(const Manual& manual) {
    std::string out =
        ".\\\" Written from the table of options; see `stagger --help`.\n"
        ".TH STAGGER 1 \"\" \"stagger " +
        text(manual.version) + "\" \"User Commands\"\n";
    out += ".SH NAME\nstagger \\- find concurrency bugs between processes\n.SH SYNOPSIS\n.nf\n";
    for (const DescribedCommand& command : manual.commands) out += synopsis(command);
    out += bold("stagger --version") + "\n.fi\n";
    out += ".SH DESCRIPTION\n" + paragraphs(introduction()) + ".SH COMMANDS\n";
    for (const DescribedCommand& command : manual.commands) out += command_section(command);
    const std::string_view closing_text = closing();
    const std::size_t examples = closing_text.find("Examples:\n");
    out += ".SH EXIT STATUS\n" + paragraphs(closing_text.substr(0, examples));
    out += ".SH ENVIRONMENT\n" + environment() + ".SH FILES\n" + files();
    if (examples != std::string_view::npos)
        out += ".SH EXAMPLES\n" +
               verbatim(closing_text.substr(examples + std::string_view("Examples:\n").size()));
    return out;
}

}  // namespace stagger::cli
