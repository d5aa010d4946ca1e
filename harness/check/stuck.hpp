// SPDX-License-Identifier: Apache-2.0
//
// The end of an execution in which somebody waits for ever: who waits in which call, and who holds
// what. Used by the oracles `deadlock` and `lost_wakeups`.
#pragma once

#include <string>
#include <vector>

#include "harness/check/context.hpp"

namespace stagger::check {

struct Sleeper {
    std::uint32_t task = 0;
    std::uint32_t object = history::kNone;  // what it waits for, if that is an object
    std::uint32_t call = history::kNone;    // in which it sleeps, if it is one
    std::string what;                       // "lock b", "join reader"
};

// In the order of History::waits, daemons left out: they may rest.
std::vector<Sleeper> sleepers(const Context& context);

// The tasks that certainly hold a mutex or read-write lock, or permits of a semaphore, at the end.
std::vector<std::uint32_t> holders(const Context& context, std::uint32_t object);

}  // namespace stagger::check
