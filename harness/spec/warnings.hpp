// SPDX-License-Identifier: Apache-2.0
//
// What a scenario says that is allowed and can hardly be meant: an object that nobody uses, a step
// that never runs, a `finds` that no oracle can give here. For `stagger validate`, in the
// controller. Accuses nothing that may have a reason: what is not certain is not said. Pure.
#pragma once

#include <string>
#include <vector>

#include "harness/spec/scenario.hpp"

namespace stagger::spec {

struct Warning {
    Position position;
    std::string message, hint;
};

// In the order of the file.
std::vector<Warning> warnings_about(const Scenario&);

// As a user sees it, like an error of the spec; "warning" in place of "error".
std::string render_warning(const Scenario&, const Warning&);

}  // namespace stagger::spec
