// SPDX-License-Identifier: Apache-2.0
//
// Livelock: tasks keep running and come to no end: a `while` at its limit with nobody left who
// could change what it waits for, or an execution that used up its steps.
#include <fmt/format.h>

#include "harness/check/oracles/oracles.hpp"

namespace stagger::check::oracle {

void livelock(Context& context) {
    const history::History& history = context.history;
    for (const history::Complaint& complaint : history.complaints) {
        if (complaint.kind != history::Complaint::Kind::LoopLimit) continue;
        context.report(Symptom::Livelock, "",
                       fmt::format("{} ran a loop to its limit, and nobody was left to change what "
                                   "it waits for{}{}.",
                                   task_name(history, complaint.task),
                                   complaint.text.empty() ? "" : ": ", complaint.text));
    }
    if (history.ending != history::Ending::Livelock) return;
    context.report(Symptom::Livelock, "",
                   fmt::format("The execution used up its steps, and its tasks had not ended{}{}.",
                               history.detail.empty() ? "" : ": ", history.detail));
}

}  // namespace stagger::check::oracle
