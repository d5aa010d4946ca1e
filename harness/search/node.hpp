// SPDX-License-Identifier: Apache-2.0
//
// The exploration tree as the exhaustive search keeps it: the path from its root to the execution
// under way, one node for each event and for each choice of whom an event woke. Plain data.
#pragma once

#include <memory>
#include <vector>

#include "harness/search/course.hpp"

namespace stagger::search {

// What the event of a task would touch that need not be tried again before something changes it.
struct Sleeper {
    control::TaskIndex task;
    std::shared_ptr<const Accesses> accesses;
};

struct Node {
    Asked asked;                                   // the first question in its state ...
    std::uint32_t first_entry = 0;                 // ... and the entry of the trace that answers it
    control::TaskIndex chosen = control::kNobody;  // whose event is on the path
    control::TaskMask backtrack = 0;               // who must be tried here
    control::TaskMask done = 0;                    // who was
    control::TaskMask disabled = 0;                // who had to wait when tried
    std::vector<Sleeper> asleep;                   // those tried included
    std::vector<control::Decision> decisions;      // from the node before through its own event

    // Of the event on the path.
    bool known = false;      // it was seen; otherwise it cannot sleep
    bool universal = false;  // dependent with all: it ended the execution early, say
    Accesses accesses;
    Accesses all_accesses;             // those under other choices of whom to wake included
    std::uint32_t entry = 0;           // of the trace
    std::uint32_t sequence = 0;        // number of the task's events, from 1
    std::vector<std::uint32_t> clock;  // by task: how many of its events come before or are it

    bool is_wake() const { return asked.choice == control::ChoiceKind::Wake; }
    control::TaskMask sleeping() const {
        control::TaskMask mask = 0;
        for (const Sleeper& sleeper : asleep) mask |= control::bit(sleeper.task);
        return mask;
    }
    // Those whose tries from here on are covered, or known to be in vain.
    control::TaskMask covered() const { return backtrack | done | disabled | sleeping(); }
};

struct Dependence {
    // The end of an operation and the beginning of another are dependent on whatever objects.
    bool any_object = false;

    bool of(const control::Footprint& a, const control::Footprint& b) const {
        return control::conflict(a, b) || (any_object && control::one_ends_other_begins(a, b));
    }
    bool of(const Accesses& a, const Accesses& b) const {
        for (const control::Footprint& x : a) {
            for (const control::Footprint& y : b) {
                if (of(x, y)) return true;
            }
        }
        return false;
    }
};

}  // namespace stagger::search
