// SPDX-License-Identifier: Apache-2.0
//
// Free mode in the tasks: points delay and decide nothing, and waiting is real. Private to the
// agent; runs in any task, while all others run too.
#pragma once

#include "harness/agent/self.hpp"
#include "harness/control/free.hpp"

namespace stagger::agent {

// A step's own point.
void delay_point();

// Sleeps for real. The controller sees that this task will go on by itself.
void pause_for(std::int64_t ns);

// A task that waited under control when free mode began looks again after a moment, until what it
// waits for has come; its later calls are real. False: real time has reached `deadline`.
bool nap_until(std::int64_t deadline);

void await_ends(control::TaskMask tasks);

// False if there is no other client that still runs.
bool nap_beside_others();

void leave_free();

}  // namespace stagger::agent
