// SPDX-License-Identifier: Apache-2.0
//
// Tasks as the control segment has them: a slot each, with the pending event, what it waits for,
// and the futex word that passes the token. Plain data in shared memory; see layout.hpp.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "harness/base/faults.hpp"
#include "harness/control/key.hpp"

namespace stagger::control {

using TaskIndex = std::uint32_t;
// One bit for each task. Wider than any standard type, so it is the compilers' own.
__extension__ typedef unsigned __int128 TaskMask;

inline constexpr std::uint32_t kMaxTasks = 128;
inline constexpr TaskIndex kNobody = std::numeric_limits<TaskIndex>::max();
inline constexpr std::uint32_t kNoSite = std::numeric_limits<std::uint32_t>::max();
inline constexpr std::int64_t kNoDeadline = std::numeric_limits<std::int64_t>::max();
inline constexpr std::uint32_t kMaxWaitKeys = 16;
inline constexpr std::uint32_t kMaxSignals = 16;

constexpr TaskMask bit(TaskIndex task) {
    return TaskMask{1} << task;
}

// The lowest member. Requires: mask is not empty.
constexpr TaskIndex lowest(TaskMask mask) {
    const auto low = static_cast<std::uint64_t>(mask);
    if (low != 0) return static_cast<TaskIndex>(std::countr_zero(low));
    return 64 + static_cast<TaskIndex>(std::countr_zero(static_cast<std::uint64_t>(mask >> 64)));
}

constexpr std::uint32_t population(TaskMask mask) {
    return static_cast<std::uint32_t>(std::popcount(static_cast<std::uint64_t>(mask)) +
                                      std::popcount(static_cast<std::uint64_t>(mask >> 64)));
}

enum class TaskState : std::uint8_t {
    Unused,
    Ready,       // parked at a point, may be chosen (the holder is Ready too)
    Blocked,     // its try failed: waits until a key of its own is touched, or its deadline
    OutOfSight,  // asleep in the kernel at a call that nobody intercepts
    Stopped,     // a daemon that would go on for ever, after the roles have ended
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
    AtomicLoad,
    MemoryAtomic,
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
    Look,  // stat and the like: what stands under a name, or behind a descriptor
    Seek,
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
    Death,  // a fault killed it
    Count,
};

const char* call_name(Call call);

// Whether a task can be seen: see control/scheduler, lose_sight.
enum class Sight : std::uint32_t {
    Seen,
    Lost,      // the token was taken from it while it slept at a call that nobody intercepts
    Returned,  // it is back at a point, and waits for the token
};

// A signal that one task sent to another, whose handler runs when that is chosen: siginfo_t.
struct PendingSignal {
    std::int32_t signal, code;
    std::int32_t pid;
    std::uint32_t uid;
    std::uint64_t value;
};

struct alignas(64) TaskSlot {
    std::atomic<std::uint32_t> token;  // futex: 1 when this task may run
    std::atomic<Sight> sight;
    std::atomic<bool> in_agent;  // it waits for the token, or for a birth or death: not lost
    TaskState state;
    TaskKind kind;
    bool opaque;     // no decisions inside it: a server that is not explored
    bool timed_out;  // it was made Ready by its deadline
    bool notified;   // a modelled wait was granted
    std::uint32_t process;
    std::int32_t pid, tid;

    // The pending event.
    Call call;
    std::uint16_t turn;    // decisions taken at this point before, see Decision
    std::uint32_t site;    // the step, kNoSite outside of steps
    std::uint32_t object;  // of that step's operation, kNoSite if none
    std::uint32_t point;   // points of this phase so far, this one included
    Key key;               // what the event touches, kNoKey if nothing in common
    bool reads_only;       // it changes nothing that others could see

    // Why it is Blocked.
    std::uint32_t wait_count;  // keys in use; more than fit: any touch wakes it
    Key wait_keys[kMaxWaitKeys];
    std::int64_t deadline;     // virtual ns, kNoDeadline
    std::int32_t lock_holder;  // the process whose record lock it waits for; 0: none that is known
    bool foreign;              // something outside of the case may wake it
    bool interruptible;        // a cancellation ends its wait
    bool interrupted;          // and did
    bool in_handler;           // a signal made it Ready: it goes on waiting after its handler

    // Signals that it was sent and has not handled.
    std::uint32_t signal_count;
    PendingSignal signals[kMaxSignals];

    // Recognising loops that spin: the same read again and again.
    Key spin_key;
    std::uint32_t spin_count;

    std::uint16_t chances[kFaultKinds];  // that faults had at its present point

    // Cursor into Plan::replay for this task.
    std::uint32_t replay_next, replay_end;

    // Of helpers.
    std::atomic<std::uint32_t> born;  // futex: 1 when it is parked for the first time
    bool joined;                      // nobody will ask for its end any more
    std::uint32_t parent;             // the process that started it
};

}  // namespace stagger::control
