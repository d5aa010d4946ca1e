// SPDX-License-Identifier: Apache-2.0
//
// The final state: what `final` expects once all have ended. Not judged when someone was stuck.
#include <fmt/format.h>

#include "harness/check/oracles/oracles.hpp"

namespace stagger::check::oracle {

void final_state(Context& context) {
    if (context.stuck()) return;
    for (const FinalResult& final : context.observations.finals) {
        if (final.holds) continue;
        context.report(Symptom::FinalState, "",
                       fmt::format("At the end {} is false{}{}.", final.text,
                                   final.values.empty() ? "" : ": ", final.values));
    }
}

}  // namespace stagger::check::oracle
