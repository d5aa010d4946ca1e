// SPDX-License-Identifier: Apache-2.0
//
// Code coverage of plugins: which places of their code an execution came by, as features in 64 Ki
// bytes. The agent writes them in every task (agent/code_coverage.hpp): 1, however often, named by
// library and offset, so that processes and addresses make no difference. The controller clears
// them before an execution and reads them after it. Plain data in shared memory, see layout.hpp.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace stagger::control {

inline constexpr std::size_t kCodeFeatures = std::size_t{1} << 16;

struct Code {
    bool on;                            // somebody will look: set by the controller
    std::atomic<bool> instrumented;     // some code has said that it is
    std::atomic<bool> short_of_room;    // libraries that had no room for their counters
    std::atomic<std::uint64_t> places;  // counters there are, of all libraries
    alignas(64) std::uint8_t features[kCodeFeatures];
};

// For a new execution: nothing was come by yet.
void forget_code(Code&);

}  // namespace stagger::control
