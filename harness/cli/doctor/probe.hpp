// SPDX-License-Identifier: Apache-2.0
//
// What `stagger doctor` looks at: each probe tries one thing that Stagger uses, and says what there
// is, what does not work without it, and what to do. In the controller's main thread, before it has
// any other; what may end a process is tried in a child. Nothing is left behind.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/engine/campaign.hpp"

namespace stagger::cli {

enum class Health : std::uint8_t {
    Good,
    Less,  // some of it does not work here
    Bad,   // nothing can be relied on
};

struct Probe {
    std::string name;
    Health health = Health::Good;
    std::string found;   // "6.1.0 on x86_64"
    std::string means;   // what does not work, and what does; "" if all is well
    std::string remedy;  // what to do about it, "" if nothing
};

// Kernel and /proc: what the engine rests on.
std::vector<Probe> probe_kernel();
// Cores, memory, descriptors, queues, semaphores: how much of it there is.
std::vector<Probe> probe_limits();
// The worker, the agent in front of libc, backends and their debug information, libFuzzer.
std::vector<Probe> probe_installation(const engine::CampaignOptions&);

// Runs what every backend should hold under, and what Stagger should find: a harness that has gone
// blind, or sees what is not there, is Bad.
struct SelfTest {
    std::vector<Probe> backends;  // one for each
    std::vector<Probe> planted;   // one for each bug that should be found
};
SelfTest run_self_test(const engine::CampaignOptions&);

}  // namespace stagger::cli
