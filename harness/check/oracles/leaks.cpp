// SPDX-License-Identifier: Apache-2.0
//
// Leaks: objects of the operating system that are still there after the backend was destroyed.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/check/oracles/oracles.hpp"

namespace stagger::check::oracle {

void leaks(Context& context) {
    const auto& residue = context.history.residue;
    if (residue.empty()) return;
    context.report(Symptom::Leak, "", fmt::format("Left behind: {}.", fmt::join(residue, ", ")));
}

}  // namespace stagger::check::oracle
