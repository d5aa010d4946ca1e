// SPDX-License-Identifier: Apache-2.0
//
// Draws small scenarios from a seed: two or three tasks with few steps each, over what a backend
// has to offer. Small enough to try all their executions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace stagger::testing {

// The text of a spec with one case, on that backend. The same seed gives the same text.
std::string small_scenario(const std::string& backend, std::uint64_t seed);

// Two tasks that make a few calls on names of files, on the tests' own backend `names`.
std::string scenario_of_names(std::uint64_t seed);

// Calls by their numbers, of two tasks; `there`: what is there from the beginning, by bits.
std::string scenario_of_names(const std::vector<int>& first, const std::vector<int>& second,
                              int there);

}  // namespace stagger::testing
