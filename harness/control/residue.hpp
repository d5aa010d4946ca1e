// SPDX-License-Identifier: Apache-2.0
//
// What a case leaves behind in the system: the agent writes down every name that is made, so that
// leftovers can be told and removed whatever the plugin forgot. Used by the builder, and by
// the controller when that died before it could. It allocates, so it is not for tasks.
#pragma once

#include <string>
#include <vector>

#include "harness/control/layout.hpp"

namespace stagger::control {

// Removes all named objects that are still there, and adds their names to `found`, which is then
// sorted and without doubles. Requires: no task runs any more.
void remove_residue(Segment&, std::vector<std::string>& found);

}  // namespace stagger::control
