// SPDX-License-Identifier: Apache-2.0
//
// From the bytes that the workers recorded, and the state in which the execution ended, to a
// history. Called by the engine for each history it has not seen before.
#pragma once

#include <string>
#include <vector>

#include "harness/backend/protocol.hpp"
#include "harness/engine/pool.hpp"
#include "harness/history/history.hpp"
#include "harness/spec/scenario.hpp"

namespace stagger::engine {

// The history of the pool's last execution; `labels` are site_labels.
history::History decode_history(const Pool&, const std::vector<std::string>& labels);

// What the scenario calls its steps, by site.
std::vector<std::string> site_labels(const spec::Scenario&);

// "lock b", "join reader", "read": what a task waits for, for people.
std::string describe_wait(const control::TaskSlot&, const std::vector<std::string>& labels);

}  // namespace stagger::engine
