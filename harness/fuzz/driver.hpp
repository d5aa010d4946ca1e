// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer's main loop, in a process that is given over to it: it has its own view of signals and
// ends by exit(). Called by a campaign's job process.
#pragma once

#include <cstdint>

#include "harness/fuzz/hooks.hpp"

namespace stagger::fuzz {

// Executes mutants of what was executed before, until `program` ends the process. Comes back only
// if libFuzzer cannot begin. The same seed gives the same mutants, as long as executions show the
// same. `depth`: mutants in a row that are made each from the one before it.
void run_libfuzzer(Fuzzed& program, std::uint32_t seed, std::uint32_t depth);

}  // namespace stagger::fuzz
