// SPDX-License-Identifier: Apache-2.0
//
// What events touch, and which pairs of events are dependent: their order may matter to a task or
// to an oracle. Pure functions, used by deciders in the tasks and by planners in the controller.
#pragma once

#include "harness/control/trace.hpp"

namespace stagger::control {

// True if a call changes nothing, whatever it finds.
constexpr bool only_reads(Call call) {
    return call == Call::MemoryRead || call == Call::AtomicLoad || call == Call::Poll ||
           call == Call::QueueLook || call == Call::Look || call == Call::Clock;
}

// Calls of a task's own course, which nobody else can see. All others without a key have a
// footprint that is not known.
constexpr bool is_private(Call call) {
    return call <= Call::Attach || call == Call::Yield || call == Call::Clock;
}

struct Footprint {
    Key key;
    Call call;
    bool reads_only;
};

constexpr Footprint footprint_of(const TaskSlot& slot) {
    return {slot.key, slot.call, slot.reads_only};
}

// Of an entry, extra touches and looks aside.
constexpr Footprint footprint_of(const TraceEntry& entry) {
    return {entry.key, entry.call, entry.reads_only};
}

constexpr bool touches_nothing(const Footprint& footprint) {
    return footprint.key == kNoKey && is_private(footprint.call);
}

constexpr bool begins(Call call) {
    return call == Call::Invoke || call == Call::Enter;
}
constexpr bool ends(Call call) {
    return call == Call::Response || call == Call::Leave;
}

// Do two accesses to one key commute? Of two operations on one object, or two critical sections of
// one name, only "this ended before that began" is seen by an oracle; that they overlap is one
// thing, whoever came first.
constexpr bool commute(const Footprint& a, const Footprint& b) {
    const bool a_span = begins(a.call) || ends(a.call);
    const bool b_span = begins(b.call) || ends(b.call);
    if (a_span && b_span) return begins(a.call) == begins(b.call);
    return a.reads_only && b.reads_only;
}

constexpr bool conflict(const Footprint& a, const Footprint& b) {
    if (touches_nothing(a) || touches_nothing(b)) return false;
    if (a.key == kNoKey || b.key == kNoKey || a.key == kAnyKey || b.key == kAnyKey) return true;
    return a.key == b.key && !commute(a, b);
}

// Where operations on different objects are compared with each other.
constexpr bool one_ends_other_begins(const Footprint& a, const Footprint& b) {
    return (a.call == Call::Invoke && b.call == Call::Response) ||
           (a.call == Call::Response && b.call == Call::Invoke);
}

}  // namespace stagger::control
