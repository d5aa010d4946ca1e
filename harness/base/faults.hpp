// SPDX-License-Identifier: Apache-2.0
//
// The kinds of faults that Stagger can inject, and their names in specs, schedules and reports.
// Plain data; used everywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stagger {

// The numbers stand in the control segment and in genomes: append only.
enum class FaultKind : std::uint8_t {
    Kill,     // SIGKILL of the task's process
    Restart,  // the same, and the role's process starts again from its first step
    Signal,   // a blocking call is interrupted
    ShortIo,  // a read or write does less than it was asked to
    Pause,    // the task is held for longer than any time-out
    Full,     // a queue or a disk is full
    FdLimit,  // no descriptor is left
    Clock,    // the wall clock steps
    Slow,     // a sleep or a time-out ends early or late against the others' progress
};
inline constexpr std::size_t kFaultKinds = 9;

constexpr bool is_deadly(FaultKind kind) {
    return kind == FaultKind::Kill || kind == FaultKind::Restart;
}

std::string_view name(FaultKind);  // "kill", "short_io"
std::optional<FaultKind> fault_kind(std::string_view name);

// In how many ways a fault of that kind can strike, and what such a one is called: "kill",
// "short_io: one byte".
std::uint8_t variants_of(FaultKind);
std::string fault_text(FaultKind, std::uint8_t variant);
struct Fault {
    FaultKind kind = FaultKind::Kill;
    std::uint8_t variant = 0;
};
std::optional<Fault> fault_by_text(std::string_view text);

}  // namespace stagger
