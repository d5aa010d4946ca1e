// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "harness/cli/arguments/common_options.hpp"
#include "harness/cli/campaign/case_check.hpp"
#include "harness/cli/campaign/exit_code.hpp"
#include "harness/cli/campaign/session.hpp"
#include "harness/cli/campaign/specs.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/report/text.hpp"
#include "harness/spec/expression.hpp"

namespace stagger::cli {
namespace {

std::string table(const std::vector<engine::PointInfo>& points) {
    std::size_t task = 4;
    std::size_t label = 4;
    for (const engine::PointInfo& point : points) {
        task = std::max(task, report::display_width(report::printable(point.task)));
        label = std::max(label, report::display_width(report::printable(point.label)));
    }
    std::string out = fmt::format("  {}  {}  {}  {}\n", report::pad("TASK", task),
                                  report::pad("STEP", label), report::pad_left("COUNT", 7), "CALL");
    for (const engine::PointInfo& point : points)
        out += fmt::format("  {}  {}  {}  {}\n", report::pad(report::printable(point.task), task),
                           report::pad(report::printable(point.label), label),
                           report::pad_left(std::to_string(point.count), 7),
                           report::printable(point.call));
    return out;
}

// The label of a step that is a point whenever it runs.
bool has_points(const spec::Step& step) {
    return step.kind == spec::StepKind::Operation || step.kind == spec::StepKind::Sleep ||
           step.kind == spec::StepKind::Join || step.kind == spec::StepKind::Section ||
           step.kind == spec::StepKind::AsOne;
}

// "worker", of "worker[0].1".
std::string role_of(const std::string& task) {
    return task.substr(0, task.find_first_of("[."));
}

using Labels = std::set<std::pair<std::string, std::string>>;  // of a role, of a step

// A step that parameters alone leave out is no part of this case.
bool is_left_out(const spec::Step& step, const spec::Scenario& scenario) {
    if (!step.when) return false;
    const auto names = spec::scan_expression(step.when->source).names;
    return std::all_of(names.begin(), names.end(), [&](const spec::NameUse& use) {
        return scenario.params.contains(use.name);
    });
}

void collect_missing(const std::vector<spec::Step>& steps, const std::string& role,
                     const spec::Scenario& scenario, const Labels& seen,
                     std::vector<std::string>& missing) {
    for (const spec::Step& step : steps) {
        if (!seen.contains({role, step.label}) && is_left_out(step, scenario)) continue;
        const std::string name = fmt::format("{}: {}", role, step.label);
        const bool said = std::find(missing.begin(), missing.end(), name) != missing.end();
        if (has_points(step) && !said && !seen.contains({role, step.label}))
            missing.push_back(name);
        collect_missing(step.body, role, scenario, seen, missing);
        collect_missing(step.otherwise, role, scenario, seen, missing);
    }
}

// Steps that the calm course leaves out: their points show under other schedules only.
std::vector<std::string> not_reached(const spec::Scenario& scenario,
                                     const std::vector<engine::PointInfo>& points) {
    Labels seen;
    for (const engine::PointInfo& point : points) seen.emplace(role_of(point.task), point.label);
    std::vector<std::string> missing;
    for (const spec::Role& role : scenario.roles)
        collect_missing(role.steps, role.name, scenario, seen, missing);
    return missing;
}

nlohmann::ordered_json as_json(const Job& job, const engine::PointsReport& survey,
                               const std::vector<std::string>& missing) {
    auto points = nlohmann::ordered_json::array();
    for (const engine::PointInfo& point : survey.points)
        points.push_back({{"task", report::printable(point.task)},
                          {"step", report::printable(point.label)},
                          {"call", report::printable(point.call)},
                          {"count", point.count}});
    return {{"id", job.spec_case.id},
            {"points", points},
            {"out_of_sight", survey.out_of_sight},
            {"not_reached", missing}};
}

int show(const Job& job, const engine::CampaignOptions& campaign, Console& console,
         nlohmann::ordered_json& json) {
    const Result<engine::PointsReport> survey =
        engine::survey_points(*job.scenario, job.spec_case, campaign);
    if (!survey) {
        console.error(fmt::format("{}: {}", job.spec_case.id, survey.error().message));
        return kBroken;
    }
    std::uint64_t all = 0;
    std::set<std::string> tasks;
    for (const engine::PointInfo& point : survey->points) {
        all += point.count;
        tasks.insert(point.task);
    }
    console.print(console.style().bold(job.spec_case.id) + "\n" + table(survey->points));
    console.print(fmt::format("  {} of {}\n", report::counted(all, "point"),
                              report::counted(tasks.size(), "task")));
    const std::vector<std::string> missing = not_reached(*job.scenario, survey->points);
    for (const std::string& what : survey->out_of_sight)
        console.print(fmt::format("  out of sight: {}\n", report::printable(what)));
    if (!missing.empty())
        console.print(
            report::printable(fmt::format("  not reached when each runs on as long as it can: {}",
                                          fmt::join(missing, ", "))) +
            "\n");
    console.print("\n");
    json["cases"].push_back(as_json(job, *survey, missing));
    return kAsExpected;
}

int fail(const Error& error, Console& console) {
    console.error(error.message);
    return kUsage;
}

}  // namespace

void set_up_points(Usage& usage, Options& options) {
    add_one_path(usage, options, "SPEC", "The spec whose cases to look at");
    add_selection(usage, options);
    add_definitions(usage, options);
    add_json(usage, options, "Write the points as JSON; - is stdout");
    add_surroundings(usage, options);
    usage.notes =
        "Runs each case once, each task running on as long as it can, and shows the places where\n"
        "the scheduler may switch; then what it cannot see, and steps that were not reached that "
        "way.\n"
        "A backend's server works on a request without a switch, unless the case says\n"
        "explore = { servers = \"explored\" }.";
    usage.examples = "  stagger points specs/updates/increment.toml --backend shm";
}

int run_points(const Options& options, Console& console) {
    const Result<LoadedSpecs> specs = load_specs(options.paths);
    if (!specs) return fail(specs.error(), console);
    const Result<engine::CampaignOptions> campaign = campaign_options(options);
    if (!campaign) return fail(campaign.error(), console);
    Result<std::vector<Job>> jobs = select_jobs(*specs, selection_of(options), true);
    if (!jobs) return fail(jobs.error(), console);
    if (jobs->empty()) console.error(nothing_matched(options, *specs, true));
    settle_mistaken(*jobs, *campaign);
    int code = jobs->empty() ? kNothing : kAsExpected;
    nlohmann::ordered_json json{{"format", 1}, {"cases", nlohmann::json::array()}};
    for (const Job& job : *jobs) {
        if (job.settled) {
            code = worse(code, fail(Error{job.settled->message}, console));
        } else {
            code = worse(code, show(job, *campaign, console, json));
        }
    }
    if (options.json.empty()) return code;
    return worse(code, deliver_json(options, json.dump(2) + "\n", console));
}

}  // namespace stagger::cli
