// SPDX-License-Identifier: Apache-2.0
//
// A history of one of Stagger's own executions as JSON lines, for `stagger check` and for programs.
// Called by `stagger replay --history`. Pure.
#pragma once

#include <string>

#include "harness/history/history.hpp"

namespace stagger::recorded {

// The grammar is in formats/json_lines.cpp. What objects hold at the end is not written.
std::string write_json_lines(const history::History& history);

}  // namespace stagger::recorded
