// SPDX-License-Identifier: Apache-2.0
//
// Threads and processes that plugin code starts become tasks themselves: helpers, in slots behind
// those of the case. A birth is over when the child is parked. Private to the agent; runs in the
// creator, which holds the token, and in the child.
#pragma once

#include <cstdint>

#include "harness/control/layout.hpp"

namespace stagger::agent {

// A slot for a child to be; kNobody if there are too many, and then the execution is over.
control::TaskIndex free_slot();

// In the creator: the child in that slot is a task of `process` from now on; waits until it parks.
void admit(control::TaskIndex child, std::uint32_t process);

// In the child: takes its slot, parks, and returns when it is chosen. Requires: `self` is set up.
void park_as_helper();

// In the child, at its very end: the token goes on, but only once the kernel is done with it.
void end_as_helper();

// All tasks of a process of helpers end with it, but for `spared`, which does so itself.
void end_tasks_of(std::uint32_t process, control::TaskIndex spared);

// In a helper, which ends itself: the whole process does.
void end_process_as_helper();

// Numbers a process that is about to be forked.
std::uint32_t next_process_index();

}  // namespace stagger::agent
