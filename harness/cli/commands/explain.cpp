// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "harness/base/symptoms.hpp"
#include "harness/check/advice.hpp"
#include "harness/cli/arguments/common_options.hpp"
#include "harness/cli/campaign/exit_code.hpp"
#include "harness/cli/campaign/session.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/cli/embedded/embedded.hpp"
#include "harness/report/text.hpp"

namespace stagger::cli {
namespace {

std::string_view example_of(check::Symptom symptom) {
    const std::string wanted = fmt::format("{}.toml", check::name(symptom));
    for (const EmbeddedFile& file : files_for_explain())
        if (file.path == wanted) return file.text;
    return "";
}

// Wrapped to the width, each line behind `first` or as much space.
std::string paragraph(std::string_view text, std::string_view first, const report::Style& style) {
    const std::string rest(first.size(), ' ');
    std::string out;
    for (const std::string& line :
         report::wrap(text, std::min<std::size_t>(style.width, 100) - first.size()))
        out += fmt::format("{}{}\n", out.empty() ? std::string(first) : rest, line);
    return out;
}

std::string indented(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        out += fmt::format("    {}\n", text.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

std::string explained(const check::Advice& advice, const report::Style& style) {
    const std::string_view name = check::name(advice.symptom);
    std::string out = style.bold(name) + "\n";
    out += paragraph(check::explanation(advice.symptom), "  ", style);
    out += "\n  what to look at\n" + paragraph(advice.look, "    ", style);
    out += "\n  what usually helps\n";
    for (const std::string_view remedy : advice.remedies) out += paragraph(remedy, "    - ", style);
    const std::string_view example = example_of(advice.symptom);
    if (example.empty()) return out;
    out += "\n  the smallest example\n" + indented(example);
    out += fmt::format(
        "\n  to see it found:\n"
        "    stagger explain {0} --example > {0}.toml\n"
        "    stagger run {0}.toml\n",
        name);
    return out;
}

int list_all(Console& console) {
    std::size_t width = 0;
    for (const check::Advice& advice : check::advice())
        width = std::max(width, check::name(advice.symptom).size());
    for (const check::Advice& advice : check::advice())
        console.print(paragraph(check::explanation(advice.symptom),
                                report::pad(check::name(advice.symptom), width) + "  ",
                                console.style()));
    console.print("\n`stagger explain SYMPTOM` says more, with an example.\n");
    return kAsExpected;
}

}  // namespace

void set_up_explain(Usage& usage, Options& options) {
    const auto symptom = [&options](const std::string& text) -> Status {
        const std::string problem = unknown_name("symptom", {text}, check::symptom_names());
        if (!problem.empty()) return Error{problem};
        options.topic = text;
        return Ok{};
    };
    usage.positionals.push_back({"SYMPTOM",
                                 "lost-update, deadlock, ...; without it, all of them",
                                 symptom,
                                 false,
                                 Times::Once,
                                 {kSymptomNames.begin(), kSymptomNames.end()}});
    usage.options.push_back({"--example", "", "Only the smallest spec that shows it",
                             [&options](const std::string&) -> Status {
                                 options.example = true;
                                 return Ok{};
                             }});
    add_color(usage, options);
    usage.examples =
        "  stagger explain lost-update\n"
        "  stagger explain deadlock --example > deadlock.toml";
}

int run_explain(const Options& options, Console& console) {
    const auto symptom = check::symptom(options.topic);
    if (!symptom && !options.example) return list_all(console);
    const std::string_view example = symptom ? example_of(*symptom) : "";
    if (options.example && example.empty()) {
        console.error(symptom ? fmt::format("there is no example of {}.", options.topic)
                              : "--example needs a symptom: stagger explain deadlock --example");
        return symptom ? kNothing : kUsage;
    }
    console.print(options.example ? std::string(example)
                                  : explained(check::advice()[static_cast<std::size_t>(*symptom)],
                                              console.style()));
    return kAsExpected;
}

}  // namespace stagger::cli
