// SPDX-License-Identifier: Apache-2.0
//
// Decisions, and the plan that a strategy's planner leaves for its decider. Plain data in shared
// memory, written by the controller between executions; see layout.hpp.
#pragma once

#include <cstdint>

#include "harness/control/task.hpp"

namespace stagger::control {

inline constexpr std::uint32_t kMaxDecisions = 1u << 16;
inline constexpr std::uint32_t kMaxChanges = 32;  // change points of pct, delays of delay

enum class StrategyKind : std::uint32_t { Calm, Random, Pct, Delay, Replay };

enum class ChoiceKind : std::uint16_t { Run, Wake };

// A deviation from the calm course: at its `point`-th point, in its `turn`-th decision there,
// `task` let `target` run (or woke it). The choice of who starts has `task` kNobody.
struct Decision {
    TaskIndex task;
    TaskIndex target;
    std::uint32_t point;
    std::uint16_t turn;
    ChoiceKind choice;
    Call call;
    std::uint16_t reserved;
    std::uint32_t site;
};

// Filled by the planner before an execution.
struct Plan {
    StrategyKind strategy;
    std::uint32_t change_count;
    std::uint64_t seed;
    std::uint64_t changes[kMaxChanges];  // ascending numbers of decisions, from 1
    std::uint8_t priorities[kMaxTasks];  // pct: higher runs first
    TaskIndex start;                     // replay: who runs first, kNobody: the calm one
    std::uint32_t replay_count;
    Decision replay[kMaxDecisions];  // by task, then point, then turn
};

}  // namespace stagger::control
