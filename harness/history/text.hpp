// SPDX-License-Identifier: Apache-2.0
//
// Histories as text, one line per event, for tests and for files that people read and write:
//
//     object n register = 100
//     worker[0] enter as_one increment
//     worker[0] call n.load -> 100
//     @1500 worker[1] invoke n.store 101
//     worker[1] return
//
// The grammar is in text.cpp. Pure functions, for any process. Reading what was written gives the
// same history, but for gaps in the numbering of positions.
#pragma once

#include <string>
#include <string_view>

#include "harness/base/result.hpp"
#include "harness/history/history.hpp"

namespace stagger::history {

std::string write_text(const History& history);

// Fails with a sentence that names the line.
Result<History> read_text(std::string_view text);

}  // namespace stagger::history
