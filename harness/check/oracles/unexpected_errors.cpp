// SPDX-License-Identifier: Apache-2.0
//
// Unexpected errors: a call came back with anything but ok, and the scenario does not look at how
// it went (`into = ["v", "how"]`).
#include <fmt/format.h>

#include "harness/check/oracles/oracles.hpp"

namespace stagger::check::oracle {

void unexpected_errors(Context& context) {
    const history::History& history = context.history;
    for (std::uint32_t i = 0; i < history.calls.size(); ++i) {
        const history::Call& call = history.calls[i];
        if (call.responded == history::kNone || call.status == ResultStatus::Ok || call.checked)
            continue;
        const std::string object = object_name(history, call.object);
        const std::string failure = call.failure.empty() ? "" : ": " + call.failure;
        if (call.operation == Operation::Snapshot) {
            // A type without content has no snapshot, and nobody misses it.
            if (call.status != ResultStatus::Unsupported)
                context.inconclusive(
                    fmt::format("What {} holds at the end could not be read{}.", object, failure));
            continue;
        }
        context.report(
            Symptom::UnexpectedError, object,
            fmt::format("{} came back with {}{}.", who_did(history, i), result_of(call), failure),
            {i});
    }
}

}  // namespace stagger::check::oracle
