// SPDX-License-Identifier: Apache-2.0
//
// Code coverage: what compilers insert into plugins, and libraries that these use, under
// -fsanitize-coverage. Calls (trace-pc, trace-pc-guard) go straight to the control segment.
// Counters (inline-8bit-counters) are memory of each process, gathered whenever the token leaves
// it. Private to the agent; costs nothing where nothing is instrumented.
#pragma once

namespace stagger::agent {

// What this process counted becomes features of the execution under way.
void gather_counters();

// What it counted so far was before the execution: processes are used again, and were forked.
void forget_counters();

}  // namespace stagger::agent
