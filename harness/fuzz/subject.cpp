// SPDX-License-Identifier: Apache-2.0
#include "harness/fuzz/subject.hpp"

#include <algorithm>
#include <limits>

namespace stagger::fuzz {
namespace {

// Points to aim edits at; an execution with more is aimed at in its first part.
constexpr std::size_t kMaxMeetings = 4096;

}  // namespace

Subject::Subject(std::unique_ptr<engine::CoreLease> core, engine::Runner runner,
                 const spec::Case& spec_case, const engine::CampaignOptions& options)
    : core_(std::move(core)),
      runner_(std::move(runner)),
      knowledge_(runner_.new_knowledge()),
      lifetime_(
          options.lifetime.value_or(spec_case.explore.lifetime.value_or(spec::Lifetime::Warm))) {
    const backend::Layout& layout = runner_.pool().layout();
    terrain_.places.tasks = static_cast<std::uint32_t>(layout.tasks.size());
    for (const history::Object& object : layout.objects) {
        terrain_.places.objects.push_back(name_of_object(object.name));
    }
    terrain_.places.faults = runner_.faults();
    terrain_.most_points.assign(terrain_.places.tasks, 0);
    terrain_.knowledge = &knowledge_;
}

std::variant<std::unique_ptr<Subject>, engine::PoolFailure> Subject::open(
    const spec::Scenario& scenario, const spec::Case& spec_case,
    const engine::CampaignOptions& options) {
    auto core = std::make_unique<engine::CoreLease>();
    auto opened = engine::Runner::open(scenario, spec_case, options);
    if (const auto* failure = std::get_if<engine::PoolFailure>(&opened)) return *failure;
    std::unique_ptr<Subject> subject(new Subject(
        std::move(core), std::move(std::get<engine::Runner>(opened)), spec_case, options));
    const auto calm = subject->execute({});
    if (!calm) return engine::PoolFailure{calm.error().message, subject->spec_failed_};
    for (const engine::KeyUse& use : subject->knowledge_.keys()) {
        if (use.contended()) subject->terrain_.places.keys.push_back(use.key);
    }
    return subject;
}

Result<Executed> Subject::execute(std::span<const std::uint8_t> genome) {
    control::Segment& segment = runner_.pool().segment();
    plan_genome(decode(genome), terrain_.places, segment.plan);
    segment.trace.on = segment.code.on = true;
    auto ran = runner_.run(lifetime_);
    segment.trace.on = segment.code.on = false;
    STAGGER_TRY(const engine::Seen* seen, std::move(ran));
    if (!seen->harness_error.empty()) return Error{seen->harness_error};
    if (!seen->spec_error.empty()) {
        spec_failed_ = true;
        return Error{seen->spec_error};
    }
    knowledge_.learn(segment);
    met_ |= seen->verdict.common_objects > 0;
    if (seen->count == 1) {
        contended_.insert(seen->verdict.contended_sites.begin(),
                          seen->verdict.contended_sites.end());
    }
    survey();
    const std::uint32_t new_behaviour = coverage_.learn(segment, knowledge_);
    return Executed{seen, new_behaviour + code_.learn(segment.code)};
}

void Subject::survey() {
    const control::Segment& segment = runner_.pool().segment();
    const control::Trace& trace = segment.trace;
    terrain_.draws.assign(segment.inputs.draws, segment.inputs.draws + segment.inputs.count);
    terrain_.meetings.clear();
    for (std::uint32_t i = 0; i < trace.count; ++i) {
        const control::TraceEntry& entry = trace.entries[i];
        if (entry.kind != control::TraceKind::Event || entry.task >= terrain_.places.tasks)
            continue;
        std::uint32_t& most = terrain_.most_points[entry.task];
        most = std::max(most, entry.point);
        const bool meets = knowledge_.contended().has(entry.key);
        const bool fits = entry.point <= std::numeric_limits<std::uint16_t>::max() &&
                          terrain_.meetings.size() < kMaxMeetings;
        if (meets && fits) {
            terrain_.meetings.push_back({entry.task, static_cast<std::uint16_t>(entry.point)});
        }
    }
}

}  // namespace stagger::fuzz
