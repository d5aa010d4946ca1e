// SPDX-License-Identifier: Apache-2.0
//
// What a case leaves behind in the system: the agent writes down every name that is made, so that
// leftovers can be told and removed whatever the plugin forgot. Used by the host.
#pragma once

#include <string>
#include <vector>

#include "harness/control/layout.hpp"

namespace stagger::worker {

// Removes all named objects that are still there, and adds their names to `found`.
void remove_residue(control::Segment&, std::vector<std::string>& found);

}  // namespace stagger::worker
