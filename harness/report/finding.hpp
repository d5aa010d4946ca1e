// SPDX-License-Identifier: Apache-2.0
//
// A finding as a person reads it: what went wrong in one sentence, the interleaving as a table, the
// delays that matter, how to replay it. Called by the commands, and by the JUnit writer. Pure.
#pragma once

#include <string>
#include <vector>

#include "harness/engine/case_result.hpp"
#include "harness/report/text.hpp"

namespace stagger::report {

// "worker[0] and worker[1] both read 100 ...": the headline violation's sentence, or the best that
// is known where the verdict has none.
std::string headline(const engine::Finding&);
std::string headline_symptom(const engine::Finding&);

// Of a replay the `found at` line is left out (found_at 0), as is the command to replay it again
// where it was written nowhere.
std::string render_finding(const engine::CaseResult&, const engine::Finding&, const Style&);

// "stagger replay FILE ..." as it can be copied into a shell; "" where no schedule was written.
std::string replay_command(const engine::CaseResult&, const engine::Finding&);

// Who holds what and waits for what, where somebody waited to the end. A sentence each, printable.
std::vector<std::string> who_waits(const engine::Finding&);

// A path as one word of a shell command.
std::string shell_quoted(const std::string& path);

}  // namespace stagger::report
