// SPDX-License-Identifier: Apache-2.0
//
// The planners: the half of a strategy that runs in the controller, between executions. Each fills
// in a control::Plan; the decider that follows it is in control/decider. What a plan says depends
// on the execution's number and the seed alone. Adding a strategy: one file, one row in
// strategy.cpp, and a decider if none fits.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "harness/control/layout.hpp"

namespace stagger::engine {

// What a planner may look at.
struct Planning {
    std::uint64_t index = 0;      // of the execution, from 0
    std::uint64_t seed = 0;       // of the campaign
    std::uint32_t depth = 3;      // most change points and delays, plus one
    std::uint64_t decisions = 1;  // choices in the calm execution, which is the first
    std::uint32_t tasks = 1;

    // A number for this execution, independent of the others.
    std::uint64_t random(std::uint64_t salt) const;
};

using Planner = void (*)(const Planning&, control::Plan&);

void plan_random(const Planning&, control::Plan&);
void plan_pct(const Planning&, control::Plan&);
void plan_delay(const Planning&, control::Plan&);
void plan_portfolio(const Planning&, control::Plan&);
void plan_calm(control::Plan&);

// Follows these decisions.
void plan_replay(const std::vector<control::Decision>&, control::Plan&);

struct Strategy {
    std::string_view name;
    std::string_view summary;
    Planner plan;  // null for `replay`, which needs a schedule
};

const std::vector<Strategy>& all_strategies();
// Null if there is none of that name that explores.
Planner find_planner(std::string_view name);

}  // namespace stagger::engine
