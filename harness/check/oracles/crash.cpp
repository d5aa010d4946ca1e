// SPDX-License-Identifier: Apache-2.0
//
// Crash: a process died that nobody had told to.
#include <fmt/format.h>

#include "harness/check/oracles/oracles.hpp"

namespace stagger::check::oracle {

void crash(Context& context) {
    const history::History& history = context.history;
    if (history.ending != history::Ending::Crash) return;
    const std::string who =
        history.culprit == history::kNone ? "A process" : task_name(history, history.culprit);
    // "was killed by signal 11", "exited with status 0": what the kernel says needs no "died".
    const bool sentence =
        history.detail.starts_with("was ") || history.detail.starts_with("exited");
    const std::string_view died = sentence ? " " : history.detail.empty() ? " died" : " died: ";
    context.report(Symptom::Crash, "", fmt::format("{}{}{}.", who, died, history.detail));
}

}  // namespace stagger::check::oracle
