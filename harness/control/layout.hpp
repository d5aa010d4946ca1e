// SPDX-License-Identifier: Apache-2.0
//
// The control segment: all scheduling state of a case, in one mapping that the controller and all
// tasks share. Fixed layout, versioned, no pointers, no vtables, bounded. In controlled mode only
// the holder of the token writes to it, or the controller while nobody runs; so its fields are
// plain, and the futex words that pass the token order all accesses. It belongs to the controller.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "harness/control/key.hpp"

namespace stagger::control {

using TaskIndex = std::uint32_t;
using TaskMask = std::uint64_t;

inline constexpr std::uint32_t kMaxTasks = 64;  // one bit each in a TaskMask
inline constexpr TaskIndex kNobody = std::numeric_limits<TaskIndex>::max();
inline constexpr std::uint32_t kNoSite = std::numeric_limits<std::uint32_t>::max();
inline constexpr std::int64_t kNoDeadline = std::numeric_limits<std::int64_t>::max();
inline constexpr std::uint32_t kMaxWaitKeys = 16;
inline constexpr std::uint32_t kMaxDecisions = 1u << 16;
inline constexpr std::uint32_t kMaxRecords = 1u << 18;
inline constexpr std::size_t kHistoryBytes = std::size_t{24} << 20;
inline constexpr std::uint32_t kMaxChanges = 32;  // change points of pct, delays of delay
inline constexpr std::uint32_t kMaxNames = 512;
inline constexpr std::uint32_t kNameBytes = 112;
inline constexpr std::uint32_t kMaxTraced = 1u << 16;
inline constexpr std::uint32_t kMaxModels = 1024;
inline constexpr std::uint32_t kMaxConnections = 256;
inline constexpr std::uint32_t kDetailBytes = 1024;

constexpr TaskMask bit(TaskIndex task) { return TaskMask{1} << task; }

enum class TaskState : std::uint8_t {
    Unused,
    Ready,       // parked at a point, may be chosen (the holder is Ready too)
    Blocked,     // its try failed: waits until a key of its own is touched, or its deadline
    OutOfSight,  // asleep in the kernel at a call that nobody intercepts
    Ended,       // done with this execution
};

enum class TaskKind : std::uint8_t {
    Role,    // runs steps; the execution is over only when it ended
    Daemon,  // runs steps; may still wait when the rest have ended
    Parent,  // reads the final state when the roles have ended
    Server,  // a backend's own process; waiting is its rest
    Helper,  // a thread or process that a plugin started by itself
};

// What a task is about to do at a point. Names are in call_name().
enum class Call : std::uint16_t {
    Start,
    Invoke,
    Response,
    Enter,
    Leave,
    Sleep,
    Join,
    Assert,
    End,
    Attach,
    Label,  // an explicit point of a plugin
    Yield,
    Clock,
    MemoryRead,
    MemoryWrite,
    MemoryAtomic,
    MemoryBulk,
    MutexLock,
    MutexUnlock,
    ConditionWait,
    ConditionSignal,
    ConditionBroadcast,
    RwLock,
    RwUnlock,
    SpinLock,
    SpinUnlock,
    BarrierWait,
    SemaphoreWait,
    SemaphorePost,
    Futex,
    Read,
    Write,
    Send,
    Receive,
    Poll,
    Accept,
    Connect,
    Bind,
    Listen,
    Shutdown,
    Open,
    Close,
    Create,  // pipe, socket, eventfd: something that did not exist
    Unlink,
    Rename,
    Resize,
    Map,
    FileLock,
    FileUnlock,
    QueueSend,
    QueueReceive,
    QueueOpen,
    QueueLook,
    ThreadCreate,
    ThreadJoin,
    Fork,
    WaitChild,
    Signal,
    Count,
};

const char* call_name(Call call);

// Whether a task can be seen: see control/scheduler, lose_sight.
enum class Sight : std::uint32_t {
    Seen,
    Lost,      // the token was taken from it while it slept at a call that nobody intercepts
    Returned,  // it is back at a point, and waits for the token
};

struct alignas(64) TaskSlot {
    std::atomic<std::uint32_t> token;  // futex: 1 when this task may run
    std::atomic<Sight> sight;
    TaskState state;
    TaskKind kind;
    bool opaque;       // no decisions inside it: a server that is not explored
    bool timed_out;    // it was made Ready by its deadline
    bool notified;     // a modelled wait was granted
    std::uint32_t process;
    std::int32_t pid, tid;

    // The pending event.
    Call call;
    std::uint16_t turn;        // decisions taken at this point before, see Decision
    std::uint32_t site;        // the step, kNoSite outside of steps
    std::uint32_t object;      // of that step's operation, kNoSite if none
    std::uint32_t point;       // points of this phase so far, this one included
    Key key;                   // what the event touches, kNoKey if nothing in common

