// SPDX-License-Identifier: Apache-2.0
//
// The control segment: all scheduling state of a case, in one mapping that the controller and all
// tasks share. Fixed layout, versioned, no pointers, no vtables, bounded. In controlled mode only
// the holder of the token writes to it, or the controller while nobody runs; so its fields are
// plain, and the futex words that pass the token order all accesses. In free mode all tasks run at
// once, and Free::lock guards what they share. It belongs to the controller.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "harness/control/code.hpp"
#include "harness/control/inputs.hpp"
#include "harness/control/plan.hpp"
#include "harness/control/registry.hpp"
#include "harness/control/task.hpp"
#include "harness/control/trace.hpp"

namespace stagger::control {

inline constexpr std::uint32_t kMaxRecords = 1u << 18;
inline constexpr std::size_t kHistoryBytes = std::size_t{24} << 20;
inline constexpr std::uint32_t kDetailBytes = 1024;

enum class Phase : std::uint32_t { Attach, Main };

enum class Ending : std::uint32_t {
    Running,
    Completed,
    Deadlock,
    Livelock,
    Crash,
    Overflow,
    HarnessError,
    Nobody,  // nobody is ready, but somebody sleeps out of sight: the controller must look
};

// How far a constraint of the plan has come.
struct ConstraintState {
    std::uint32_t reads, writes;  // accesses that are done
    bool met;                     // or given up
};

// A helper that gave the token away to end: who gets it waits until the kernel is done with it.
struct Dying {
    std::int32_t pid, tid;  // 0: nobody
};

// The execution under way.
struct Execution {
    std::atomic<std::uint32_t> over;  // futex for the controller: 1 when it ended
    Ending ending;
    Phase phase;
    TaskIndex holder;
    TaskIndex last_client;  // the task that ran last, servers aside
    TaskMask ready, blocked, yielded, ended, out_of_sight;
    TaskMask roles;              // those whose end ends the execution
    TaskMask parent;             // the parent's bit, 0 if it has nothing to do
    TaskMask wakeable;           // Blocked, but a spurious wake-up may end the wait
    TaskMask silent;             // tasks that make no decisions: opaque servers
    std::int64_t clock;          // virtual ns since the start of the phase
    std::int64_t next_deadline;  // the earliest of the Blocked, or kNoDeadline
    std::uint64_t points;
    std::uint64_t point_limit;  // more are a livelock
    std::uint64_t decisions;    // choices with more than one candidate
    std::uint64_t switches;
    std::uint64_t run_start;   // points at the last switch: nobody runs on for ever
    std::uint64_t random;      // state of the decider's generator
    std::uint64_t generation;  // numbers executions, so that processes see a new one
    bool reset_due;            // processes were used before: each resets its own state
    bool shared_reset_due;     // and the first task to run resets what all share
    bool outside;              // a kernel timer was armed: its signal may wake somebody
    std::uint32_t logged;      // decisions in log
    bool log_full;             // more deviations than fit: it cannot be replayed
    std::uint32_t misfits;     // replay decisions that no longer fit
    Decision first_misfit;
    std::uint8_t priorities[kMaxTasks];
    std::uint32_t change_next;
    std::uint64_t scores[kMaxTasks];      // pos: of the pending events, 0: not drawn yet
    TaskIndex intended;                   // surw: whose event comes next
    std::uint32_t remaining[kMaxTasks];   // surw
    std::uint64_t held_until[kMaxTasks];  // guided: points
    ConstraintState constraints[kMaxConstraints];
    TaskMask asleep;           // exhaustive
    std::uint32_t sleep_seen;  // entries of the trace that have woken whom they wake
    bool redundant;            // only those asleep could go on: what follows was explored before
    std::uint32_t next_low_priority;
    std::uint32_t follow_next;  // follow: into Plan::follow
    std::uint32_t
        followed[kMaxTasks];  // follow: beginnings and ends of operations that each task has done
    Dying dying;
    TaskIndex culprit;
    char detail[kDetailBytes];
};

// Settings that hold for all executions of a case.
struct Settings {
    std::uint32_t task_count;  // slots in use; plugins may add helpers behind them
    bool spurious_wakeups;     // some contract allows them, so they are searched
    std::uint64_t step_limit;
};

// Free mode: real processes at once, with real delays (control/free.hpp).
struct Free {
    bool on;                          // in the execution under way
    std::atomic<std::uint32_t> lock;  // 1: somebody holds it
    std::int64_t start;               // monotonic ns: the clock's zero
};

// Tells builds apart, see integrity.hpp.
struct Header {
    std::uint64_t magic;
    std::uint64_t size;
    std::uint64_t fingerprint;  // of the layout, by its sources
};

inline constexpr std::uint64_t kMagic = 0x7265676761747321;  // "!staggER" backwards

struct HistoryLog {
    std::uint64_t used;
    std::uint32_t records;
    bool overflow;
    std::int64_t times[kMaxRecords];
    char bytes[kHistoryBytes];
};

struct Segment {
    Header header;
    std::uint64_t guard_front;  // all guards must read kGuard: a plugin's stray write shows here
    Settings settings;
    Free free;
    Execution execution;
    TaskSlot tasks[kMaxTasks];
    std::uint64_t guard_middle;
    Plan plan;
    Decision log[kMaxDecisions];
    Registry registry;
    std::uint64_t guard_back;
    Trace trace;
    HistoryLog history;
    Inputs inputs;
    Code code;
};

inline constexpr std::uint64_t kGuard = 0xA11CE5AFEB10C5ED;

static_assert(std::atomic<std::uint32_t>::is_always_lock_free);

}  // namespace stagger::control
