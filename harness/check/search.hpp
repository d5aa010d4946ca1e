// SPDX-License-Identifier: Apache-2.0
//
// The search for a legal sequential order of operations that overlap in time: the algorithm of Wing
// and Gong ("Testing and verifying concurrent objects", 1993) with Lowe's memory of configurations
// ("Testing for linearizability", 2017). Serves linearizability, where an operation is a call, and
// strict serializability, where it is a block of calls. Bounded in time and memory.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "harness/check/models/model.hpp"

namespace stagger::check {

// When an operation may take effect: between the two positions, both included. kNone as the end:
// at any time after the beginning, or never.
struct Interval {
    std::uint32_t invoked = 0;
    std::uint32_t responded = history::kNone;
};

// What the operations do; `op` is an index into the intervals. As Model::step.
class Transitions {
public:
    virtual std::optional<State> step(State state, std::uint32_t op, unsigned alternative) = 0;
    // True once a state could not be stored: what step() said since means nothing.
    virtual bool exhausted() const = 0;
    // True of an operation that leaves every state as it is.
    virtual bool only_looks(std::uint32_t) const { return false; }

protected:
    ~Transitions() = default;
};

struct SearchLimits {
    std::size_t memory_bytes = 0;
    std::chrono::steady_clock::time_point deadline;
    // Effects tried; past them the outcome is OutOfTime.
    std::uint64_t steps = std::numeric_limits<std::uint64_t>::max();
    bool keep_longest = false;  // give the longest order found where there is no whole one
};

enum class SearchOutcome : std::uint8_t { Found, Impossible, OutOfMemory, OutOfTime };

struct SearchResult {
    SearchOutcome outcome = SearchOutcome::Found;
    // Impossible: an operation that had to be next in the longest order found, and could not be.
    std::uint32_t stuck = 0;
    std::size_t memory_bytes = 0;  // what the memory of configurations took
    // Found: a legal order of all that took effect. Else the longest, where that was asked for.
    std::vector<std::uint32_t> order;
};

SearchResult find_order(std::span<const Interval> intervals, State initial,
                        Transitions& transitions, const SearchLimits& limits);

}  // namespace stagger::check
