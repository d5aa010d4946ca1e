// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/runner.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>

#include "harness/backend/locate.hpp"
#include "harness/engine/decode.hpp"
#include "harness/engine/strategy/strategy.hpp"
#include "harness/spec/cases.hpp"
#include "harness/spec/meaning.hpp"

namespace stagger::engine {
namespace {

// Points of one execution; a million operations of a scenario stay far below.
constexpr std::uint64_t kDefaultStepLimit = 1'000'000;

// Eight bytes at a time; histories are told apart by this alone, and 2^14 of them collide with a
// probability below 2^-36.
std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t hash) {
    while (bytes.size() >= sizeof(std::uint64_t)) {
        std::uint64_t word;
        std::memcpy(&word, bytes.data(), sizeof(word));
        hash = control::mix(hash, word);
        bytes.remove_prefix(sizeof(word));
    }
    for (const char c : bytes) hash = control::mix(hash, static_cast<unsigned char>(c));
    return control::mix(hash, bytes.size());
}

Result<std::map<std::string, std::string>> find_plugins(const spec::Case& spec_case,
                                                        const CampaignOptions& options) {
    std::map<std::string, std::string> plugins;
    for (const std::string& name : spec::backends_of(spec_case)) {
        const auto path = backend::locate(name, options.plugin_paths);
        if (!path) {
            const std::string near = spec::nearest_name(name, backend_names(options));
            return Error{
                fmt::format("there is no backend \"{}\"{}; `stagger list backends` shows "
                            "those there are, and --plugin adds a folder to look in",
                            name, near.empty() ? "" : fmt::format(", did you mean \"{}\"?", near))};
        }
        plugins[name] = *path;
    }
    return plugins;
}

// Who holds a lock or is woken is no value: that is the business of who waits for whom.
bool is_blind(Operation operation) {
    switch (operation) {
        case Operation::Lock:
        case Operation::Acquire:
        case Operation::EventWait:
        case Operation::Wait:
        case Operation::Arrive:
        case Operation::Store:
        case Operation::Append:
        case Operation::Set:
        case Operation::Put:
        case Operation::Unlock:
        case Operation::Release:
        case Operation::EventSet:
        case Operation::EventClear:
        case Operation::Notify:
        case Operation::NotifyAll:
            return true;
        default:
            return false;
    }
}

void note_blind(const std::vector<spec::Step>& steps, std::vector<bool>& blind) {
    for (const spec::Step& step : steps) {
        blind[step.site] = step.kind == spec::StepKind::Operation && is_blind(step.operation);
        note_blind(step.body, blind);
        note_blind(step.otherwise, blind);
    }
}

bool has_block(const std::vector<spec::Step>& steps) {
    return std::any_of(steps.begin(), steps.end(), [](const spec::Step& step) {
        return step.kind == spec::StepKind::AsOne || has_block(step.body) ||
               has_block(step.otherwise);
    });
}

// Tasks of one role do the same; each other task is a group of its own.
std::vector<std::uint32_t> groups_of(const backend::Layout& layout) {
    std::vector<std::uint32_t> groups;
    std::map<std::string, std::uint32_t> roles;
    for (const history::Task& task : layout.tasks) {
        const auto own = static_cast<std::uint32_t>(groups.size());
        groups.push_back(task.role.empty() ? own : roles.try_emplace(task.role, own).first->second);
    }
    return groups;
}

// Servers that run their requests without decisions.
control::TaskMask silent_tasks(const spec::Case& spec_case, const backend::Layout& layout) {
    control::TaskMask silent = 0;
    if (spec_case.explore.servers == spec::Servers::Explored) return silent;
    for (control::TaskIndex i = 0; i < layout.kinds.size(); ++i) {
        if (layout.kinds[i] == backend::Layout::Kind::Server) silent |= control::bit(i);
    }
    return silent;
}

std::string unique_prefix() {
    static std::atomic<unsigned> next{0};
    return fmt::format("stagger-{}-{}-", getpid(), next++);
}

}  // namespace

Runner::Runner(const spec::Scenario& scenario, const spec::Case& spec_case, Pool pool)
    : scenario_(&scenario),
      case_(&spec_case),
      pool_(std::make_unique<Pool>(std::move(pool))),
      final_state_(std::make_unique<FinalState>(scenario, spec_case)),
      expectations_(expectations_of(spec_case)),
      labels_(site_labels(scenario)),
      faults_(fault_table(spec_case.faults, pool_->layout().tasks)) {}

