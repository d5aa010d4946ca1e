// SPDX-License-Identifier: Apache-2.0
//
// What the parser and those who run a scenario must judge alike: which values fit where, what can
// be looked at in the end, and how a mistake is told that only shows when a case runs. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/spec/scenario.hpp"

namespace stagger::spec {

inline constexpr std::uint32_t kMaxDepth = 32;  // of a bug, for strategies that aim at one

// The longest time in a scenario; the virtual clock ends far behind.
inline constexpr double kMostSeconds = 1e9;
inline constexpr std::string_view kWantedTime = "a number of seconds from 0 to a thousand million";

// What a condition may give: true, false, or nil, which counts as false.
bool is_truth(const Value&);

// Whether the parent can read what an object of that type holds, for `final` and `observe`.
bool has_content(ObjectType);

// A mistake that shows only when a case runs: "7:23: this must be ...", and how a user sees it,
// with the file and the line as in a Diagnostic. The text crosses processes in between.
std::string placed(Position, std::string_view message);
std::string render_placed(const Scenario&, std::string_view placed);

// "this must be true or false, and gives 5", placed.
std::string misfit(const Expression&, std::string_view wanted, const Value& given);

}  // namespace stagger::spec
