// SPDX-License-Identifier: Apache-2.0
//
// Hang: a task burnt its budget of CPU time without coming to a point.
#include <fmt/format.h>

#include "harness/check/oracles/oracles.hpp"

namespace stagger::check::oracle {

void hang(Context& context) {
    const history::History& history = context.history;
    if (history.ending != history::Ending::Hang) return;
    const std::string who =
        history.culprit == history::kNone ? "A task" : task_name(history, history.culprit);
    context.report(Symptom::Hang, "",
                   fmt::format("{} kept computing and did nothing that others could see{}{}.", who,
                               history.detail.empty() ? "" : ": ", history.detail));
}

}  // namespace stagger::check::oracle