    // Why it is Blocked.
    std::uint32_t wait_count;  // keys in use; more than fit: any touch wakes it
    Key wait_keys[kMaxWaitKeys];
    std::int64_t deadline;     // virtual ns, kNoDeadline

    // Recognising loops that spin: the same read again and again.
    Key spin_key;
    std::uint32_t spin_count;

    // Cursor into Plan::replay for this task.
    std::uint32_t replay_next, replay_end;

    // Of helpers.
    std::atomic<std::uint32_t> born;  // futex: 1 when it is parked for the first time
    bool joined;  // nobody will ask for its end any more
};

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
    Decision replay[kMaxDecisions];      // by task, then point, then turn
};

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
    TaskIndex last_client;       // the task that ran last, servers aside
    TaskMask ready, blocked, yielded, ended, out_of_sight;
    TaskMask roles;              // those whose end ends the execution
    TaskMask parent;             // the parent's bit, 0 if it has nothing to do
    TaskMask wakeable;           // Blocked, but a spurious wake-up may end the wait
    TaskMask silent;             // tasks that make no decisions: opaque servers
    std::int64_t clock;          // virtual ns since the start of the phase
    std::int64_t next_deadline;  // the earliest of the Blocked, or kNoDeadline
    std::uint64_t points;
    std::uint64_t decisions;     // choices with more than one candidate
    std::uint64_t switches;
    std::uint64_t random;        // state of the decider's generator
    std::uint64_t generation;    // numbers executions, so that processes see a new one
    bool reset_due;              // processes were used before: each resets its own state
    bool shared_reset_due;       // and the first task to run resets what all share
    std::uint32_t logged;        // decisions in log
    bool log_full;               // more deviations than fit: it cannot be replayed
    std::uint32_t misfits;       // replay decisions that no longer fit
    Decision first_misfit;
    std::uint8_t priorities[kMaxTasks];
    std::uint32_t change_next;
    std::uint32_t next_low_priority;
    Dying dying;
    TaskIndex culprit;
    char detail[kDetailBytes];
};

// Settings that hold for all executions of a case.
struct Settings {
    std::uint32_t task_count;   // slots in use; plugins may add helpers behind them
    bool spurious_wakeups;      // some contract allows them, so they are searched
    std::uint64_t step_limit;
};

// A named OS object: its present id, so that a name used again is another object; and whether it
// still has to be removed when all is over.
struct NameEntry {
    std::uint64_t id;   // 0: free
    std::uint8_t kind;  // NameKind
    bool present;
    char name[kNameBytes];
};

// Address: of a socket without a file, which vanishes with it.
enum class NameKind : std::uint8_t { SharedMemory, MessageQueue, Semaphore, File, Address };

// State of a modelled primitive (condition, barrier, futex): found by key.
struct ModelEntry {
    Key key;               // kNoKey: free
    std::uint32_t count;   // barrier: parties
    std::uint32_t arrived;
    std::uint64_t sequence[kMaxTasks];  // waiters: when they came, 0 if they do not wait
    std::uint64_t next_sequence;
};

// A connection that was made but not accepted yet; listeners accept in order.
struct ConnectionEntry {
    Key listener;
    std::uint64_t id;
};

struct Registry {
    std::uint64_t next_id;  // ids of OS objects, given at creation
    NameEntry names[kMaxNames];
    std::uint32_t model_count;
    ModelEntry models[kMaxModels];
    std::uint32_t connection_count;
    ConnectionEntry connections[kMaxConnections];
};

struct Header {
    std::uint64_t magic;
    std::uint32_t version;
    std::uint32_t reserved;
    std::uint64_t size;
};

inline constexpr std::uint64_t kMagic = 0x7265676761747321;  // "!staggER" backwards
inline constexpr std::uint32_t kVersion = 1;

struct HistoryLog {
    std::uint64_t used;
    std::uint32_t records;
    bool overflow;
    std::int64_t times[kMaxRecords];
    char bytes[kHistoryBytes];
};

// Every point of an execution, for `stagger points`; off in campaigns.
struct PointTrace {
    struct Entry {
        TaskIndex task;
        std::uint32_t site;
        Call call;
    };
    bool on;
    std::uint32_t count;
    Entry entries[kMaxTraced];
};

struct Segment {
    Header header;
    std::uint64_t guard_front;  // both guards must read kGuard: a plugin's stray write shows here
    Settings settings;
    Execution execution;
    TaskSlot tasks[kMaxTasks];
    std::uint64_t guard_middle;
    Plan plan;
    Decision log[kMaxDecisions];
    Registry registry;
    std::uint64_t guard_back;
    PointTrace trace;
    HistoryLog history;
};

inline constexpr std::uint64_t kGuard = 0xA11CE5AFEB10C5ED;

static_assert(std::atomic<std::uint32_t>::is_always_lock_free);

}  // namespace stagger::control
