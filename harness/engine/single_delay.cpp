// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/single_delay.hpp"

#include <algorithm>
#include <map>

namespace stagger::engine {
namespace {

using Decisions = std::vector<control::Decision>;

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

// A delay: this task is held here, and the target runs on.
struct Delay {
    StepPoint at;
    control::TaskIndex target;
};

// The first two tasks of each role: what others of it could do to each other, these can.
std::vector<bool> representatives(const backend::Layout& layout) {
    constexpr int kOfEach = 2;
    std::map<std::string, int> met;
    std::vector<bool> chosen;
    for (const history::Task& task : layout.tasks) chosen.push_back(++met[task.role] <= kOfEach);
    return chosen;
}

// In the order in which they are tried: first those between representatives, since of a hundred
// tasks that do the same it seldom matters which ones meet.
std::vector<Delay> delays(const std::vector<StepPoint>& points, const backend::Layout& layout) {
    std::vector<Delay> all;
    for (const StepPoint& at : points) {
        for (control::TaskIndex target = 0; target < layout.kinds.size(); ++target) {
            if (layout.kinds[target] != backend::Layout::Kind::Role || target == at.task) continue;
            all.push_back({at, target});
        }
    }
    const std::vector<bool> first = representatives(layout);
    std::stable_partition(all.begin(), all.end(), [&](const Delay& delay) {
        return first[delay.at.task] && first[delay.target];
    });
    return all;
}

control::Decision decision_of(const Delay& delay) {
    control::Decision decision{};
    decision.task = delay.at.task;
    decision.point = delay.at.point;
    decision.target = delay.target;
    decision.call = control::Call::Invoke;
    decision.site = control::kNoSite;
    return decision;
}

}  // namespace

std::optional<Decisions> find_single_delay(Runner& runner, const Shows& shows,
                                           const Decisions& inputs, spec::Lifetime lifetime,
                                           std::size_t most_tries) {
    const auto points = step_points(runner, inputs, lifetime);
    for (const Delay& delay : delays(points, runner.pool().layout())) {
        if (most_tries-- == 0) return std::nullopt;
        Decisions candidate = inputs;
        candidate.push_back(decision_of(delay));
        if (shows(candidate)) return runner.decisions();
    }
    return std::nullopt;
}

}  // namespace stagger::engine
