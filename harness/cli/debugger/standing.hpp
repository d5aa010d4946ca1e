// SPDX-License-Identifier: Apache-2.0
//
// Where a task stands that waits at its point, from what the kernel says of it. For gdb.cpp.
#pragma once

#include "harness/base/result.hpp"
#include "harness/cli/debugger/gdb_script.hpp"
#include "harness/engine/debugger.hpp"

namespace stagger::cli {

// Waits until it sleeps on its futex word. Fails where /proc does not tell.
Result<Standing> standing_of(const engine::HeldTask&);

}  // namespace stagger::cli
