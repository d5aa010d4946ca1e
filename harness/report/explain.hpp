// SPDX-License-Identifier: Apache-2.0
//
// The delays that matter: a minimised schedule in the words a person would use, such as "hold
// worker[1] at `store n` until worker[0] has done `store n`". A schedule says who ran on where; the
// history says what happened meanwhile, and the two together say what the delay was for. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/history/history.hpp"
#include "harness/schedule/schedule.hpp"

namespace stagger::report {

// One sentence per decision, in their order; none for the calm schedule. `critical_calls` is sorted
// and decides which of the things that happened during a delay is named.
std::vector<std::string> delays_that_matter(const schedule::Schedule&, const history::History&,
                                            const std::vector<std::uint32_t>& critical_calls);

}  // namespace stagger::report
