// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "harness/engine/campaign.hpp"
#include "harness/engine/core_lease.hpp"
#include "harness/engine/finding.hpp"
#include "harness/engine/runner.hpp"
#include "harness/engine/schedule_codec.hpp"

namespace stagger::engine {
namespace {

using Decisions = std::vector<control::Decision>;

bool shows_any(const Seen& seen, const std::vector<std::string>& symptoms) {
    for (const auto& violation : seen.verdict.violations) {
        const std::string name(check::name(violation.symptom));
        if (symptoms.empty() || name == symptoms.front()) return true;
    }
    return false;
}

// Where the schedule asks for something that cannot be done any more; "" if it fits.
std::string find_misfit(Runner& runner, const schedule::Schedule& schedule) {
    const control::Execution& execution = runner.pool().execution();
    const auto& tasks = runner.pool().layout().tasks;
    if (execution.misfits > 0) {
        const control::Decision& decision = execution.first_misfit;
        for (const schedule::Decision& planned : schedule.decisions) {
            if (decision.task >= tasks.size() || planned.task != tasks[decision.task].name ||
                planned.point != decision.point || planned.turn != decision.turn) {
                continue;
            }
            return fmt::format(
                "at its point {} (`{}`) {} was to let {} run, which cannot run there",
                planned.point, planned.label, planned.task, planned.target);
        }
        return describe_decision(decision, tasks, runner.labels());
    }
    const auto taken = to_schedule(runner.decisions(), tasks, runner.labels()).decisions;
    for (const control::TaskSlot& slot : runner.pool().segment().tasks) {
        if (slot.replay_next >= slot.replay_end) continue;
        const control::Decision& planned = runner.plan().replay[slot.replay_next];
        const std::string name =
            planned.task < tasks.size() ? tasks[planned.task].name : "a helper";
        return fmt::format("{} never came to its point {}", name, planned.point);
    }
    for (const schedule::Decision& planned : schedule.decisions) {
        for (const schedule::Decision& decision : taken) {
            const bool same = decision.task == planned.task && decision.point == planned.point &&
                              decision.turn == planned.turn;
            if (same && decision.label != planned.label) {
                return fmt::format("{} does `{}` at its point {}, where the schedule says `{}`",
                                   planned.task, decision.label, planned.point, planned.label);
            }
        }
    }
    return "";
}

Status replay_with(Runner& runner, const schedule::ScheduleFile& file, std::uint32_t times,
                   ReplayResult& result) {
    STAGGER_TRY(const Decisions decisions,
                from_schedule(file.schedule, runner.pool().layout().tasks));
    Finding finding;
    for (std::uint32_t i = 0; i < times; ++i) {
        runner.pool().forget_output();
        STAGGER_TRY(const Seen* seen, runner.run(decisions, spec::Lifetime::Fresh));
        if (!seen->harness_error.empty()) return Error{seen->harness_error};
        if (i == 0) {
            result.misfit = find_misfit(runner, file.schedule);
            result.fits = result.misfit.empty();
        }
        const bool shown = shows_any(*seen, file.symptoms);
        result.shown += shown ? 1 : 0;
        if (i > 0 && !(shown && result.shown == 1)) continue;
        finding.verdict = seen->verdict;
        finding.history = runner.history();
        finding.schedule =
            to_schedule(runner.decisions(), runner.pool().layout().tasks, runner.labels());
        finding.output = runner.pool().output();
    }
    finding.replayed = result.shown;
    finding.replays = times;
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

Result<ReplayResult> replay(const spec::Scenario& scenario, const spec::Case& spec_case,
                            const schedule::ScheduleFile& file, std::uint32_t times, bool minimize,
                            const CampaignOptions& options) {
    const CoreLease core;
    auto opened = Runner::open(scenario, spec_case, options);
    if (const auto* failure = std::get_if<PoolFailure>(&opened)) return Error{failure->message};
    Runner& runner = std::get<Runner>(opened);
    ReplayResult result;
    result.times = times;
    result.result.scenario = scenario.name;
    result.result.spec_case = spec_case;
    result.result.strategy = "replay";
    result.result.schedules = times;
    STAGGER_TRY([[maybe_unused]] Ok ran, replay_with(runner, file, times, result));
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
