// SPDX-License-Identifier: Apache-2.0
//
// Draws the rows of a history as a table for people: one column per task, the critical rows marked,
// long stretches that do not matter folded away. Called by finding.cpp. Pure.
#pragma once

#include <string>
#include <vector>

#include "harness/history/history.hpp"
#include "harness/report/rows.hpp"
#include "harness/report/text.hpp"

namespace stagger::report {

// Rows beyond which a table is folded.
inline constexpr std::size_t kRowsShownWhole = 40;

// Lines, each ending in a line break. A table too wide for style.width becomes a list with the
// task's name in front of each operation.
std::string render_table(const history::History&, const std::vector<Row>& rows, const Style&);

}  // namespace stagger::report
