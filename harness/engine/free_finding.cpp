// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/free_finding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/control/record.hpp"
#include "harness/engine/strategy/strategy.hpp"

namespace stagger::engine {
namespace {

using control::RecordKind;

// The first try runs whoever is next; the others draw what happens inside operations.
constexpr std::uint64_t kTries = 300;
constexpr std::uint64_t kSlowTries = 8;

std::vector<control::AccessName> order_of(const control::HistoryLog& log) {
    std::vector<control::AccessName> order;
    std::map<control::TaskIndex, std::uint32_t> ordinals;
    std::size_t offset = 0;
    control::Record record;
    std::string_view texts[control::kMaxTexts];
    while (order.size() < control::kMaxFollowed &&
           control::next_record({log.bytes, log.used}, offset, record, texts)) {
        if (record.kind != RecordKind::Invoke && record.kind != RecordKind::Respond) continue;
        order.push_back({record.task, ++ordinals[record.task]});
    }
    return order;
}

void plan_follow(const FreeRun& run, std::uint64_t attempt, control::Plan& plan) {
    const std::vector<control::AccessName>& order = run.order;
    plan_calm(plan);
    plan_inputs(run.delays, plan);
    plan.strategy = control::StrategyKind::Follow;
    plan.seed = control::mix(attempt, 0);
    plan.follow_loosely = attempt > 0;
    plan.follow_count = static_cast<std::uint32_t>(order.size());
    std::copy(order.begin(), order.end(), plan.follow);
}

}  // namespace

FreeRun free_run(Runner& runner, const Seen& seen) {
    const control::Plan& plan = runner.plan();
    // In free mode nothing else is logged.
    std::vector<control::Decision> delays = runner.decisions();
    delays.insert(delays.end(), plan.replay, plan.replay + plan.replay_count);
    return {seen.verdict, runner.history(), order_of(runner.pool().segment().history),
            std::move(delays), runner.pool().output()};
}

std::optional<std::vector<control::Decision>> followed(Runner& runner, const FreeRun& run,
                                                       const Target& target,
                                                       spec::Lifetime lifetime) {
    const bool slow = target.symptom == check::Symptom::Hang;
    for (std::uint64_t attempt = 0; attempt < (slow ? kSlowTries : kTries); ++attempt) {
        plan_follow(run, attempt, runner.plan());
        const auto seen = runner.run(lifetime);
        if (!seen.ok()) return std::nullopt;
        if (shows(**seen, target) && !runner.pool().execution().log_full) {
            return runner.decisions();
        }
    }
    return std::nullopt;
}

Result<Finding> measured(Runner& runner, const FreeRun& run, const Target& target,
                         std::uint32_t times) {
    Finding finding;
    finding.verdict = run.verdict;
    finding.history = run.history;
    finding.output = run.output;
    finding.free_only = true;
    finding.replays = times;
    for (std::uint32_t i = 0; i < times; ++i) {
        plan_replay(run.delays, runner.plan());
        STAGGER_TRY(const Seen* seen, runner.run_free());
        finding.replayed += shows(*seen, target) ? 1 : 0;
    }
    note_origin(finding,
                fmt::format("It was found in free mode, and following the order of its operations "
                            "did not show it in controlled mode, so there is no schedule; the "
                            "same delays showed it in {} of {} executions.",
                            finding.replayed, times));
    return finding;
}

void note_origin(Finding& finding, const std::string& sentence) {
    for (check::Violation& violation : finding.verdict.violations) {
        const bool closed = !violation.message.empty() && violation.message.back() == '.';
        violation.message += (closed ? " " : ". ") + sentence;
    }
}

}  // namespace stagger::engine
