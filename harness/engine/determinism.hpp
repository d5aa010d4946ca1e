// SPDX-License-Identifier: Apache-2.0
//
// Every now and then an execution is run again by its decisions, and must give the same history. If
// not, something outside of Stagger's control decides, and no verdict can be trusted. Used by every
// kind of campaign in controlled mode, between executions.
#pragma once

#include <bit>
#include <cstdint>

#include "harness/engine/runner.hpp"

namespace stagger::engine {

inline constexpr std::uint64_t kDeterminismStride = 64;

// Whether the execution of that number, from 0, is one of those. More of the first ones are,
// since many a campaign is short.
constexpr bool is_repeated(std::uint64_t index) {
    const bool early = index < kDeterminismStride && std::has_single_bit(index);
    return early || index % kDeterminismStride == kDeterminismStride - 1;
}

// Repeats the runner's last execution, number `index`; fails, in words for the user, if it is not
// the same. One with more decisions than a schedule can hold is left alone.
Status repeat_last(Runner&, spec::Lifetime, std::uint64_t index);

}  // namespace stagger::engine
