// SPDX-License-Identifier: Apache-2.0
//
// Points, and waiting under control: what every intercepted call is made of. Runs in a task that
// holds the token. Private to the agent; workers use agent.hpp.
#pragma once

#include <cstdint>

#include "harness/agent/self.hpp"
#include "harness/control/footprint.hpp"
#include "harness/control/scheduler.hpp"
#include "harness/control/tracer.hpp"

namespace stagger::agent {

// The scheduler may let another task go first; returns when this one goes on.
void point(control::Call call, control::Key key, bool reads_only);
inline void point(control::Call call, control::Key key) {
    point(call, key, control::only_reads(call));
}

// Like point, for a read or a failed exchange that a spinning loop repeats.
void spinning_point(control::Call call, control::Key key);

enum class Woken : std::uint8_t {
    Touched,
    TimedOut,
    Cancelled,  // only where cancellations tell
    Signalled,  // it has run a signal's handler, and nothing else has happened
};

// While it lives this call is a cancellation point: pthreads(7). Where it has to wait, and where it
// begins, a thread that was cancelled ends.
class CancellationPoint {
public:
    CancellationPoint() { self.cancellation = Cancellation::Acts; }
    ~CancellationPoint() { self.cancellation = Cancellation::Waits; }
    CancellationPoint(const CancellationPoint&) = delete;
    CancellationPoint& operator=(const CancellationPoint&) = delete;
};

// Does not return if this thread was cancelled: it ends as plugin code does, under control.
void end_if_cancelled();

// Gives way until one of `keys` is touched or virtual time reaches `deadline`.
Woken wait_for(const control::Key* keys, std::uint32_t count, std::int64_t deadline);

// A call that would block, in the first of the three ways: tried when chosen. `attempt` is the call
// in a form that does not block, true when it is finished. False: the deadline came first.
// `interrupted` is asked where it would wait; true: the call is finished by that.
template <typename Attempt, typename Interrupted>
bool try_when_chosen(control::Call call, control::Key key, std::int64_t deadline, Attempt attempt,
                     Interrupted interrupted) {
    point(call, key);
    while (!attempt()) {
        if (deadline <= self.execution().clock) return false;
        if (interrupted()) return true;
        if (wait_for(&key, 1, deadline) == Woken::TimedOut) return attempt();
    }
    return true;
}

// A call that no signal interrupts.
template <typename Attempt>
bool try_when_chosen(control::Call call, control::Key key, std::int64_t deadline, Attempt attempt) {
    return try_when_chosen(call, key, deadline, attempt, [] { return false; });
}

// The event under way also reads `key`, or changes it.
inline void also_reads(control::Key key) {
    if (self.segment->trace.on) {
        control::trace_footprint(*self.segment, control::TraceKind::Look, key);
    }
}
inline void also_touches(control::Key key) {
    if (self.segment->trace.on) {
        control::trace_footprint(*self.segment, control::TraceKind::Touch, key);
    }
}

// Tells those who wait for `key` that they may try again.
inline void touched(control::Key key) {
    control::touch(*self.segment, key);
}

// From now on a kernel timer of a process may wake somebody: that nobody can go on is no deadlock.
void note_outside_waker();

// Gives the token away for good; returns at once. For a task that ends.
void hand_over_and_leave(control::TaskIndex next);

// Waits until the kernel has finished with a thread, or with a process and its threads. Requires:
// InAgent.
void await_death(const control::Dying& dying);

// Waits until this task holds the token.
void await_token();

// Ends the execution here. Returns only if another execution begins in this task.
void finish_execution(control::Ending ending, const char* detail);

}  // namespace stagger::agent
