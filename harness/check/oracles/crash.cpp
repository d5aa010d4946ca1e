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
    context.report(
        Symptom::Crash, "",
        fmt::format("{} died{}{}.", who, history.detail.empty() ? "" : ": ", history.detail));
}

}  // namespace stagger::check::oracle
