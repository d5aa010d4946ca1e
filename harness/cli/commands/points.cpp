// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "harness/cli/arguments/common_options.hpp"
#include "harness/cli/campaign/case_check.hpp"
#include "harness/cli/campaign/exit_code.hpp"
#include "harness/cli/campaign/session.hpp"
#include "harness/cli/campaign/specs.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/report/text.hpp"

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

int show(const Job& job, const engine::CampaignOptions& campaign, Console& console) {
    const Result<engine::PointsReport> survey =
        engine::survey_points(*job.scenario, job.spec_case, campaign);
    if (!survey) {
        console.error(fmt::format("{}: {}", job.spec_case.id, survey.error().message));
        return kBroken;
    }
    console.print(console.style().bold(job.spec_case.id) + "\n" + table(survey->points));
    for (const std::string& what : survey->out_of_sight)
        console.print(fmt::format("  out of sight: {}\n", report::printable(what)));
    console.print("\n");
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
    add_surroundings(usage, options);
    usage.notes =
        "Runs each case once, each task running on as long as it can, and shows the places where\n"
        "the scheduler may switch.";
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
    for (const Job& job : *jobs) {
        if (job.settled) {
            code = worse(code, fail(Error{job.settled->message}, console));
        } else {
            code = worse(code, show(job, *campaign, console));
        }
    }
    return code;
}

}  // namespace stagger::cli
