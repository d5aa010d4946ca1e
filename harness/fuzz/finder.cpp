// SPDX-License-Identifier: Apache-2.0
#include "harness/fuzz/finder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace stagger::fuzz {
namespace {

// Ways to the same symptom of the same object that are minimised: one bug looks different each time
// before that, and minimising takes thousands of executions.
constexpr int kMostPursued = 12;
constexpr std::size_t kCriticalSteps = 2;

}  // namespace

std::string name_of(const check::Violation& violation, const history::History& history,
                    const std::vector<std::string>& labels) {
    std::vector<std::string> steps;
    for (const std::uint32_t call : violation.calls) {
        if (call >= history.calls.size() || history.calls[call].site >= labels.size()) continue;
        const std::string& label = labels[history.calls[call].site];
        const bool known = std::find(steps.begin(), steps.end(), label) != steps.end();
        if (!known && steps.size() < kCriticalSteps) steps.push_back(label);
    }
    std::string name(check::name(violation.symptom));
    if (!violation.object.empty()) name += " of " + violation.object;
    if (!steps.empty()) name += fmt::format(": {}", fmt::join(steps, ", "));
    return name;
}

std::string path_of(const std::string& folder, const std::string& case_id,
                    const check::Violation& headline, const std::string& name) {
    const std::string file =
        fmt::format("{}-{}-{:08x}.schedule", engine::file_name(case_id),
                    check::name(headline.symptom), name_of_object(name) & 0xFFFFFFFFu);
    return (std::filesystem::path(folder) / file).string();
}

Finder::Finder(Subject& subject, const spec::Scenario& scenario, const spec::Case& spec_case,
               const engine::CampaignOptions& options)
    : subject_(subject), scenario_(scenario), case_(spec_case), options_(options) {}

bool Finder::is_suspect(const engine::Seen& seen) {
    suspects_.clear();
    engine::Runner& runner = subject_.runner();
    // The same history again, or one that no schedule can hold. The calm execution has a first time
    // before anybody could ask.
    if (seen.verdict.violations.empty() || seen.count > 2) return false;
    if (runner.pool().execution().log_full) return false;
    const history::History history = runner.history();
    for (const check::Violation& violation : seen.verdict.violations) {
        if (!seen_.insert(name_of(violation, history, runner.labels())).second) continue;
        const engine::Target target{violation.symptom, violation.object};
        int& pursued =
            pursued_[fmt::format("{} {}", check::name(violation.symptom), violation.object)];
        if (pursued++ < kMostPursued) suspects_.push_back(target);
    }
    if (!suspects_.empty()) decisions_ = runner.decisions();
    return !suspects_.empty();
}

Result<std::vector<Discovery>> Finder::investigate() {
    std::vector<Discovery> discoveries;
    for (const engine::Target& target : suspects_) {
        STAGGER_TRY(std::optional<Discovery> discovery, pursue(target, decisions_));
        if (discovery) discoveries.push_back(std::move(*discovery));
    }
    suspects_.clear();
    return discoveries;
}

Result<std::optional<Discovery>> Finder::pursue(const engine::Target& target,
                                                const std::vector<control::Decision>& decisions) {
    engine::Runner& runner = subject_.runner();
    const engine::Patience patience(options_.cancelled);
    const auto smallest =
        engine::minimised(runner, decisions, target, subject_.lifetime(), patience);
    STAGGER_TRY(engine::Finding finding,
                engine::confirm(runner, smallest, target, options_.replays, patience));
    if (finding.replayed == 0 || finding.verdict.violations.empty()) {
        ++unconfirmed_;
        return std::optional<Discovery>{};
    }
    const check::Violation& headline = finding.verdict.violations.front();
    Discovery discovery;
    discovery.name = name_of(headline, finding.history, runner.labels());
    if (!reported_.insert(discovery.name).second) return std::optional<Discovery>{};
    discovery.message = headline.message;
    discovery.path = path_of(options_.out_directory, case_.id, headline, discovery.name);
    std::error_code ignored;
    discovery.is_new = !std::filesystem::exists(discovery.path, ignored);
    if (discovery.is_new) {
        STAGGER_TRY([[maybe_unused]] Ok written,
                    engine::write_finding_as(finding, scenario_, case_, options_, discovery.path));
    }
    return std::optional<Discovery>{std::move(discovery)};
}

}  // namespace stagger::fuzz
