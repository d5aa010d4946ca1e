// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/campaign/campaign.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "harness/cli/campaign/case_check.hpp"
#include "harness/cli/campaign/collection.hpp"
#include "harness/cli/campaign/exit_code.hpp"
#include "harness/cli/campaign/page.hpp"
#include "harness/cli/campaign/regressions.hpp"
#include "harness/cli/campaign/session.hpp"
#include "harness/cli/campaign/shard.hpp"
#include "harness/cli/campaign/specs.hpp"
#include "harness/cli/signals.hpp"
#include "harness/report/finding.hpp"
#include "harness/report/summary.hpp"

namespace stagger::cli {
namespace {

using engine::CaseResult;
using engine::CaseStatus;

int usage_failure(const Error& error, Console& console) {
    console.error(error.message);
    return kUsage;
}

void show_case(const CaseResult& result, Console& console) {
    for (const engine::Finding& finding : result.findings)
        console.print(report::render_finding(result, finding, console.style()) + "\n");
    console.print(report::render_evidence(result, console.style()) + "\n");
}

void show_results(const std::vector<CaseResult>& results, const CampaignStyle& style,
                  Console& console) {
    for (const CaseResult& result : results) {
        const bool quiet = result.status == CaseStatus::Pass || result.status == CaseStatus::Skip;
        if (style.show_passes || !quiet) show_case(result, console);
    }
    console.print(report::render_summary(results, console.table_style()));
    if (cancelled().load())
        console.print("Interrupted: cases that had not ended are inconclusive.\n");
}

std::string introduction(std::size_t regressions, std::size_t cases, std::size_t specs,
                         std::uint64_t seed) {
    const std::string first =
        regressions == 0 ? "" : report::counted(regressions, "regression") + " and ";
    return fmt::format("{}{} of {}, seed {}\n", first, report::counted(cases, "case"),
                       report::counted(specs, "spec"), seed);
}

// What runs first, then what is searched.
Result<std::vector<Job>> select_all(const LoadedSpecs& specs, const CampaignStyle& style,
                                    const Options& options, std::size_t& regressions) {
    STAGGER_TRY(std::vector<Job> cases,
                select_jobs(specs, selection_of(options), style.make_cases));
    if (options.expect)
        for (Job& job : cases) job.spec_case.finds = *options.expect;
    std::vector<Job> jobs;
    if (style.regressions) {
        STAGGER_TRY(jobs, select_regressions(specs, cases, options));
    }
    regressions = jobs.size();
    jobs.insert(jobs.end(), cases.begin(), cases.end());
    return jobs;
}

// True if all of it is another shard's.
Result<bool> leave_to_other_shards(std::vector<Job>& jobs, std::size_t& regressions,
                                   const Options& options, Console& console) {
    STAGGER_TRY(const std::optional<Shard> shard, shard_of(options, std::getenv));
    if (!shard || jobs.empty()) return false;
    const std::size_t all = jobs.size();
    keep_shard(jobs, *shard);
    regressions = static_cast<std::size_t>(std::count_if(
        jobs.begin(), jobs.end(), [](const Job& job) { return job.regression != nullptr; }));
    console.print(fmt::format("shard {} of {}: {} of {}\n", shard->number, shard->count,
                              jobs.size(), report::counted(all, "case")));
    return jobs.empty();
}

bool any_free(const std::vector<Job>& jobs, const engine::CampaignOptions& campaign) {
    return std::any_of(jobs.begin(), jobs.end(), [&](const Job& job) {
        return !job.settled && engine::is_free(job.spec_case, campaign);
    });
}

}  // namespace

int run_campaign(const Options& options, const CampaignStyle& style, Console& console) {
    const Result<LoadedSpecs> specs = load_specs(options.paths);
    if (!specs) return usage_failure(specs.error(), console);
    Result<Session> session = open_session(options, console);
    if (!session) return usage_failure(session.error(), console);
    std::size_t regressions = 0;
    Result<std::vector<Job>> jobs = select_all(*specs, style, options, regressions);
    if (!jobs) return usage_failure(jobs.error(), console);
    const Result<bool> nothing_left =
        style.sharded ? leave_to_other_shards(*jobs, regressions, options, console) : false;
    if (!nothing_left) return usage_failure(nothing_left.error(), console);
    if (options.cpus && !jobs->empty() && !any_free(*jobs, session->campaign)) {
        console.error("--cpus is for free mode, and none of these cases is run in it; see --mode.");
        return kUsage;
    }
    settle_mistaken(*jobs, session->campaign);

    if (jobs->empty() && !*nothing_left)
        console.error(nothing_matched(options, *specs, style.make_cases));
    if (!jobs->empty()) {
        console.print(introduction(regressions, jobs->size() - regressions, specs->specs.size(),
                                   session->campaign.seed));
    }
    const std::vector<CaseResult> results = run_all(*jobs, *session, options, console);
    if (!results.empty()) show_results(results, style, console);
    int& code = session->exit_code;
    if (!*nothing_left) code = worse(code, exit_code_of(results));
    code = worse(code, collect_findings(results, *session, options, console));
    close_session(*session);
    code = worse(code, write_results(results, *session, options, console));
    return worse(code, write_page({std::string(style.command), results, scenarios_of(*specs)},
                                  *session, options, console));
}

}  // namespace stagger::cli
