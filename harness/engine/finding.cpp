// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/finding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "harness/engine/origin.hpp"
#include "harness/engine/schedule_codec.hpp"
#include "harness/engine/shrink_inputs.hpp"
#include "harness/engine/single_delay.hpp"
#include "harness/minimize/minimize.hpp"
#include "harness/spec/cases.hpp"

namespace stagger::engine {
namespace {

using Decisions = std::vector<control::Decision>;

constexpr std::size_t kMostTries = 3000;
// A decision inside a call is moved back to the call itself, if that is at most so far away.
constexpr std::uint32_t kFarthestMove = 24;

constexpr std::size_t kFewestTries = 8;
// Of all tries, those that look for a single delay instead; and from how many decisions on that
// comes first.
constexpr std::size_t kShareForDelay = 3;
constexpr std::size_t kManyDecisions = 64;
// Of all tries together, so that long executions get fewer; the same on every machine.
constexpr std::uint64_t kMostPoints = 10'000'000;
constexpr std::chrono::seconds kPatience{60};

// `points`: of an execution that shows the target.
std::size_t most_tries(const Target& target, std::uint64_t points) {
    if (target.symptom == check::Symptom::Hang) return kFewestTries;  // seconds each
    return std::clamp<std::size_t>(kMostPoints / std::max<std::uint64_t>(points, 1), kFewestTries,
                                   kMostTries);
}

bool at_step(const control::Decision& decision) {
    return decision.call == control::Call::Invoke || decision.task == control::kNobody;
}

Decisions without_faults(Decisions decisions) {
    std::erase_if(decisions, [](const control::Decision& decision) {
        return decision.choice == control::ChoiceKind::Fault;
    });
    return decisions;
}

Decisions inputs_of(const Decisions& decisions) {
    Decisions inputs;
    std::copy_if(decisions.begin(), decisions.end(), std::back_inserter(inputs),
                 [](const control::Decision& decision) {
                     return decision.choice == control::ChoiceKind::Input;
                 });
    return inputs;
}

// Tries the points before decision `i` until one is a step's own and still shows the target.
void move_to_step(Runner& runner, Decisions& decisions, std::size_t i,
                  const minimize::StillShows& still_shows) {
    const control::Decision original = decisions[i];
    if (at_step(original) || original.choice == control::ChoiceKind::Wake) return;
    for (std::uint32_t back = 0; back <= kFarthestMove && back < original.point; ++back) {
        Decisions candidate = decisions;
        candidate[i].point = original.point - back;
        candidate[i].turn = 0;
        if (!still_shows(candidate)) continue;
        const Decisions taken = runner.decisions();
        if (taken.size() != decisions.size() || !at_step(taken[i])) continue;
        decisions = taken;
        return;
    }
}

// While it lives, executions have fewer steps before they count as a livelock.
class FewerSteps {
public:
    FewerSteps(Runner& runner, std::uint64_t limit)
        : limit_(runner.pool().segment().settings.step_limit), before_(limit_) {
        limit_ = std::min(limit_, limit);
    }
    ~FewerSteps() { limit_ = before_; }
    FewerSteps(const FewerSteps&) = delete;
    FewerSteps& operator=(const FewerSteps&) = delete;

private:
    std::uint64_t& limit_;
    const std::uint64_t before_;
};

}  // namespace

bool shows(const Seen& seen, const Target& target) {
    const auto& violations = seen.verdict.violations;
    return std::any_of(violations.begin(), violations.end(), [&](const check::Violation& v) {
        return v.symptom == target.symptom && v.object == target.object;
    });
}

std::uint32_t most_replays(bool hangs, std::uint64_t points, std::uint32_t wanted) {
    constexpr std::uint64_t kMostReplayed = 4'000'000;
    constexpr std::uint32_t kFewest = 3;
    const std::uint64_t affordable = hangs ? 0 : kMostReplayed / std::max<std::uint64_t>(points, 1);
    return static_cast<std::uint32_t>(
        std::min<std::uint64_t>(wanted, std::max<std::uint64_t>(affordable, kFewest)));
}

bool Patience::cancelled() const {
    return cancelled_ != nullptr && cancelled_->load(std::memory_order_relaxed);
}

bool Patience::is_over() const {
    return cancelled() || std::chrono::steady_clock::now() - start_ > kPatience;
}

namespace {

Decisions reduced(Runner& runner, Decisions decisions, const Target& target,
                  spec::Lifetime lifetime, const Patience& patience) {
    Decisions smallest = decisions;
    const auto still_shows = [&](const Decisions& candidate) {
        if (patience.is_over()) return false;
        const auto seen = runner.run(candidate, lifetime);
        if (!seen.ok() || !shows(**seen, target)) return false;
        // What was really taken: decisions that fell away are not needed.
        const Decisions taken = runner.decisions();
        if (taken.size() < smallest.size()) smallest = taken;
        return true;
    };
    if (!still_shows(decisions)) return decisions;
    // A fault is told only where none suffices.
    if (Decisions calm = without_faults(decisions); calm.size() < decisions.size()) {
        if (still_shows(calm)) decisions = std::move(calm);
    }
    const std::size_t tries = most_tries(target, runner.pool().execution().points);
    const auto to_single_delay = [&] {
        const Decisions inputs = inputs_of(smallest);
        if (smallest.size() <= inputs.size() + 1 || patience.is_over()) return false;
        const auto single =
            find_single_delay(runner, still_shows, inputs, lifetime, tries / kShareForDelay);
        if (single && single->size() <= inputs.size() + 1) smallest = *single;
        return single.has_value();
    };
    // Of thousands of decisions at random, where one delay would do, removing some helps little.
    const bool many = smallest.size() > kManyDecisions;
    if (many && to_single_delay()) decisions = smallest;
    const Decisions fewer = minimize::minimize(std::move(decisions), still_shows, tries);
    if (fewer.size() <= smallest.size()) smallest = fewer;
    if (!many) to_single_delay();
    const Decisions inputs = inputs_of(smallest);
    if (!inputs.empty()) {
        Decisions shrunk = smallest;
        shrink_inputs(runner, shrunk, still_shows);
        if (shrunk.size() <= smallest.size()) smallest = shrunk;
    }
    // A try may find something smaller yet, so that what is being moved is a copy.
    Decisions moved = smallest;
    for (std::size_t i = 0; i < moved.size(); ++i) move_to_step(runner, moved, i, still_shows);
    return moved.size() <= smallest.size() ? moved : smallest;
}

}  // namespace

// An execution that used up its steps mostly did one thing over and over. Far fewer are enough to
// look for a smaller schedule; what was found so has to hold with all of them, too.
Decisions minimised(Runner& runner, Decisions decisions, const Target& target,
                    spec::Lifetime lifetime, const Patience& patience) {
    constexpr std::uint64_t kEnoughSteps = 30'000;
    const auto shows_with_all = [&](const Decisions& candidate) {
        const auto seen = runner.run(candidate, lifetime);
        return seen.ok() && shows(**seen, target);
    };
    if (!shows_with_all(decisions)) return decisions;
    const control::Execution& execution = runner.pool().execution();
    if (execution.ending == control::Ending::Livelock && execution.points > 2 * kEnoughSteps) {
        Decisions smallest;
        {
            const FewerSteps fewer(runner, kEnoughSteps);
            smallest = reduced(runner, decisions, target, lifetime, patience);
        }
        if (shows_with_all(smallest)) return smallest;
    }
    return reduced(runner, std::move(decisions), target, lifetime, patience);
}

Result<Finding> confirm(Runner& runner, const Decisions& decisions, const Target& target,
                        std::uint32_t replays, const Patience& patience) {
    Finding finding;
    for (std::uint32_t i = 0; i <= replays; ++i) {
        if (i > 1 && patience.cancelled()) break;
        runner.pool().forget_output();
        STAGGER_TRY(const Seen* seen, runner.run(decisions, spec::Lifetime::Fresh));
        const bool shown = shows(*seen, target);
        if (i == 0) {
            replays = most_replays(target.symptom == check::Symptom::Hang,
                                   runner.pool().execution().points, replays);
        }
        finding.replays = i;
        if (i > 0) finding.replayed += shown ? 1 : 0;
        if (i > 0 && !(shown && finding.verdict.violations.empty())) continue;
        finding.verdict = seen->verdict;
        finding.history = runner.history();
        finding.schedule =
            to_schedule(runner.decisions(), runner.pool().layout().tasks, runner.labels());
        finding.output = runner.pool().output();
    }
    return finding;
}

std::string file_name(const std::string& case_id) {
    std::string name = case_id;
    std::replace_if(
        name.begin(), name.end(),
        [](unsigned char c) {
            return std::isalnum(c) == 0 && c != '-' && c != '_' && c != '.' && c != '=';
        },
        '_');
    constexpr std::size_t kLongest = 180;
    if (name.size() > kLongest) {
        name = fmt::format("{}-{:016x}", name.substr(0, kLongest),
                           control::hash_text(case_id.c_str()));
    }
    return name;
}

Status write_finding_as(Finding& finding, const spec::Scenario& scenario,
                        const spec::Case& spec_case, const CampaignOptions& options,
                        const std::string& path) {
    schedule::ScheduleFile file;
    file.scenario = scenario.name;
    file.spec_path = scenario.path;
    file.spec_source = scenario.source;
    file.case_json = spec::case_to_json(spec_case);
    file.case_id = spec_case.id;
    file.seed = options.seed;
    file.origin = origin_of(spec_case, options);
    for (const auto& violation : finding.verdict.violations) {
        const std::string symptom(check::name(violation.symptom));
        if (std::find(file.symptoms.begin(), file.symptoms.end(), symptom) == file.symptoms.end()) {
            file.symptoms.push_back(symptom);
        }
    }
    file.schedule = finding.schedule;
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
    STAGGER_TRY([[maybe_unused]] Ok written, schedule::write_file(file, path));
    finding.schedule_path = path;
    return Ok{};
}

Status write_finding(Finding& finding, const spec::Scenario& scenario, const spec::Case& spec_case,
                     const CampaignOptions& options, std::size_t number) {
    if (options.out_directory.empty() || finding.verdict.violations.empty()) return Ok{};
    const std::string_view headline = check::name(finding.verdict.violations.front().symptom);
    const std::string told_apart = number > 0 ? fmt::format("-{}", number + 1) : "";
    const auto path =
        std::filesystem::path(options.out_directory) /
        fmt::format("{}-{}{}.schedule", file_name(spec_case.id), headline, told_apart);
    return write_finding_as(finding, scenario, spec_case, options, path.string());
}

}  // namespace stagger::engine
