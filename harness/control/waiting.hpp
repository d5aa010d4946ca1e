// SPDX-License-Identifier: Apache-2.0
//
// Who waits for what, and until when. The scheduler's own: callers use scheduler.hpp, which
// declares the rest of what waiting.cpp defines.
#pragma once

#include "harness/control/layout.hpp"

namespace stagger::control {

// Whose deadline the clock has reached can run, timed out.
void expire_deadlines(Segment& segment);

}  // namespace stagger::control
