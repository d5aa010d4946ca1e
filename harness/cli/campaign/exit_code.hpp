// SPDX-License-Identifier: Apache-2.0
//
// What the program ends with, and how many outcomes become one. Used by every command; only main
// exits. Pure.
#pragma once

#include <vector>

#include "harness/engine/case_result.hpp"

namespace stagger::cli {

inline constexpr int kAsExpected = 0;
inline constexpr int kViolation = 1;     // or a known bug that was not found
inline constexpr int kInconclusive = 2;  // or no evidence, or interrupted, or a schedule misfits
inline constexpr int kBroken = 3;        // Stagger or a backend failed, or a result got lost
inline constexpr int kNothing = 4;       // nothing matched, or all skipped
inline constexpr int kUsage = 64;        // wrong usage or a bad spec

// The worse of two, in the order 64, 3, 1, 2, 4, 0.
int worse(int a, int b);

// Of all cases: what the worst one came to; 4 where none was run.
int exit_code_of(const std::vector<engine::CaseResult>&);

}  // namespace stagger::cli
