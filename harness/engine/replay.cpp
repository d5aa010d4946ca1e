// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/campaign.hpp"
#include "harness/engine/core_lease.hpp"
#include "harness/engine/finding.hpp"
#include "harness/engine/misfit.hpp"
#include "harness/engine/origin.hpp"
#include "harness/engine/replaying.hpp"
#include "harness/engine/runner.hpp"
#include "harness/engine/schedule_codec.hpp"

namespace stagger::engine {
namespace {

using Decisions = std::vector<control::Decision>;

constexpr std::uint32_t kUsualReplays = 20;

Status replay_with(Runner& runner, const schedule::ScheduleFile& file, std::uint32_t times,
                   ReplayResult& result) {
    const auto decisions = from_schedule(file.schedule, runner.pool().layout().tasks);
    if (!decisions) {
        note_misfit({decisions.error().message}, result);
        inconclusive(result);
        return Ok{};
    }
    Finding finding;
    const bool as_many_as_asked = times > 0;
    if (!as_many_as_asked) times = kUsualReplays;
    for (std::uint32_t i = 0; i < times; ++i) {
        runner.pool().forget_output();
        STAGGER_TRY(const Seen* seen, run_once(runner, *decisions, i == 0));
        if (!seen->harness_error.empty()) return Error{seen->harness_error};
        if (!seen->spec_error.empty()) {
            fail(result, seen->spec_error, true);
            return Ok{};
        }
        if (i == 0) note_misfit(find_misfit(runner, file.schedule), result);
        if (i == 0 && !as_many_as_asked) {
            const auto& violations = seen->verdict.violations;
            const bool hangs =
                !violations.empty() && violations.front().symptom == check::Symptom::Hang;
            times = most_replays(hangs, runner.pool().execution().points, times);
        }
        const bool shown = shows_any(*seen, file.symptoms);
        result.shown += shown ? 1 : 0;
        if (i > 0 && !(shown && result.shown == 1)) continue;
        finding = last_execution(runner, *seen);
    }
    finding.replayed = result.shown;
    finding.replays = result.times = times;
    result.result.findings.push_back(std::move(finding));
    return Ok{};
}

Status minimise_again(Runner& runner, const schedule::ScheduleFile& file,
                      const CampaignOptions& options, ReplayResult& result) {
    Finding& finding = result.result.findings.front();
    if (finding.verdict.violations.empty()) return Ok{};
    const auto& first = finding.verdict.violations.front();
    const Target target{first.symptom, first.object};
    STAGGER_TRY(const Decisions decisions,
                from_schedule(file.schedule, runner.pool().layout().tasks));
    const Patience patience(options.cancelled);
    const Decisions smallest =
        minimised(runner, decisions, target, spec::Lifetime::Fresh, patience);
    STAGGER_TRY(finding, confirm(runner, smallest, target, finding.replays, patience));
    return Ok{};
}

}  // namespace

bool shows_any(const Seen& seen, const std::vector<std::string>& symptoms) {
    for (const auto& violation : seen.verdict.violations) {
        const std::string name(check::name(violation.symptom));
        if (symptoms.empty() || name == symptoms.front()) return true;
    }
    return false;
}

void note_misfit(const Misfit& misfit, ReplayResult& result) {
    result.misfit = misfit.text;
    result.fits = misfit.text.empty();
    result.prevented = misfit.prevented;
}

void fail(ReplayResult& result, const std::string& message, bool spec_error) {
    result.result.status = CaseStatus::Error;
    result.result.verdict = "error";
    result.result.message = message;
    result.result.spec_error = spec_error;
}

void inconclusive(ReplayResult& result) {
    result.result.status = CaseStatus::Inconclusive;
    result.result.verdict = "inconclusive";
}

Result<const Seen*> run_once(Runner& runner, const std::vector<control::Decision>& decisions,
                             bool traced) {
    runner.pool().segment().trace.on = traced;
    auto seen = runner.run(decisions, spec::Lifetime::Fresh);
    runner.pool().segment().trace.on = false;
    return seen;
}

Finding last_execution(Runner& runner, const Seen& seen) {
    Finding finding;
    finding.verdict = seen.verdict;
    finding.history = runner.history();
    finding.schedule =
        to_schedule(runner.decisions(), runner.pool().layout().tasks, runner.labels());
    finding.output = runner.pool().output();
    return finding;
}

Result<ReplayResult> replay(const spec::Scenario& scenario, const spec::Case& spec_case,
                            const schedule::ScheduleFile& file, std::uint32_t times, bool minimize,
                            const CampaignOptions& options) {
    const CoreLease core;
    ReplayResult result;
    result.times = times;
    result.differences = differences(file.origin, origin_of(spec_case, options));
    result.result.scenario = scenario.name;
    result.result.spec_case = spec_case;
    result.result.plugins = options.plugins_given;
    result.result.strategy = "replay";
    auto opened = Runner::open(scenario, spec_case, options);
    if (const auto* failure = std::get_if<PoolFailure>(&opened)) {
        fail(result, failure->message, failure->spec_error);
        if (failure->lacking) {
            result.result.status = CaseStatus::Skip;
            result.result.verdict = "skipped";
        }
        return result;
    }
    Runner& runner = std::get<Runner>(opened);
    STAGGER_TRY([[maybe_unused]] Ok ran, options.hold
                                             ? replay_held(runner, file, *options.hold, result)
                                             : replay_with(runner, file, times, result));
    if (result.result.findings.empty()) return result;
    result.result.schedules = result.times;
    if (!result.result.message.empty()) return result;  // it says why there is no verdict
    if (minimize && result.shown > 0) {
        STAGGER_TRY([[maybe_unused]] Ok done, minimise_again(runner, file, options, result));
        Finding& finding = result.result.findings.front();
        CampaignOptions as_found = options;
        as_found.seed = file.seed;
        STAGGER_TRY([[maybe_unused]] Ok written,
                    write_finding(finding, scenario, spec_case, as_found, 0));
    }
    const auto& violations = result.result.findings.front().verdict.violations;
    for (const auto& violation : violations) {
        result.result.symptoms.emplace_back(check::name(violation.symptom));
    }
    result.result.status = result.shown > 0 ? CaseStatus::Fail : CaseStatus::Pass;
    result.result.verdict = result.shown > 0 ? result.result.symptoms.front() : "ok";
    return result;
}

}  // namespace stagger::engine
