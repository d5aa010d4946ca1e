// SPDX-License-Identifier: Apache-2.0
//
// What the bare machine does: the yardstick beside every figure of the engine, measured in the
// same run on the same core.
#pragma once

namespace stagger::bench {

// Seconds for one switch between two processes that pass a futex back and forth on this core.
double raw_switch_seconds(int rounds);

}  // namespace stagger::bench
