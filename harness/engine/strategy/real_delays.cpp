// SPDX-License-Identifier: Apache-2.0
//
// Free mode: all tasks run at once, and a few of their calls are delayed: mostly by a spin about as
// long as an operation, sometimes by a sleep that lets others run, rarely by one that outlasts
// them.
#include <algorithm>

#include "harness/control/free.hpp"
#include "harness/engine/strategy/strategy.hpp"

namespace stagger::engine {
namespace {

constexpr std::uint64_t kMostDelays = 4;
constexpr std::uint32_t kPointsAtFirst = 8;  // until an execution has told
constexpr std::uint32_t kFarthest = 100'000;

struct Range {
    std::uint64_t percent;
    std::int64_t low, high;  // ns
};
constexpr Range kRanges[] = {
    {60, 0, 128'000}, {35, 100'000, 5'000'000}, {5, 10'000'000, 100'000'000}};

control::TaskIndex drawn_length(const Planning& planning, std::uint64_t salt) {
    std::uint64_t ticket = planning.draw(salt, 100);
    for (const Range& range : kRanges) {
        if (ticket >= range.percent) {
            ticket -= range.percent;
            continue;
        }
        const auto low = static_cast<std::uint64_t>(range.low / control::kDelayUnitNs);
        const auto high = static_cast<std::uint64_t>(range.high / control::kDelayUnitNs);
        return static_cast<control::TaskIndex>(low + planning.draw(salt + 1, high - low + 1));
    }
    return 0;
}

class RealDelays final : public Planner {
public:
    void plan(const Planning& planning, control::Plan& plan) override {
        const auto tasks = static_cast<std::uint32_t>(planning.knowledge->tasks());
        std::vector<control::Decision> delays;
        const std::uint64_t count = 1 + planning.draw(1, kMostDelays);
        for (std::uint64_t i = 0; i < count; ++i) {
            control::Decision delay{};
            delay.task = static_cast<control::TaskIndex>(planning.draw(10 + 4 * i, tasks));
            delay.point = static_cast<std::uint32_t>(1 + planning.draw(11 + 4 * i, points_));
            delay.target = drawn_length(planning, 12 + 4 * i);
            delay.choice = control::ChoiceKind::Hold;
            delays.push_back(delay);
        }
        plan_replay(delays, plan);
        plan.seed = planning.random(0);
        plan.draws_inputs = true;
    }

    void learn(const Outcome& outcome) override {
        std::uint32_t most = 1;
        for (control::TaskIndex i = 0; i < outcome.segment.settings.task_count; ++i) {
            most = std::max(most, outcome.segment.tasks[i].point);
        }
        points_ = std::min(std::max(points_ == kPointsAtFirst ? 0 : points_, most), kFarthest);
    }

private:
    std::uint32_t points_ = kPointsAtFirst;
};

}  // namespace

std::unique_ptr<Planner> make_real_delays() {
    return std::make_unique<RealDelays>();
}

}  // namespace stagger::engine
