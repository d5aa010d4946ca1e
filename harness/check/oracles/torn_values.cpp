// SPDX-License-Identifier: Apache-2.0
//
// Torn values: the padding of a sized value did not come back as it was written.
#include <fmt/format.h>

#include "harness/check/oracles/oracles.hpp"

namespace stagger::check::oracle {

void torn_values(Context& context) {
    const history::History& history = context.history;
    for (const history::Complaint& complaint : history.complaints) {
        if (complaint.kind != history::Complaint::Kind::TornValue) continue;
        context.report(Symptom::TornValue, "",
                       fmt::format("{} got a value that is not as anyone wrote it{}{}.",
                                   task_name(history, complaint.task),
                                   complaint.text.empty() ? "" : ": ", complaint.text));
    }
}

}  // namespace stagger::check::oracle
