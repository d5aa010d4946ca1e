// SPDX-License-Identifier: Apache-2.0
#include "harness/search/directions.hpp"

#include <algorithm>
#include <tuple>

namespace stagger::search {
namespace {

using control::Decision;
using control::Plan;

void follow_decisions(const std::vector<Decision>& decisions, Plan& plan) {
    plan.replay_count = 0;
    plan.start = control::kNobody;
    for (const Decision& decision : decisions) {
        if (decision.task == control::kNobody) {
            plan.start = decision.target;
        } else if (plan.replay_count < control::kMaxDecisions) {
            plan.replay[plan.replay_count++] = decision;
        }
    }
    std::sort(plan.replay, plan.replay + plan.replay_count,
              [](const Decision& a, const Decision& b) {
                  return std::tie(a.task, a.point, a.turn) < std::tie(b.task, b.point, b.turn);
              });
}

// Those for whose accesses there is no room stay awake: that costs executions, and loses none.
void put_to_sleep(const std::vector<Sleeper>& sleepers, Plan& plan) {
    plan.asleep = 0;
    plan.sleep_count = 0;
    for (const Sleeper& sleeper : sleepers) {
        if (plan.sleep_count + sleeper.accesses->size() > control::kMaxSleeping) continue;
        plan.asleep |= control::bit(sleeper.task);
        for (const control::Footprint& access : *sleeper.accesses) {
            plan.sleeping[plan.sleep_count++] = {access.key, sleeper.task, access.call,
                                                 access.reads_only};
        }
    }
}

}  // namespace

void follow(const Directions& directions, Plan& plan) {
    plan.strategy = control::StrategyKind::Replay;
    follow_decisions(directions.decisions, plan);
    put_to_sleep(directions.asleep, plan);
    plan.sleep_from = directions.sleep_from;
    plan.any_object = directions.any_object;
}

}  // namespace stagger::search
