// SPDX-License-Identifier: Apache-2.0
//
// The course of one execution, read from its trace: the events in the order in which they took
// effect, each with all it touched and the question whose answer it was. Used by the exhaustive
// search, in the controller, between executions. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/control/footprint.hpp"
#include "harness/control/layout.hpp"

namespace stagger::search {

using Accesses = std::vector<control::Footprint>;

// Asked by `asker` (kNobody: at the start) at its `point`-th point, the `turn`-th there.
struct Asked {
    control::TaskIndex asker = control::kNobody;
    std::uint32_t point = 0;
    std::uint16_t turn = 0;
    control::ChoiceKind choice = control::ChoiceKind::Run;
    control::TaskMask candidates = 0;

    bool at_rest = false;  // that nobody goes on is an answer as well

    bool is_choice() const { return at_rest || (candidates & (candidates - 1)) != 0; }
    control::Decision answered(control::TaskIndex target) const;
};

struct Step {
    enum class Kind : std::uint8_t {
        Event,
        Attempt,  // would have had to wait: it changed nothing
        Wake,     // the event before woke `task`
    };
    Kind kind = Kind::Event;
    control::TaskIndex task = 0;
    Asked asked;
    Accesses accesses;
    std::uint32_t entry = 0;  // of the trace
    // The event that let the task go on, where no other could have: a step before, or kNothing.
    std::uint32_t enabler = 0;
    bool after_all = false;  // it could go on only because nobody else could
    // Its task let the others go first before it or after it: dependent with all.
    bool universal = false;
};

inline constexpr std::uint32_t kNothing = ~std::uint32_t{0};

struct Course {
    std::vector<Step> steps;
    // Asked at the very end, when nobody could go on: those whose waits might end unasked.
    std::optional<Asked> rest;
    std::uint32_t rest_entry = 0;
    bool complete = true;  // false: it is longer than the trace, or somebody outside decided
    // What bounds its worth, see Exploration::limits.
    bool yields = false, looks_at_time = false, opaque_steps = false, unasked_wakeups = false;
};

Course read_course(const control::Segment&);

}  // namespace stagger::search
