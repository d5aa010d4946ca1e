// SPDX-License-Identifier: Apache-2.0
//
// The trace: every event of an execution in the order it took effect, with its footprint. Written
// by the holder of the token while it passes points; read by the controller between executions,
// where planners learn from it and `stagger points` shows it. Bounded; off unless asked for.
#pragma once

#include <cstdint>

#include "harness/control/task.hpp"

namespace stagger::control {

inline constexpr std::uint32_t kMaxTraced = 1u << 16;

enum class TraceKind : std::uint8_t {
    Event,  // `task` went on from a point: what it was about to do takes effect
    Touch,  // the event before also changed `key`
    Look,   // the event before also read `key`
    Wake,   // the event before woke `task`; `candidates` are those it could have woken
    Wait,   // the event before could not take effect: its task waits for `key`
    Rest,   // nobody could go on, though those of `candidates` could wake unasked
    Jump,   // nobody could go on: time went to the next deadline, or the parent's turn came
};

// The decision that led to an entry was asked by `asker` at its `asked_point`-th point, as the
// `turn`-th question there. `task` and `asker` are kNoTask where nobody is meant.
struct TraceEntry {
    Key key;
    TaskMask candidates;  // who could have gone on instead, the task and unasked wake-ups included
    std::uint32_t point;  // of the task; the same as its event before: that one blocked
    std::uint32_t asked_point;
    std::uint32_t site, object;
    std::uint16_t turn;
    Call call;
    std::uint8_t task, asker;
    TraceKind kind;
    bool reads_only;
    bool touched;  // an event: it changed its own key, even if its task waits after that
};

inline constexpr std::uint8_t kNoTask = 0xFF;

struct Trace {
    bool on;
    bool full;  // it ends before the execution does
    std::uint32_t count;
    TraceEntry entries[kMaxTraced];
};

}  // namespace stagger::control
