// SPDX-License-Identifier: Apache-2.0
//
// Decisions, and the plan that a strategy's planner leaves for its decider. Plain data in shared
// memory, written by the controller between executions; see layout.hpp.
#pragma once

#include <cstdint>

#include "harness/base/faults.hpp"
#include "harness/control/task.hpp"

namespace stagger::control {

inline constexpr std::uint32_t kMaxDecisions = 1u << 16;
inline constexpr std::uint32_t kMaxChanges = 32;  // change points of pct, delays of delay

inline constexpr std::uint32_t kMaxConstraints = 8;
inline constexpr std::uint32_t kMaxContended = 512;
inline constexpr std::uint32_t kMaxStrikes = 16;

enum class StrategyKind : std::uint32_t {
    Calm,
    Random,
    Pct,
    Delay,
    Replay,
    Pos,
    Surw,
    Guided,
    Follow
};

enum class ChoiceKind : std::uint16_t {
    Run,
    Wake,
    Hold,      // guided: the others go first for `target` points; free mode: a delay
    Priority,  // guided only: `target` is the task's new priority
    Fault,     // a fault strikes `task`: `target` is its target_of
    Input,     // an any() of an expression: the task's `point`-th of the execution gives `value`
};

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
    std::int64_t value = 0;  // Input only
};

// One access to a key, by one task: its `ordinal`-th, from 1. Of an object's key the operations
// are counted, from invocation to response; of other keys the events.
struct AccessName {
    TaskIndex task;
    std::uint32_t ordinal;
};

// "The reader reads what the writer wrote": it comes after it, and no other write between them;
// or, without a writer (kNobody), before all writes. With `before`: the reader comes before that
// write. With `poised` the reader first comes as far as its access, and waits there for the writer.
struct Constraint {
    Key key;
    AccessName reader, writer;
    bool operation;  // the key is an object's
    bool before;
    bool poised;
};

// The keys that several tasks touch and at least one changes. Events of all other keys are not
// worth a decision. A hash table with open addressing; exact, since a key that were taken for
// another would make a schedule depend on addresses. When it is full, it has every key.
struct KeySet {
    std::uint32_t count;
    Key slots[2 * kMaxContended];

    constexpr bool has(Key key) const {
        return count >= kMaxContended || slots[slot_of(key)] == key;
    }
    constexpr void add(Key key) {
        if (has(key)) return;
        slots[slot_of(key)] = key;
        ++count;
    }

private:
    constexpr std::size_t slot_of(Key key) const {
        std::size_t at = mix(key, 0) % (2 * kMaxContended);
        while (slots[at] != kNoKey && slots[at] != key) at = (at + 1) % (2 * kMaxContended);
        return at;
    }
};

// exhaustive: what a task that is asleep would do next touches this.
struct SleepingAccess {
    Key key;
    TaskIndex task;
    Call call;
    bool reads_only;
};
inline constexpr std::uint32_t kMaxSleeping = 512;
inline constexpr std::uint32_t kMaxFollowed = 4096;

// A fault that is to strike a task: at its `ordinal`-th chance of that kind, from 1; or, with 0, at
// its `point`-th point, the `turn`-th chance there. See control/faults.hpp.
struct Strike {
    TaskIndex task;
    std::uint32_t ordinal;
    std::uint32_t point;
    std::uint16_t turn;
    FaultKind kind;
    std::uint8_t variant;  // what exactly happens, by kind
};

// Of a Fault, what a Decision has as its target.
constexpr TaskIndex target_of(FaultKind kind, std::uint8_t variant) {
    return static_cast<TaskIndex>(kind) | TaskIndex{variant} << 8;
}
constexpr FaultKind kind_of_target(TaskIndex target) {
    return static_cast<FaultKind>(target & 0xFF);
}
constexpr std::uint8_t variant_of_target(TaskIndex target) {
    return static_cast<std::uint8_t>(target >> 8);
}

// Filled by the planner before an execution.
struct Plan {
    StrategyKind strategy;
    bool filtered;     // `contended` is known: decisions are taken at its keys only
    bool prioritised;  // guided: the highest priority goes on, not the calm one
    bool shuffled;     // guided: a task runs on, but who comes after it is by priority
    std::uint32_t change_count;
    std::uint32_t constraint_count;
    std::uint64_t seed;
    std::uint64_t changes[kMaxChanges];  // ascending numbers of decisions, from 1
    std::uint8_t priorities[kMaxTasks];  // pct: higher runs first
    TaskIndex start;                     // replay: who runs first, kNobody: the calm one
    std::uint32_t fault_kinds;           // one bit each: the case declares them
    std::uint32_t strike_count;
    TaskMask victims[kFaultKinds];
    Strike strikes[kMaxStrikes];
    KeySet contended;
    Key walked_key;                      // surw: whose events are interleaved uniformly
    std::uint32_t remaining[kMaxTasks];  // surw: events of that key that each task will do
    Constraint constraints[kMaxConstraints];
    // any() gives what `inputs` says; else the least, or with `draws_inputs` a number made from the
    // seed.
    bool draws_inputs;
    bool inputs_wrap;  // the values of `inputs` are offsets from the least, modulo the range
    std::uint32_t input_count;
    // exhaustive: from entry `sleep_from` of the trace on these do not go on, unless nobody else
    // can, until an event takes effect that is dependent with theirs.
    TaskMask asleep;
    std::uint32_t sleep_from, sleep_count;
    SleepingAccess sleeping[kMaxSleeping];
    bool any_object;  // an operation's end is dependent with the beginnings of those on any object
    // follow: operations begin and end in this order; ordinals count the two of each task, from 1.
    std::uint32_t follow_count;
    bool follow_loosely;  // what happens between them is drawn
    AccessName follow[kMaxFollowed];
    std::uint32_t replay_count;
    Decision replay[kMaxDecisions];  // by task, then point, then turn; guided: edits
    Decision inputs[kMaxDecisions];  // of kind Input, by task, then point
};

// True if the plan says something about single points, so that every question must be asked.
constexpr bool follows_plan(const Plan& plan) {
    return plan.strategy == StrategyKind::Replay || plan.strategy == StrategyKind::Guided;
}

}  // namespace stagger::control
