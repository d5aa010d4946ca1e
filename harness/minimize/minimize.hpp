// SPDX-License-Identifier: Apache-2.0
//
// Makes a list of decisions as short as it gets while it still shows what it showed: delta
// debugging (Zeller, Hildebrandt: "Simplifying and Isolating Failure-Inducing Input", TSE 2002).
// A pure algorithm; the engine says what a try is. Below the engine, which uses it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "harness/control/layout.hpp"

namespace stagger::minimize {

using Decisions = std::vector<control::Decision>;
// Does this schedule still show it? Must be deterministic.
using StillShows = std::function<bool(const Decisions&)>;

// 1-minimal: no single decision can be left out. At most `most_tries` calls of `still_shows`;
// past them the best so far. Requires: still_shows(decisions).
Decisions minimize(Decisions decisions, const StillShows& still_shows, std::size_t most_tries);

// The smallest offset below `offset` at which `shows` still holds, if from there on it always does;
// by bisection. Requires: shows(offset), and not shows(0).
std::uint64_t minimize_offset(std::uint64_t offset,
                              const std::function<bool(std::uint64_t)>& shows);

}  // namespace stagger::minimize
