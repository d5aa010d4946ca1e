// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "harness/check/check.hpp"
#include "harness/cli/arguments/common_options.hpp"
#include "harness/cli/campaign/exit_code.hpp"
#include "harness/cli/campaign/session.hpp"
#include "harness/cli/campaign/specs.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/cli/commands/list_types.hpp"
#include "harness/recorded/models/model.hpp"
#include "harness/report/text.hpp"
#include "harness/spec/cases.hpp"

namespace stagger::cli {
namespace {

using Entries = std::vector<std::pair<std::string, std::string>>;

// The same for programs: what a list is of, with what each name is.
int deliver_entries(const Entries& entries, const Options& options, Console& console) {
    nlohmann::ordered_json out{{"format", 1}, {options.topic, nlohmann::json::array()}};
    for (const auto& [name, summary] : entries)
        out[options.topic].push_back({{"name", name}, {"summary", report::printable(summary)}});
    return deliver_json(options, out.dump(2) + "\n", console);
}

// Names in a first column that is as wide as the longest, so that `cut` and `awk` can take it.
int print_entries(const Entries& entries, const Options& options, Console& console) {
    std::size_t width = 0;
    for (const auto& [name, summary] : entries)
        width = std::max(width, report::display_width(report::printable(name)));
    for (const auto& [name, summary] : entries)
        console.print(fmt::format("{}  {}\n", report::pad(report::printable(name), width),
                                  report::printable(summary)));
    if (options.json.empty()) return kAsExpected;
    return deliver_entries(entries, options, console);
}

int fail(const Error& error, Console& console) {
    console.error(error.message);
    return kUsage;
}

// `name` is the file's: by that a backend is asked for.
void print_backend(const std::string& name, const engine::BackendDescription& backend,
                   Console& console) {
    console.print(
        fmt::format("{}  {}\n", console.style().bold(name), report::printable(backend.summary)));
    for (const auto& [type, operations] : backend.operations)
        console.print(fmt::format("  {}: {}\n", type, fmt::join(operations, " ")));
    for (const auto& option : backend.options)
        console.print(
            report::printable(fmt::format("  option {} = {} (default: {}): {}", option.name,
                                          option.values, option.default_value, option.summary)) +
            "\n");
    console.print(fmt::format("  from {}\n", report::printable(backend.path)));
    if (backend.name != name)
        console.print(
            report::printable(fmt::format(
                "  calls itself {}, but goes by its file's name, {}: rename one of the two",
                backend.name, name)) +
            "\n");
}

nlohmann::ordered_json backend_json(const std::string& name,
                                    const engine::BackendDescription& backend) {
    nlohmann::ordered_json out{{"name", name},
                               {"summary", report::printable(backend.summary)},
                               {"operations", backend.operations},
                               {"options", nlohmann::json::array()},
                               {"path", report::printable(backend.path)}};
    for (const auto& option : backend.options)
        out["options"].push_back({{"name", option.name},
                                  {"values", option.values},
                                  {"default", option.default_value},
                                  {"summary", report::printable(option.summary)}});
    return out;
}

int list_backends(const Options& options, Console& console) {
    const Result<engine::CampaignOptions> campaign = campaign_options(options);
    if (!campaign) return fail(campaign.error(), console);
    int code = kNothing;
    nlohmann::ordered_json json{{"format", 1}, {"backends", nlohmann::json::array()}};
    for (const std::string& name : engine::backend_names(*campaign)) {
        if (code == kNothing) code = kAsExpected;
        const Result<engine::BackendDescription> backend =
            engine::describe_backend(name, *campaign);
        if (backend) {
            print_backend(name, *backend, console);
            json["backends"].push_back(backend_json(name, *backend));
        } else {
            console.error(fmt::format("{}: {}", name, backend.error().message));
            code = kBroken;
        }
    }
    if (options.json.empty()) return code;
    return worse(code, deliver_json(options, json.dump(2) + "\n", console));
}

int list_strategies(const Options& options, Console& console) {
    Entries entries;
    for (const engine::StrategyInfo& strategy : engine::strategies())
        entries.emplace_back(strategy.name, strategy.summary);
    return print_entries(entries, options, console);
}

int list_oracles(const Options& options, Console& console) {
    Entries entries;
    for (const check::OracleInfo& oracle : check::oracles())
        entries.emplace_back(oracle.name, oracle.summary);
    return print_entries(entries, options, console);
}

// What a bad spec adds to a list: its errors, and the exit code.
int report_bad(const LoadedSpecs& specs, Console& console) {
    for (const LoadedSpec& spec : specs.specs)
        if (!spec.scenario) console.error(spec.problems);
    return specs.any_bad ? kUsage : kAsExpected;
}

int list_scenarios(const Options& options, Console& console) {
    const Result<LoadedSpecs> specs = load_specs(options.paths);
    if (!specs) return fail(specs.error(), console);
    Entries entries;
    for (const LoadedSpec& spec : specs->specs) {
        if (!spec.scenario) continue;
        const std::string count = report::counted(spec.scenario->cases.size(), "case");
        entries.emplace_back(spec.scenario->name,
                             fmt::format("{} ({}, {})", spec.scenario->summary, count, spec.path));
    }
    const int code = print_entries(entries, options, console);
    return worse(worse(entries.empty() ? kNothing : kAsExpected, code),
                 report_bad(*specs, console));
}

int list_cases(const Options& options, Console& console) {
    const Result<LoadedSpecs> specs = load_specs(options.paths);
    if (!specs) return fail(specs.error(), console);
    const Result<std::vector<Job>> jobs = select_jobs(*specs, selection_of(options), false);
    if (!jobs) return fail(jobs.error(), console);
    Entries entries;
    for (const Job& job : *jobs) {
        if (job.settled) continue;
        const auto& finds = job.spec_case.finds;
        entries.emplace_back(
            job.spec_case.id,
            finds.empty() ? "must hold" : fmt::format("finds {}", fmt::join(finds, ", ")));
    }
    const int code = print_entries(entries, options, console);
    return worse(worse(entries.empty() ? kNothing : kAsExpected, code),
                 report_bad(*specs, console));
}

// What recorded histories are judged by, with the operations that each model knows.
int list_models(const Options& options, Console& console) {
    Entries entries;
    for (const recorded::ModelInfo& model : recorded::models()) {
        console.print(fmt::format("{}  {}\n", console.style().bold(model.name), model.summary));
        entries.emplace_back(model.name, model.summary);
        for (const recorded::FunctionInfo& function : model.functions) {
            std::string names(function.names);
            const std::size_t first = names.find(' ');
            if (first != std::string::npos) names.replace(first, 1, ", also ");
            console.print(fmt::format("  {}\n", names));
        }
    }
    return options.json.empty() ? kAsExpected : deliver_entries(entries, options, console);
}

struct Topic {
    std::string_view name;
    int (*list)(const Options&, Console&);
};
constexpr std::array<Topic, 7> kTopics{{{"types", list_types},
                                        {"backends", list_backends},
                                        {"strategies", list_strategies},
                                        {"oracles", list_oracles},
                                        {"models", list_models},
                                        {"scenarios", list_scenarios},
                                        {"cases", list_cases}}};

}  // namespace

void set_up_list(Usage& usage, Options& options) {
    std::vector<std::string> names;
    for (const Topic& known : kTopics) names.emplace_back(known.name);
    const auto topic = [&options, names](const std::string& text) -> Status {
        const std::string problem = unknown_name("list of", {text}, names);
        if (!problem.empty()) return Error{problem};
        options.topic = text;
        return Ok{};
    };
    usage.positionals.push_back({"WHAT",
                                 "types, backends, strategies, oracles, models, scenarios or cases",
                                 topic, true, Times::Once, names});
    add_paths(usage, options);
    add_json(usage, options, "Write the list as JSON; - is stdout");
    add_selection(usage, options);
    add_surroundings(usage, options);
    usage.examples =
        "  stagger list types\n"
        "  stagger list backends\n"
        "  stagger list cases specs --filter '*/shm*'";
}

int run_list(const Options& options, Console& console) {
    for (const Topic& topic : kTopics)
        if (topic.name == options.topic) return topic.list(options, console);
    return kUsage;
}

}  // namespace stagger::cli
