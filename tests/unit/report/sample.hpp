// SPDX-License-Identifier: Apache-2.0
//
// Hand-made results for the tests of `report`: what the engine hands over for `increment`, for two
// locks taken in opposite order, and for cases without a finding.
#pragma once

#include <string>

#include "harness/engine/case_result.hpp"

namespace stagger::report::sample {

// Adds a finished call and returns its index.
std::uint32_t add_call(history::History&, std::uint32_t task, Operation, std::uint32_t object,
                       Value value, Value result, std::uint32_t invoked, std::uint32_t responded);

// Two workers, a register n = 100, and an update of one of them lost.
history::History lost_update_history();
engine::CaseResult lost_update();

// worker[0] holds a and waits for b; worker[1] the other way round.
engine::CaseResult deadlock();

// A case that holds, after 1000 schedules.
engine::CaseResult pass(const std::string& id = "increment/shm/locked=true");
engine::CaseResult without_verdict(engine::CaseStatus, const std::string& message);

}  // namespace stagger::report::sample
