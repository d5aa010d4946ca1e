// SPDX-License-Identifier: Apache-2.0
//
// Faults as decisions: where one could strike a task, it asks; the plan says where one does, and
// that is logged like any other decision. Called by the holder of the token inside a task. No
// allocation, no lock, no system call; nothing at all where a case declares no faults.
#pragma once

#include <optional>

#include "harness/control/layout.hpp"

namespace stagger::control {

constexpr bool declares(const Plan& plan, FaultKind kind) {
    return (plan.fault_kinds >> static_cast<unsigned>(kind) & 1) != 0;
}

// A chance for a fault of that kind to strike `self`. What variant of it does; nothing, if none.
std::optional<std::uint8_t> strikes(Segment&, TaskIndex self, FaultKind kind);

// `self` has come to a new point.
void come_to_point(Segment&, TaskIndex self);

// Somebody begins to wait until `deadline`.
void note_wait(Execution&, std::int64_t deadline);

// `self`, which is Blocked until a deadline, has its time-out once `points` more have passed,
// however many the others would have passed by then.
void hurry(Segment&, TaskIndex self, std::uint64_t points);

// Longer than any time-out that anybody has waited for; virtual ns.
std::int64_t longest_pause(const Execution&);

// Whether that process has started others that live on: they would be orphans, of which Stagger
// cannot tell what becomes of them.
bool has_children(const Segment&, std::uint32_t process);
inline constexpr const char* kOrphans =
    "a process was killed that had started others, and Stagger cannot tell what becomes of orphans";

// The state for a new execution.
void begin_faults(Segment&);

// The process of `self` is killed: its tasks have ended, but for those that start again. Their
// deaths are recorded. The caller then picks a successor, hands the token over, and dies.
void die(Segment&, TaskIndex self, bool starts_again);

}  // namespace stagger::control
