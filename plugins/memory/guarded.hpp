// SPDX-License-Identifier: Apache-2.0
//
// Semaphores, conditions and read-write locks over a Guard, for backends whose mechanism has none
// of its own: what they are is a few words in a cell, changed under the guard's lock, and who has
// to wait does so at the guard. Each process has its own set, over the same cells.
#pragma once

#include "plugins/memory/store.hpp"

namespace stagger::memory {

// 0 for a type that is none of these three.
std::uint64_t guarded_cell_size(stagger_type type, std::uint32_t tasks);
// False for any other type.
bool create_guarded(const Place& place, const plugin::ObjectSpec& spec);
// Null for any other type. Requires, for a condition: what a task waits with is a plugin::Mutex,
// whose unlock() fails where the task does not hold it.
std::unique_ptr<plugin::Object> make_guarded(const Place& place, stagger_type type);

}  // namespace stagger::memory
