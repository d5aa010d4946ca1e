// SPDX-License-Identifier: Apache-2.0
//
// Faults as they strike a task: where one could, the task asks (control/faults.hpp), and does to
// itself what the decision says. Runs in the task, which holds the token. Private to the agent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "harness/agent/self.hpp"
#include "harness/control/faults.hpp"

namespace stagger::agent {

// A chance for a fault of that kind here. What variant of it strikes; nothing, if none does.
inline std::optional<std::uint8_t> struck_by(FaultKind kind) {
    if (!control::declares(self.segment->plan, kind)) return std::nullopt;
    return control::strikes(*self.segment, self.index, kind);
}

// The call would have to wait: does a signal end that, one that a task sent or a fault? `restarts`:
// not if its handler has SA_RESTART.
bool is_interrupted(bool restarts);

// How many bytes of so many a read from that descriptor, or a write to it, is to do at most.
std::size_t shortened(int descriptor, std::size_t size);

// In plugin code: the call fails with EMFILE, which is in errno.
bool has_no_descriptor_left();

// Chances of those that strike anywhere; for face_faults and face_death.
void take_chances();
void take_chance_of_death();

// At each point, once the task goes on from it: it may be held or killed before it does what it was
// about to do.
inline void face_faults() {
    if (self.segment->plan.fault_kinds != 0) take_chances();
}
// Where it begins to wait, and goes on from that.
inline void face_death() {
    if (self.segment->plan.fault_kinds != 0) take_chance_of_death();
}

}  // namespace stagger::agent
