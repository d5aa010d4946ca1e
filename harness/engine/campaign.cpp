// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/campaign.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/engine/core_lease.hpp"
#include "harness/engine/explorer.hpp"
#include "harness/engine/finding.hpp"
#include "harness/engine/free_finding.hpp"
#include "harness/engine/runner.hpp"

namespace stagger::engine {
namespace {

void fail(CaseResult& result, const std::string& message, bool spec_error) {
    result.status = CaseStatus::Error;
    result.verdict = "error";
    result.message = message;
    result.spec_error = spec_error;
}

void collect_symptoms(CaseResult& result) {
    std::vector<check::Symptom> all;
    for (const Finding& finding : result.findings) {
        for (const auto& violation : finding.verdict.violations) all.push_back(violation.symptom);
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    for (const check::Symptom symptom : all) result.symptoms.emplace_back(check::name(symptom));
}

check::Symptom headline(const Finding& finding) {
    return finding.verdict.violations.empty() ? check::Symptom::FinalState
                                              : finding.verdict.violations.front().symptom;
}

std::size_t with_headline(const std::vector<Finding>& findings, check::Symptom symptom) {
    return static_cast<std::size_t>(
        std::count_if(findings.begin(), findings.end(),
                      [&](const Finding& finding) { return headline(finding) == symptom; }));
}

constexpr std::uint32_t kMeasured = 20;  // executions that tell how often delays show a violation

Result<Finding> controlled_finding(Runner& runner, const std::vector<control::Decision>& decisions,
                                   const Target& target, spec::Lifetime lifetime,
                                   std::uint32_t replays, const Patience& patience) {
    const auto smallest = minimised(runner, decisions, target, lifetime, patience);
    STAGGER_TRY(Finding finding, confirm(runner, smallest, target, replays, patience));
    const bool shown = finding.replays == 0 || finding.replayed > 0;
    if (shown || finding.verdict.violations.empty()) return finding;
    // What shows depends on what was in the memory: old values there, and none in fresh processes.
    const check::Violation other = finding.verdict.violations.front();
    const Target instead{other.symptom, other.object};
    const auto fresh = minimised(runner, decisions, instead, spec::Lifetime::Fresh, patience);
    return confirm(runner, fresh, instead, replays, patience);
}

Result<Finding> finding_of(Runner& runner, const Sighting& sighting, spec::Lifetime lifetime,
                           const CampaignOptions& options) {
    const Patience patience(options.cancelled);
    const Target& target = sighting.target;
    if (!sighting.free) {
        return controlled_finding(runner, sighting.decisions, target, lifetime, options.replays,
                                  patience);
    }
    if (const auto decisions = followed(runner, *sighting.free, target, lifetime)) {
        STAGGER_TRY(Finding finding, controlled_finding(runner, *decisions, target, lifetime,
                                                        options.replays, patience));
        if (finding.replays == 0 || finding.replayed > 0) {
            note_origin(finding, "It was found in free mode and reproduced in controlled mode.");
            return finding;
        }
    }
    return measured(runner, *sighting.free, target, kMeasured);
}

// Turns sightings into findings: minimised, confirmed, written. Those whose symptom an earlier
// finding shows as well are the same bug.
Status make_findings(Runner& runner, const Explorer& explorer, const spec::Scenario& scenario,
                     const CampaignOptions& options, CaseResult& result) {
    for (const Sighting& sighting : explorer.sightings()) {
        const bool shown = std::any_of(
            result.findings.begin(), result.findings.end(), [&](const Finding& finding) {
                const auto& found = finding.verdict.violations;
                return std::any_of(found.begin(), found.end(), [&](const auto& violation) {
                    return violation.symptom == sighting.target.symptom;
                });
            });
        if (shown) continue;
        STAGGER_TRY(Finding finding, finding_of(runner, sighting, explorer.lifetime(), options));
        finding.found_at = sighting.index + 1;
        if (!finding.free_only) {
            const Status written = write_finding(finding, scenario, result.spec_case, options,
                                                 with_headline(result.findings, headline(finding)));
            if (!written.ok()) result.message = written.error().message;
        }
        result.findings.push_back(std::move(finding));
    }
    std::stable_sort(result.findings.begin(), result.findings.end(),
                     [](const Finding& a, const Finding& b) { return headline(a) < headline(b); });
    return Ok{};
}

// For who wants to know only what a search came upon, and when.
void name_sightings(const Explorer& explorer, CaseResult& result) {
    for (const Sighting& sighting : explorer.sightings()) {
        result.symptoms.emplace_back(check::name(sighting.target.symptom));
    }
}

bool recorded(const CaseResult& result, const std::string& symptom) {
    return std::find(result.symptoms.begin(), result.symptoms.end(), symptom) !=
           result.symptoms.end();
}

std::string nearest_miss(const CaseResult& result, const Explorer& explorer) {
    if (!result.symptoms.empty()) {
        return fmt::format("seen instead: {}", fmt::join(result.symptoms, ", "));
    }
    if (!explorer.met()) return "no two tasks ever touched a common object";
    return fmt::format("{} interleavings with {} contended points, all of them fine",
                       result.evidence.interleavings, result.evidence.contended_points);
}

// Keeps confirmed findings only: one that fresh processes never show again is no verdict. False if
// there were some and none is left.
bool keep_confirmed(CaseResult& result) {
    const std::size_t before = result.findings.size();
    std::erase_if(result.findings, [](const Finding& finding) {
        return finding.replays > 0 && finding.replayed == 0 && !finding.free_only;
    });
    return before == 0 || !result.findings.empty();
}

// What was seen and could not be shown again, what that means, and what to look at.
std::string unconfirmed(const Explorer& explorer) {
    if (explorer.sightings().empty()) return "a violation did not show again with fresh processes";
    const Sighting& sighting = explorer.sightings().front();
    const std::string what = fmt::format(
        "{}{}, seen at schedule {}, did not show again with fresh processes",
        check::name(sighting.target.symptom),
        sighting.target.object.empty() ? "" : " on " + sighting.target.object, sighting.index + 1);
    if (explorer.lifetime() == spec::Lifetime::Fresh)
        return what + ": something decides that Stagger does not control";
    return what +
           ": what one execution leaves behind changes the next. Does reset_shared of the backend "
           "put back all that it has? explore = { lifetime = \"fresh\" } goes without that";
}

void judge_unexpected(CaseResult& result, const Explorer& explorer, const spec::Case& spec_case) {
    if (!result.findings.empty()) {
        result.status = CaseStatus::Fail;
        result.verdict = result.symptoms.empty() ? "inconclusive" : result.symptoms.front();
        if (!result.findings.front().verdict.violations.empty()) {
            result.message = result.findings.front().verdict.violations.front().message;
        }
        return;
    }
    result.status = CaseStatus::Inconclusive;
    if (!explorer.inconclusive().empty() || explorer.interrupted()) {
        result.verdict = "inconclusive";
        result.message =
            explorer.inconclusive().empty() ? "it was interrupted" : explorer.inconclusive();
    } else if (!explorer.met()) {
        result.verdict = "no-evidence";
        result.message = "no two tasks ever touched a common object, so nothing was tested";
    } else if (!spec_case.expect.visible.empty() && !explorer.visible_bound_reached()) {
        result.verdict = "no-evidence";
        result.message = "no read ever began as late as a `visible` bound, so it was not tested";
    } else {
        result.status = CaseStatus::Pass;
        result.verdict = "ok";
    }
}

void judge_expected(CaseResult& result, const Explorer& explorer, const spec::Case& spec_case) {
    std::vector<std::string> missing;
    for (const std::string& symptom : spec_case.finds) {
        if (!recorded(result, symptom)) missing.push_back(symptom);
    }
    result.verdict = result.symptoms.empty() ? "ok" : result.symptoms.front();
    result.status = missing.empty() ? CaseStatus::Pass : CaseStatus::Fail;
    if (missing.empty()) return;
    if (!explorer.inconclusive().empty()) {
        result.status = CaseStatus::Inconclusive;
        result.verdict = "inconclusive";
        result.message = fmt::format("{} did not show, and not all could be judged: {}",
                                     fmt::join(missing, ", "), explorer.inconclusive());
        return;
    }
    result.message = fmt::format("expected to find {}, which did not show in {} schedules",
                                 fmt::join(missing, ", "), explorer.executions());
    result.nearest_miss = nearest_miss(result, explorer);
}

void judge(CaseResult& result, const Explorer& explorer, bool confirmed) {
    const spec::Case& spec_case = result.spec_case;
    if (!confirmed) {
        result.status = CaseStatus::Inconclusive;
        result.verdict = "inconclusive";
        result.message = unconfirmed(explorer);
        return;
    }
    if (spec_case.finds.empty()) {
        judge_unexpected(result, explorer, spec_case);
    } else {
        judge_expected(result, explorer, spec_case);
    }
}

// OS objects that outlived the case are a finding of their own, without a schedule.
Status judge_residue(Runner& runner, const spec::Case& spec_case, CaseResult& result) {
    history::History history;
    STAGGER_TRY(history.residue, runner.pool().close());
    if (history.residue.empty()) return Ok{};
    Finding finding;
    finding.verdict = check::judge(history, expectations_of(spec_case), {}, check::Limits{});
    if (finding.verdict.violations.empty()) return Ok{};
    finding.history = history;
    result.findings.push_back(std::move(finding));
    return Ok{};
}

void explore(Runner& runner, const spec::Scenario& scenario, const CampaignOptions& options,
             CaseResult& result) {
    const spec::Case& spec_case = result.spec_case;
    Explorer explorer(runner, spec_case, options);
    Status status = explorer.explore();
    result.evidence = explorer.evidence();  // before minimising adds executions of its own
    if (options.search_only) {
        name_sightings(explorer, result);
    } else if (status.ok() && explorer.spec_error().empty()) {
        status = make_findings(runner, explorer, scenario, options, result);
    }
    result.strategy = explorer.strategy_name();
    result.schedules = explorer.executions();
    if (!explorer.sightings().empty()) {
        result.first_finding_at = explorer.sightings().front().index + 1;
    }
    if (!explorer.spec_error().empty()) return fail(result, explorer.spec_error(), true);
    if (explorer.interrupted()) status = Ok{};  // what was under way was given up
    if (status.ok()) status = judge_residue(runner, spec_case, result);
    if (!status.ok()) return fail(result, status.error().message, false);
    const bool confirmed = keep_confirmed(result);
    collect_symptoms(result);
    judge(result, explorer, confirmed);
}

}  // namespace

bool is_free(const spec::Case& spec_case, const CampaignOptions& options) {
    const auto mode = options.mode ? options.mode : spec_case.explore.mode;
    return mode == spec::Mode::Free;
}

CaseResult run_case(const spec::Scenario& scenario, const spec::Case& spec_case,
                    const CampaignOptions& options) {
    const auto start = std::chrono::steady_clock::now();
    CaseResult result;
    result.scenario = scenario.name;
    result.spec_case = spec_case;
    result.plugins = options.plugins_given;
    const std::string cpus = options.cpus.value_or(spec_case.explore.cpus.value_or("1"));
    const bool free = is_free(spec_case, options);
    if (free && cpus != "1" && cpus != "all") {
        fail(result,
             fmt::format("{}:{}:{}: cpus is 1 or \"all\", not \"{}\"", scenario.path,
                         spec_case.position.line, spec_case.position.column, cpus),
             true);
        return result;
    }
    const CoreLease core(free && cpus == "all");
    auto opened = Runner::open(scenario, spec_case, options);
    if (const auto* failure = std::get_if<PoolFailure>(&opened)) {
        fail(result, failure->message, failure->spec_error);
        if (failure->lacking) {
            result.status = CaseStatus::Skip;
            result.verdict = "skipped";
        }
    } else {
        explore(std::get<Runner>(opened), scenario, options, result);
    }
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    result.seconds = spent.count();
    return result;
}

}  // namespace stagger::engine
