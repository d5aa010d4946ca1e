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

// Reset: processes that keep things of the kernel's forget them, before any of the next execution
// could meet them.
enum class Phase : std::uint32_t { Attach, Reset, Main };

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

// Who gave the token away to end: who gets it waits until the kernel is done with it.
struct Dying {
    std::int32_t pid, tid;  // 0: nobody; equal: all of the process
    std::uint32_t process;
};

// Faults in the execution under way; see control/faults.hpp.
struct Faults {
    std::uint32_t struck;       // one bit for each strike of the plan that came
    TaskMask killed;            // tasks of processes that a strike killed
    TaskMask unborn;            // those of them whose process is to be started again
    std::int64_t wall_offset;   // what the wall clock is off by
    std::int64_t longest_wait;  // virtual ns, of all that had a time-out
    TaskIndex hurried;          // whose time-out comes when so many points have passed
    std::uint64_t hurried_at;
    std::uint32_t chances[kFaultKinds][kMaxTasks];  // that each task has had
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
    TaskMask recover_due;      // by process: it was killed, and a peer has to repair things first
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
    Faults faults;
    TaskIndex culprit;
    char detail[kDetailBytes];
};

// Where faults could have struck in an execution with a trace, in order.
inline constexpr std::uint32_t kMaxChances = 1u << 13;
struct Chance {
    std::uint32_t point;
    std::uint16_t turn;
    std::uint8_t task;
    FaultKind kind;
};
struct ChanceLog {
    bool full;
    std::uint32_t count;
    Chance entries[kMaxChances];
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
    ChanceLog chances;
    HistoryLog history;
    Inputs inputs;
    Code code;
};

inline constexpr std::uint64_t kGuard = 0xA11CE5AFEB10C5ED;

static_assert(std::atomic<std::uint32_t>::is_always_lock_free);

}  // namespace stagger::control
