// SPDX-License-Identifier: Apache-2.0
//
// Between decisions as the control segment has them (slots, sites) and as schedules name them
// (tasks, labels). Used by the engine.
#pragma once

#include <string>
#include <vector>

#include "harness/backend/protocol.hpp"
#include "harness/control/layout.hpp"
#include "harness/schedule/schedule.hpp"

namespace stagger::engine {

schedule::Schedule to_schedule(const std::vector<control::Decision>&,
                               const std::vector<history::Task>&,
                               const std::vector<std::string>& labels);

// Fails if the schedule names a task that the case does not have.
Result<std::vector<control::Decision>> from_schedule(const schedule::Schedule&,
                                                     const std::vector<history::Task>&);

// "worker[0] at point 4, `store n`": for messages.
std::string describe_decision(const control::Decision&, const std::vector<history::Task>&,
                              const std::vector<std::string>& labels);

}  // namespace stagger::engine
