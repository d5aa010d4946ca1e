// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "harness/engine/campaign.hpp"

namespace stagger::engine {
namespace {

// With fresh processes each; more than one, since a difference would be Stagger's own fault.
constexpr std::uint32_t kReplays = 3;

using Names = std::vector<std::string>;

bool holds(const Names& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

Names in_both(const Names& a, const Names& b) {
    Names both;
    std::copy_if(a.begin(), a.end(), std::back_inserter(both),
                 [&](const std::string& name) { return holds(b, name); });
    return both;
}

// Replays are counted by a file's first symptom.
schedule::ScheduleFile known_first(schedule::ScheduleFile file, const spec::Case& spec_case) {
    std::stable_partition(file.symptoms.begin(), file.symptoms.end(),
                          [&](const std::string& name) { return holds(spec_case.finds, name); });
    return file;
}

void set(CaseResult& result, CaseStatus status, std::string verdict, std::string message) {
    result.status = status;
    result.verdict = std::move(verdict);
    result.message = std::move(message);
    // What went as it should needs no table.
    if (status != CaseStatus::Fail && status != CaseStatus::Pass) result.findings.clear();
    if (result.symptoms.empty()) result.findings.clear();
}

class Judge {
public:
    Judge(const spec::Scenario& scenario, const schedule::ScheduleFile& file, ReplayResult& replay)
        : scenario_(scenario),
          file_(file),
          replay_(replay),
          result_(replay.result),
          known_(in_both(file.symptoms, replay.result.spec_case.finds)) {}

    void judge() {
        if (known_.empty()) {
            judge_mended();
        } else {
            judge_known();
        }
    }

private:
    // A bug that the case names: it must be there.
    void judge_known() {
        const Names shown = in_both(known_, result_.symptoms);
        if (shown.size() == known_.size() && replay_.shown == replay_.times) {
            return set(result_, CaseStatus::Pass, shown.front(), "");
        }
        if (replay_.shown > 0) return set_unsteady();
        if (!replay_.fits) return set_misfit();
        set(result_, CaseStatus::Fail, result_.symptoms.empty() ? "ok" : result_.symptoms.front(),
            fmt::format("it no longer shows {}, which the case is to find; if that is mended, take "
                        "it out of `finds`",
                        fmt::join(known_, ", ")));
    }

    // A bug that the case does not name: it was mended, and must not be there.
    void judge_mended() {
        const bool back =
            replay_.shown > 0 || (result_.spec_case.finds.empty() && !result_.symptoms.empty());
        if (back) {
            const auto& violations = result_.findings.front().verdict.violations;
            return set(result_, CaseStatus::Fail, result_.symptoms.front(),
                       violations.empty() ? "" : violations.front().message);
        }
        if (!replay_.fits && !replay_.prevented) return set_misfit();
        const auto& open = result_.findings.front().verdict.inconclusive;
        if (!open.empty()) {
            return set(result_, CaseStatus::Inconclusive, "inconclusive", open.front());
        }
        set(result_, CaseStatus::Pass, "ok",
            replay_.prevented
                ? fmt::format("it cannot happen any more: {}", replay_.misfit)
                : fmt::format("it does not show {} any more",
                              file_.symptoms.empty() ? "a violation" : file_.symptoms.front()));
    }

    void set_misfit() {
        set(result_, CaseStatus::Inconclusive, "inconclusive",
            fmt::format("it no longer fits: {}. Find the bug again with `stagger run {} --filter "
                        "'{}'` and keep that schedule, or delete this one",
                        replay_.misfit, scenario_.path, result_.spec_case.id));
    }

    void set_unsteady() {
        set(result_, CaseStatus::Inconclusive, "inconclusive",
            fmt::format("it showed {} in {} of {} replays of one schedule, so something here does "
                        "not depend on the schedule alone",
                        known_.front(), replay_.shown, replay_.times));
    }

    const spec::Scenario& scenario_;
    const schedule::ScheduleFile& file_;
    ReplayResult& replay_;
    CaseResult& result_;
    const Names known_;
};

}  // namespace

CaseResult run_regression(const spec::Scenario& scenario, const spec::Case& spec_case,
                          const schedule::ScheduleFile& file, const std::string& path,
                          const CampaignOptions& options) {
    const auto start = std::chrono::steady_clock::now();
    ReplayResult replayed;
    replayed.result.scenario = scenario.name;
    replayed.result.spec_case = spec_case;
    replayed.result.verdict = "error";
    auto outcome =
        replay(scenario, spec_case, known_first(file, spec_case), kReplays, false, options);
    if (!outcome) {
        replayed.result.message = outcome.error().message;
    } else {
        replayed = std::move(*outcome);
        const bool ran = replayed.result.verdict != "error" && replayed.result.verdict != "skipped";
        if (ran) Judge(scenario, file, replayed).judge();
    }
    CaseResult& result = replayed.result;
    result.regression = path;
    result.spec_path = scenario.path;
    for (Finding& finding : result.findings) finding.schedule_path = path;
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    result.seconds = spent.count();
    return std::move(replayed.result);
}

}  // namespace stagger::engine
