// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/single_delay.hpp"

namespace stagger::engine {
namespace {

using Decisions = std::vector<control::Decision>;

constexpr std::size_t kMostTries = 1000;

struct StepPoint {
    control::TaskIndex task;
    std::uint32_t point;
};

// Where the tasks of the execution that is calm but for its inputs are about to do a step.
std::vector<StepPoint> step_points(Runner& runner, const Decisions& inputs,
                                   spec::Lifetime lifetime) {
    control::Trace& trace = runner.pool().segment().trace;
    trace.on = true;
    const auto seen = runner.run(inputs, lifetime);
    trace.on = false;
    std::vector<StepPoint> points;
    if (!seen.ok()) return points;
    for (std::uint32_t i = 0; i < trace.count; ++i) {
        const control::TraceEntry& entry = trace.entries[i];
        const bool step =
            entry.kind == control::TraceKind::Event && entry.call == control::Call::Invoke;
        if (step) points.push_back({entry.task, entry.point});
    }
    return points;
}

}  // namespace

std::optional<Decisions> find_single_delay(Runner& runner, const Shows& shows,
                                           const Decisions& inputs, spec::Lifetime lifetime) {
    std::size_t tries = 0;
    const auto& kinds = runner.pool().layout().kinds;
    for (const StepPoint& at : step_points(runner, inputs, lifetime)) {
        for (control::TaskIndex target = 0; target < kinds.size(); ++target) {
            if (kinds[target] != backend::Layout::Kind::Role || target == at.task) continue;
            if (++tries > kMostTries) return std::nullopt;
            control::Decision decision{};
            decision.task = at.task;
            decision.point = at.point;
            decision.target = target;
            decision.call = control::Call::Invoke;
            decision.site = control::kNoSite;
            Decisions candidate = inputs;
            candidate.push_back(decision);
            if (shows(candidate)) return runner.decisions();
        }
    }
    return std::nullopt;
}

}  // namespace stagger::engine
