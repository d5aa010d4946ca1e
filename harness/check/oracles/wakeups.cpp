// SPDX-License-Identifier: Apache-2.0
//
// Wake-ups of conditions: unless the contract allows spurious ones, a wait returns only if a notify
// went on while it waited. How many one notify wakes is left open: it wakes at least one.
#include <fmt/format.h>

#include <algorithm>

#include "harness/check/oracles/oracles.hpp"

namespace stagger::check::oracle {

namespace {

using history::Call;
using history::kNone;

bool was_notified(const Context& context, const Call& wait) {
    const auto& calls = context.calls_on(wait.object);
    return std::any_of(calls.begin(), calls.end(), [&](std::uint32_t index) {
        const Call& call = context.history.calls[index];
        const bool notifies =
            call.operation == Operation::Notify || call.operation == Operation::NotifyAll;
        const bool began = call.invoked < wait.responded;
        const bool still_went_on = call.responded == kNone || call.responded > wait.invoked;
        return notifies && began && still_went_on;
    });
}

}  // namespace

void wakeups(Context& context) {
    const history::History& history = context.history;
    if (!context.expectations.judge_linearizability) return;
    for (std::uint32_t i = 0; i < history.calls.size(); ++i) {
        const Call& call = history.calls[i];
        if (call.operation != Operation::Wait || call.responded == kNone) continue;
        if (call.status != ResultStatus::Ok) continue;
        if (history.objects[call.object].contract.spurious_wakeups) continue;
        if (was_notified(context, call)) continue;
        const std::string name = object_name(history, call.object);
        context.report(Symptom::NotLinearizable, name,
                       fmt::format("{} came back, although nobody notified {} while it waited.",
                                   who_did(history, i), name),
                       {i});
    }
}

}  // namespace stagger::check::oracle
