// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <map>
#include <tuple>

#include "harness/engine/campaign.hpp"
#include "harness/engine/core_lease.hpp"
#include "harness/engine/decode.hpp"
#include "harness/engine/instrumentation.hpp"
#include "harness/engine/runner.hpp"
#include "harness/engine/strategy/strategy.hpp"

namespace stagger::engine {
namespace {

std::vector<PointInfo> count_points(Runner& runner) {
    const control::Segment& segment = runner.pool().segment();
    using Place = std::tuple<control::TaskIndex, std::uint32_t, control::Call>;
    std::map<Place, std::size_t> known;
    std::vector<PointInfo> points;
    for (std::uint32_t i = 0; i < segment.trace.count; ++i) {
        const control::TraceEntry& entry = segment.trace.entries[i];
        const bool is_point = entry.kind == control::TraceKind::Event && entry.point > 0 &&
                              entry.call != control::Call::End;
        if (!is_point) continue;
        const auto [at, fresh] =
            known.try_emplace(Place{entry.task, entry.site, entry.call}, points.size());
        if (fresh) {
            const auto& tasks = runner.pool().layout().tasks;
            const bool in_step = entry.site < runner.labels().size();
            points.push_back({entry.task < tasks.size() ? tasks[entry.task].name : "helper",
                              in_step ? runner.labels()[entry.site] : "",
                              control::call_name(entry.call), 0});
        }
        ++points[at->second].count;
    }
    return points;
}

std::vector<std::string> find_out_of_sight(Runner& runner, const spec::Case& spec_case,
                                           const CampaignOptions& options) {
    auto out_of_sight = out_of_sight_backends(spec_case, options);
    if (runner.pool().segment().trace.full) {
        out_of_sight.push_back(fmt::format("all behind the first {} events", control::kMaxTraced));
    }
    return out_of_sight;
}

}  // namespace

Result<PointsReport> survey_points(const spec::Scenario& scenario, const spec::Case& spec_case,
                                   const CampaignOptions& options) {
    const CoreLease core;
    auto opened = Runner::open(scenario, spec_case, options);
    if (const auto* failure = std::get_if<PoolFailure>(&opened)) return Error{failure->message};
    Runner& runner = std::get<Runner>(opened);
    plan_calm(runner.plan());
    runner.pool().segment().trace.on = true;
    STAGGER_TRY(const Seen* seen, runner.run(spec::Lifetime::Warm));
    if (!seen->harness_error.empty()) return Error{seen->harness_error};
    return PointsReport{count_points(runner), find_out_of_sight(runner, spec_case, options)};
}

}  // namespace stagger::engine
