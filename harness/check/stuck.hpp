// SPDX-License-Identifier: Apache-2.0
//
// The end of an execution in which somebody waits for ever: who waits in which call, and who holds
// what. Used by the oracles of what got stuck, and where deaths matter.
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
// Who was killed holds nothing any more.
std::vector<std::uint32_t> holders(const Context& context, std::uint32_t object);

// A task that a fault killed.
struct Death {
    std::uint32_t task = 0;
    std::uint32_t position = 0;
    std::uint32_t strike = 0;             // index into History::strikes
    std::uint32_t call = history::kNone;  // in which it died, if it was in one
};
std::vector<Death> deaths(const history::History& history);
// "worker[0] was killed in its store n"
std::string describe_death(const history::History& history, const Death& death);

// Those who held it when they died, and from whom nobody has got it since.
std::vector<Death> dead_holders(const Context& context, std::uint32_t object);

}  // namespace stagger::check
