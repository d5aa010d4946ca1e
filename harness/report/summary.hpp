// SPDX-License-Identifier: Apache-2.0
//
// What many cases came to: one line each, the closing table, the totals. Called by the commands and
// by the progress display. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/engine/case_result.hpp"
#include "harness/report/text.hpp"

namespace stagger::report {

std::string_view name(engine::CaseStatus);  // "pass", "fail", "inconclusive", "error", "skip"

struct Totals {
    std::uint64_t cases = 0, passed = 0, failed = 0, inconclusive = 0, errors = 0, skipped = 0;
};
Totals count(const std::vector<engine::CaseResult>&);

// What was searched, and what was replayed from the corpus; in the same order.
struct Parts {
    std::vector<engine::CaseResult> cases, regressions;
};
Parts parted(const std::vector<engine::CaseResult>&);

// What a result is listed under: the id of its case, or the schedule that was replayed.
const std::string& title(const engine::CaseResult&);

// "40 cases: 38 passed, 2 failed".
std::string render_totals(const Totals&, std::string_view noun = "case");

// Executions per second, "" where there is nothing to divide.
std::string rate(const engine::CaseResult&);

// What a pass is worth: how much was looked at, and how likely something was missed.
std::string evidence_text(const engine::CaseResult&);

// Why the case came out as it did, in one sentence: the evidence of a pass, the headline of a
// finding, the reason for everything else.
std::string reason(const engine::CaseResult&);

// "pass  increment/shm/locked=true  1000 schedules, 21000/s, ...".
std::string render_line(const engine::CaseResult&, const Style&);

// A row per case, then the totals.
std::string render_summary(const std::vector<engine::CaseResult>&, const Style&);

// The closing report on one case that is no finding: its evidence, the histogram of its outcomes,
// the nearest miss.
std::string render_evidence(const engine::CaseResult&, const Style&);

}  // namespace stagger::report
