// SPDX-License-Identifier: Apache-2.0
//
// Outcomes: what `observe` came to must not be forbidden.
#include <fmt/format.h>

#include "harness/check/oracles/oracles.hpp"

namespace stagger::check::oracle {

void outcomes(Context& context) {
    const Observations& seen = context.observations;
    if (context.stuck() || !seen.outcome || seen.outcome_class != OutcomeClass::Forbidden) return;
    context.report(Symptom::ForbiddenOutcome, "",
                   fmt::format("The outcome {} is forbidden{}{}.", *seen.outcome,
                               seen.seen.empty() ? "" : ": ", seen.seen));
}

}  // namespace stagger::check::oracle
