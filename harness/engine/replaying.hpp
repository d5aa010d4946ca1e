// SPDX-License-Identifier: Apache-2.0
//
// The parts of a replay: once with nobody looking, as often as asked for, or under a debugger. For
// replay.cpp and held_replay.cpp, in the controller.
#pragma once

#include <string>
#include <vector>

#include "harness/engine/campaign.hpp"
#include "harness/engine/misfit.hpp"
#include "harness/engine/runner.hpp"

namespace stagger::engine {

// Whether it shows the first of these symptoms; any, where there are none.
bool shows_any(const Seen&, const std::vector<std::string>& symptoms);

void note_misfit(const Misfit&, ReplayResult&);

// There is no verdict, since the case cannot be run; or it is the user's mistake.
void fail(ReplayResult&, const std::string& message, bool spec_error);

// There is none, and that is nobody's mistake.
void inconclusive(ReplayResult&);

// With fresh processes.
Result<const Seen*> run_once(Runner&, const std::vector<control::Decision>&, bool traced);

// As it is shown.
Finding last_execution(Runner&, const Seen&);

// Runs the schedule to see where its tasks have points, then once more for the debugger.
Status replay_held(Runner&, const schedule::ScheduleFile&, const Hold&, ReplayResult&);

}  // namespace stagger::engine
