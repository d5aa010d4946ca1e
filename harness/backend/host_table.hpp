// SPDX-License-Identifier: Apache-2.0
//
// What the host offers to plugins, and what plugins left there. Used in worker processes; one
// result and one failure per thread.
#pragma once

#include <string>

#include <stagger/backend.h>

namespace stagger::backend {

// Room that a string has on the heap. In the string itself its bytes would be out of the reach of
// the thread's siblings, as its stack is, until the first long text came: a plugin's accesses to
// what the host gives it, or takes from it, would be points in some executions only.
inline constexpr std::size_t kBeyondTheObject = 2 * sizeof(std::string);

// `point` is what an explicit point of a plugin calls.
const stagger_host& host_table(void (*point)(const char* label));

// Before a call into a plugin: forgets what the last one left.
void clear_answers();
// What set_result left, encoded; empty if it was not called.
const std::string& result_bytes();
// What fail left, or `otherwise`.
std::string failure_or(const std::string& otherwise);

}  // namespace stagger::backend
