// SPDX-License-Identifier: Apache-2.0
//
// Assertions of the scenario's steps that were false. An expression that cannot be evaluated is a
// mistake in the scenario, and no verdict about what it tests.
#include <fmt/format.h>

#include "harness/check/oracles/oracles.hpp"

namespace stagger::check::oracle {

void assertions(Context& context) {
    const history::History& history = context.history;
    for (const history::Complaint& complaint : history.complaints) {
        const std::string who = task_name(history, complaint.task);
        if (complaint.kind == history::Complaint::Kind::ExpressionError)
            context.inconclusive(
                fmt::format("{} could not evaluate an expression: {}.", who, complaint.text));
        if (complaint.kind == history::Complaint::Kind::Assertion)
            context.report(Symptom::Assertion, "",
                           fmt::format("{} found its assertion false: {}.", who, complaint.text));
    }
}

}  // namespace stagger::check::oracle
