// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/explorer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/engine/determinism.hpp"
#include "harness/engine/instrumentation.hpp"

namespace stagger::engine {
namespace {

constexpr std::uint32_t kDefaultDepth = 3;
// So many executions and none that could be judged: more of them would not be, either.
constexpr std::uint64_t kMostUnjudged = 5;

template <typename T>
std::optional<T> first_given(const std::optional<T>& command_line, const std::optional<T>& spec) {
    return command_line ? command_line : spec;
}

// A search that says when it is over is not cut short by a number meant for those that sample.
constexpr std::uint64_t kExhaustiveSchedules = 1'000'000;

}  // namespace

Explorer::Explorer(Runner& runner, const spec::Case& spec_case, const CampaignOptions& options)
    : runner_(runner),
      case_(spec_case),
      options_(options),
      knowledge_(runner.new_knowledge()),
      strikes_(runner.faults()) {
    planner_ = is_free() ? make_real_delays() : make_planner(strategy_name());
    const auto schedules = first_given(options.schedules, spec_case.explore.schedules);
    const auto seconds = first_given(options.seconds, spec_case.explore.seconds);
    seconds_ = seconds.value_or(0);
    const std::uint64_t usual =
        strategy_name() == "exhaustive" ? kExhaustiveSchedules : kDefaultSchedules;
    budget_ = schedules.value_or(seconds ? ~std::uint64_t{0} : usual);
}

std::string Explorer::strategy_name() const {
    if (is_free()) return "free mode";
    return first_given(options_.strategy, case_.explore.strategy).value_or("portfolio");
}

spec::Lifetime Explorer::lifetime() const {
    // What an actor keeps in globals is set up anew only where processes are.
    const auto& objects = runner_.scenario().objects;
    const bool actors = std::any_of(objects.begin(), objects.end(), [](const spec::Object& object) {
        return object.type == ObjectType::Actor;
    });
    return first_given(options_.lifetime, case_.explore.lifetime)
        .value_or(actors ? spec::Lifetime::Fresh : spec::Lifetime::Warm);
}

bool Explorer::interrupted() const {
    return options_.cancelled != nullptr && options_.cancelled->load(std::memory_order_relaxed);
}

Planning Explorer::planning() const {
    Planning planning;
    planning.index = executions_ - 1;  // the calm one is nobody's
    planning.seed = options_.seed;
    planning.left = budget_ - executions_;
    planning.depth = first_given(options_.depth, case_.explore.depth).value_or(kDefaultDepth);
    planning.knowledge = &knowledge_;
    planning.faults = &runner_.faults();
    planning.compares_objects = runner_.compares_objects();
    planning.whole_budget = options_.keep_going;
    return planning;
}

bool Explorer::found_all() const {
    return std::all_of(case_.finds.begin(), case_.finds.end(), [&](const std::string& name) {
        return std::any_of(sightings_.begin(), sightings_.end(), [&](const Sighting& sighting) {
            return check::name(sighting.target.symptom) == name;
        });
    });
}

bool Explorer::done() const {
    if (executions_ >= budget_ || interrupted()) return true;
    if (!spec_error_.empty() || planner_->finished()) return true;
    if (!options_.keep_going) {
        if (unjudged_ == executions_ && unjudged_ >= kMostUnjudged) return true;
        if (case_.finds.empty() ? !sightings_.empty() : found_all()) return true;
    }
    if (seconds_ <= 0) return false;
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start_;
    return spent.count() >= seconds_;
}

Status Explorer::explore() {
    if (planner_ == nullptr) {
        return Error{
            fmt::format("there is no strategy \"{}\" that explores; `stagger list "
                        "strategies` shows those there are",
                        strategy_name())};
    }
    if (is_free() && case_.faults.any()) {
        return Error{
            "faults strike in controlled mode only; leave out `--mode free`, or the faults"};
    }
    start_ = std::chrono::steady_clock::now();
    while (!done()) {
        STAGGER_TRY([[maybe_unused]] Ok went, step());
    }
    return Ok{};
}

// A trace is of events one after the other, which free mode does not have.
Result<const Seen*> Explorer::execute() {
    if (is_free()) return runner_.run_free();
    runner_.pool().segment().trace.on = true;
    return runner_.run(lifetime());
}

Status Explorer::step() {
    if (executions_ == 0) {
        plan_calm(
            runner_.plan());  // the first is calm under every strategy: planners learn from it
    } else {
        planner_->plan(planning(), runner_.plan());
        if (!planner_->plans_faults()) strikes_.plan(planning(), runner_.plan());
    }
    STAGGER_TRY(const Seen* seen, execute());
    learn();
    if (options_.on_history) options_.on_history(executions_, runner_.history_bytes());
    STAGGER_TRY([[maybe_unused]] Ok taken, take(*seen));
    const bool sample = is_repeated(executions_);
    if (sample) runner_.pool().forget_output();  // a backend that talks must not fill the memory
    ++executions_;
    note_growth();
    if (options_.on_progress) options_.on_progress(executions_);
    const bool passed = seen->verdict.violations.empty() && seen->spec_error.empty();
    if (!sample || !passed || is_free()) return Ok{};
    return repeat_last(runner_, lifetime(), executions_ - 1);
}

void Explorer::learn() {
    control::Segment& segment = runner_.pool().segment();
    segment.trace.on = false;
    knowledge_.learn(segment);
    strikes_.learn(segment.execution);
    count_strikes(segment);
    const std::uint32_t new_features = coverage_.learn(segment, knowledge_);
    if (executions_ > 0) planner_->learn({segment, new_features});
}

Growth Explorer::growth() const {
    return {executions_, runner_.seen().size(), coverage_.features()};
}

// At schedules that are a fifth apart, so that a campaign of any length has few.
void Explorer::note_growth() {
    if (executions_ < next_growth_) return;
    growth_.push_back(growth());
    next_growth_ = executions_ + 1 + executions_ / 5;
}

Status Explorer::take(const Seen& seen) {
    if (!seen.harness_error.empty()) return Error{seen.harness_error};
    spec_error_ = seen.spec_error;
    const check::Verdict& verdict = seen.verdict;
    if (!verdict.inconclusive.empty()) {
        ++unjudged_;
        if (inconclusive_.empty()) inconclusive_ = verdict.inconclusive.front();
    }
    if (seen.outcome) ++outcomes_[*seen.outcome];
    common_objects_ = std::max(common_objects_, verdict.common_objects);
    visible_bound_reached_ |= verdict.visible_bound_reached;
    if (seen.count == 1) {
        for (const std::uint32_t site : verdict.contended_sites) {
            const auto at = std::lower_bound(contended_.begin(), contended_.end(), site);
            if (at == contended_.end() || *at != site) contended_.insert(at, site);
        }
    }
    if (!verdict.violations.empty() && runner_.pool().execution().log_full) {
        inconclusive_ =
            "a violation took more decisions than a schedule can hold, so it cannot be "
            "replayed; fewer steps would show it";
        return Ok{};
    }
    for (const check::Violation& violation : verdict.violations) {
        const bool known = std::any_of(
            sightings_.begin(), sightings_.end(),
            [&](const Sighting& sighting) { return sighting.target.symptom == violation.symptom; });
        if (known) continue;
        sightings_.push_back(
            {{violation.symptom, violation.object}, executions_, runner_.decisions(), {}});
        if (is_free()) sightings_.back().free = free_run(runner_, seen);
    }
    return Ok{};
}

// The bound of Burckhardt et al. over the executions that pct made: a bug of depth d was missed
// with at most (1 - 1/(n k^(d-1)))^m.
void Explorer::add_pct_odds(const Claims& claims, Evidence& evidence) const {
    double tasks = 0;
    for (const auto kind : runner_.pool().layout().kinds) {
        const bool server = kind == backend::Layout::Kind::Server;
        const bool explored = server && case_.explore.servers == spec::Servers::Explored;
        tasks += explored || (!server && kind != backend::Layout::Kind::Parent) ? 1 : 0;
    }
    const auto choices = static_cast<double>(knowledge_.choices());
    for (const auto& [depth, runs] : claims.pct_runs) {
        const double odds = 1 / (tasks * std::pow(choices, depth - 1));
        evidence.missed[depth] = std::pow(1 - std::min(odds, 1.0), static_cast<double>(runs));
    }
}

void Explorer::count_strikes(const control::Segment& segment) {
    const std::uint32_t planned = std::min(segment.plan.strike_count, control::kMaxStrikes);
    for (std::uint32_t i = 0; i < planned; ++i) {
        const bool came = (segment.execution.faults.struck >> i & 1) != 0;
        if (came) ++struck_[static_cast<std::size_t>(segment.plan.strikes[i].kind)];
    }
}

Evidence Explorer::evidence() const {
    Evidence evidence;
    evidence.interleavings = runner_.seen().size();
    evidence.interleavings_saturated = runner_.saturated();
    evidence.contended_points = contended_.size();
    evidence.outcomes = outcomes_;
    evidence.growth = growth_;
    if (executions_ > 0 && (growth_.empty() || growth_.back().schedules != executions_))
        evidence.growth.push_back(growth());
    for (const auto& [kind, victims] : case_.faults.victims)
        evidence.strikes[std::string(name(kind))] = struck_[static_cast<std::size_t>(kind)];
    std::uint64_t once = 0, all = 0;
    for (const auto& [hash, seen] : runner_.seen()) {
        once += seen->count == 1 ? 1 : 0;
        all += seen->count;
    }
    // Good, "The population frequencies of species", Biometrika 1953.
    if (all > 0) evidence.chance_of_new = static_cast<double>(once) / static_cast<double>(all);
    if (runner_.saturated()) evidence.chance_of_new = 1;
    Claims claims;
    if (planner_ != nullptr) planner_->claim(claims);
    evidence.complete = claims.complete;
    evidence.classes = claims.classes;
    evidence.limits = std::move(claims.limits);
    if (evidence.complete && case_.real_libc) {
        evidence.limits.push_back("libc's own steps between two futex calls are taken as one");
    }
    const auto out_of_sight = out_of_sight_backends(case_, options_);
    for (const std::string& what : out_of_sight) {
        evidence.complete = false;
        evidence.limits.push_back("out of sight: " + what);
    }
    if (!out_of_sight.empty() && shares_memory(runner_.pool())) evidence.unseen = out_of_sight;
    if (!case_.faults.any()) add_pct_odds(claims, evidence);  // a strike cuts a schedule short
    return evidence;
}

}  // namespace stagger::engine
