// SPDX-License-Identifier: Apache-2.0
//
// What `stagger replay` does with an execution besides showing it as a finding.
#pragma once

#include "harness/cli/console.hpp"
#include "harness/engine/case_result.hpp"

namespace stagger::cli {

// Event by event, as stdin says; ends with it.
void walk(const engine::Finding&, Console&);

}  // namespace stagger::cli
