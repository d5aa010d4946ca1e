// SPDX-License-Identifier: Apache-2.0
//
// Livelock: tasks keep running and come to no end: a `while` at its limit with nobody left who
// could change what it waits for, or an execution that used up its steps.
#include <fmt/format.h>

#include <algorithm>

#include "harness/check/oracles/oracles.hpp"
#include "harness/check/stuck.hpp"

namespace stagger::check::oracle {

namespace {

// Somebody spins in a call on what a dead task held, or was at work on.
bool spins_on_the_dead(Context& context) {
    const history::History& history = context.history;
    const auto dead = deaths(history);
    for (std::uint32_t i = 0; i < history.calls.size() && !dead.empty(); ++i) {
        const history::Call& call = history.calls[i];
        const bool lives = std::none_of(dead.begin(), dead.end(),
                                        [&](const Death& death) { return death.call == i; });
        if (call.responded != history::kNone || !lives) continue;
        const auto holders = dead_holders(context, call.object);
        const auto worker = std::find_if(dead.begin(), dead.end(), [&](const Death& death) {
            return death.call != history::kNone && history.calls[death.call].object == call.object;
        });
        if (holders.empty() && worker == dead.end()) continue;
        const Death& death = holders.empty() ? *worker : holders.front();
        context.report(
            Symptom::StuckAfterCrash, object_name(history, call.object),
            fmt::format("{} goes round and round in {}; {}.", task_name(history, call.task),
                        describe(history, call), describe_death(history, death)),
            {i});
        return true;
    }
    return false;
}

}  // namespace

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
    if (spins_on_the_dead(context)) return;
    context.report(Symptom::Livelock, "",
                   fmt::format("The execution used up its steps, and its tasks had not ended{}{}.",
                               history.detail.empty() ? "" : ": ", history.detail));
}

}  // namespace stagger::check::oracle