std::variant<Runner, PoolFailure> Runner::open(const spec::Scenario& scenario,
                                               const spec::Case& spec_case,
                                               const CampaignOptions& options) {
    auto plugins = find_plugins(spec_case, options);
    if (!plugins) return PoolFailure{plugins.error().message};
    backend::Job job;
    job.spec_path = scenario.path;
    job.spec_source = scenario.source;
    job.case_json = spec::case_to_json(spec_case);
    job.plugins = std::move(*plugins);
    job.name_prefix = unique_prefix();
    job.explored_servers = spec_case.explore.servers == spec::Servers::Explored;
    auto pool = Pool::open(options.worker_path, job,
                           spec_case.explore.step_limit.value_or(kDefaultStepLimit));
    if (auto* failure = std::get_if<PoolFailure>(&pool)) return *failure;
    std::get<Pool>(pool).watch(options.cancelled);
    return Runner(scenario, spec_case, std::move(std::get<Pool>(pool)));
}

std::uint64_t Runner::fingerprint() {
    std::uint64_t hash = hash_bytes(pool_->history_bytes(), 0);
    if (expectations_.visible.empty()) return hash;
    const control::HistoryLog& log = pool_->segment().history;
    return hash_bytes(
        {reinterpret_cast<const char*>(log.times), log.records * sizeof(std::int64_t)}, hash);
}

Result<const Seen*> Runner::run(spec::Lifetime lifetime) {
    declare(faults_, plan());
    STAGGER_TRY([[maybe_unused]] Ok ran, pool_->run(lifetime));
    return seen_now();
}

Result<const Seen*> Runner::run_free() {
    declare({}, plan());
    STAGGER_TRY([[maybe_unused]] Ok ran, pool_->run_free());
    return seen_now();
}

const Seen* Runner::seen_now() {
    const std::uint64_t hash = fingerprint();
    const auto found = seen_.find(hash);
    if (found != seen_.end()) {
        ++found->second->count;
        return found->second.get();
    }
    Seen* seen = &scratch_;
    if (seen_.size() < kMaxSeen) {
        seen = seen_.emplace(hash, std::make_unique<Seen>()).first->second.get();
    } else {
        scratch_ = Seen{};
    }
    seen->count = 1;
    judge(*seen);
    return seen;
}

Result<const Seen*> Runner::run(const std::vector<control::Decision>& decisions,
                                spec::Lifetime lifetime) {
    plan_replay(decisions, plan());
    return run(lifetime);
}

void Runner::judge(Seen& seen) {
    const history::History judged = history();
    if (judged.ending == history::Ending::HarnessError) {
        seen.harness_error = judged.detail;
        return;
    }
    const auto observed = observe(judged);
    const check::Observations observations = observed ? *observed : check::Observations{};
    seen.outcome = observations.outcome;
    seen.verdict = check::judge(judged, expectations_, observations, check::Limits{});
    // A wrong answer of what is under test is what such an expression may have failed over.
    if (!observed && seen.verdict.violations.empty())
        seen.spec_error = spec::render_placed(*scenario_, observed.error().message);
}

Result<check::Observations> Runner::observe(const history::History& judged) {
    for (const history::Complaint& complaint : judged.complaints) {
        if (complaint.kind == history::Complaint::Kind::ExpressionError)
            return Error{complaint.text};
    }
    return final_state_->observe(judged);
}

Knowledge Runner::new_knowledge() const {
    std::vector<bool> blind(scenario_->site_count, false);
    for (const spec::Role& role : scenario_->roles) note_blind(role.steps, blind);
    return {groups_of(pool_->layout()), silent_tasks(*case_, pool_->layout()), std::move(blind)};
}

bool Runner::compares_objects() const {
    const auto& roles = scenario_->roles;
    return !expectations_.visible.empty() ||
           std::any_of(roles.begin(), roles.end(),
                       [](const spec::Role& role) { return has_block(role.steps); });
}

history::History Runner::history() const {
    return decode_history(*pool_, labels_);
}

std::vector<control::Decision> Runner::decisions() const {
    const control::Segment& segment = pool_->segment();
    return {segment.log, segment.log + segment.execution.logged};
}

}  // namespace stagger::engine
