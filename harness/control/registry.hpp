// SPDX-License-Identifier: Apache-2.0
//
// What the agents of a case know together: names of OS objects and their ids, the waiters of
// modelled primitives, connections under way. Plain data in shared memory; see layout.hpp.
#pragma once

#include <cstdint>

#include "harness/control/task.hpp"

namespace stagger::control {

inline constexpr std::uint32_t kMaxNames = 512;
inline constexpr std::uint32_t kNameBytes = 112;
inline constexpr std::uint32_t kMaxBarriers = 1024;
inline constexpr std::uint32_t kMaxConnections = 256;
inline constexpr std::uint32_t kMaxEpollEntries = 512;
inline constexpr std::uint32_t kMaxTimers = 256;

// A named OS object: its present id, so that a name used again is another object; and whether it
// still has to be removed when all is over.
struct NameEntry {
    std::uint64_t id;   // 0: free
    std::uint8_t kind;  // NameKind
    bool present;
    char name[kNameBytes];
};

// Ids of what tasks make in an execution, and of what a reset makes; all others are older than the
// first execution.
inline constexpr std::uint64_t kMadeInExecution = std::uint64_t{1} << 63;
inline constexpr std::uint64_t kMadeInReset = std::uint64_t{1} << 62;

// Address: of a socket without a file, which vanishes with it. The name of a System V object is the
// number that the kernel gave it.
enum class NameKind : std::uint8_t {
    SharedMemory,
    MessageQueue,
    Semaphore,
    File,
    Address,
    SystemVSemaphores,
    SystemVMessages,
    SystemVMemory
};

// A task in a modelled wait (condition, barrier, futex): for what, and when it came.
struct Waiter {
    Key key;  // kNoKey: none
    std::uint64_t since;
};

struct BarrierEntry {
    Key key;
    std::uint32_t parties;
};

// A connection that was made but not accepted yet; listeners accept in order.
struct ConnectionEntry {
    Key listener;
    std::uint64_t id;
};

// A descriptor that was added to an epoll object, by what it stands for: its number may be closed
// and used again while the object behind it goes on being watched.
struct EpollEntry {
    Key epoll;
    Key in, out;              // kNoKey: not asked for
    std::int32_t descriptor;  // its number when it was added, in that process
    std::uint32_t process;
    bool closed;  // that number, by that process: watched only if somebody else has the object open
};

// A timerfd: armed in virtual time, and made readable when that has come.
struct TimerEntry {
    Key key;
    std::int32_t clock;
    bool real;                  // it was armed outside of control, in real time
    std::int64_t next;          // the execution's clock, kNoDeadline: not armed
    std::int64_t interval;      // 0: once
    std::uint64_t expirations;  // since it was read
};

// What there was no room for: from then on objects may be taken for others.
enum class Shortage : std::uint32_t {
    None,
    Mappings,
    Descriptors,
    Names,
    Connections,
    Barriers,
    Timers
};

struct Registry {
    Shortage shortage;
    TaskMask keeping;       // by process: it got descriptors, mappings or locks in an execution
    std::uint64_t next_id;  // ids of OS objects, given at creation
    bool has_new_names;     // some entry has an id that an execution gave
    NameEntry names[kMaxNames];
    std::uint64_t next_wait;
    Waiter waiters[kMaxTasks];
    std::uint32_t barrier_count;
    BarrierEntry barriers[kMaxBarriers];
    std::uint32_t connection_count;
    ConnectionEntry connections[kMaxConnections];
    bool forgot_epolls;  // not all that was added is in the table: then any touch wakes
    std::uint32_t epoll_count;
    EpollEntry epolls[kMaxEpollEntries];
    std::uint32_t timer_count;
    TimerEntry timers[kMaxTimers];
    bool outside;  // a kernel timer was armed while tasks joined: its signal wakes whom it will
};

}  // namespace stagger::control
