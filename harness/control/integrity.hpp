// SPDX-License-Identifier: Apache-2.0
//
// Whether the control segment is what it must be: made by the same build, and not written over by
// a plugin. Checked by the host when it starts, and by the controller around each execution.
#pragma once

#include <vector>

#include "harness/control/layout.hpp"

namespace stagger::control {

// Brings header, guards and registry into their first state.
void initialise(Segment&);

// What of it is not as it must be, since a plugin wrote over it or another build made it: "its
// header", or what else; null if all seems well.
const char* harm(const Segment&);

// What stays as it is during an execution: header, settings and plan. A copy, since comparing one
// costs a fraction of what any checksum would, and this is done around each execution. Owned by the
// controller, out of the plugins' reach; allocates only until it has seen the longest plan.
class Constants {
public:
    void capture(const Segment&);
    bool still_hold(const Segment&) const;

private:
    std::vector<char> bytes_;
};

}  // namespace stagger::control
