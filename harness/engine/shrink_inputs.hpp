// SPDX-License-Identifier: Apache-2.0
//
// Leaving out an input's decision makes it the least. Where that shows nothing, a value nearer to
// the least may do, and be what a person would have written. Used when findings are minimised.
#pragma once

#include <vector>

#include "harness/engine/runner.hpp"
#include "harness/minimize/minimize.hpp"

namespace stagger::engine {

// Makes each input among the decisions as small as it gets while they still show it. Requires:
// still_shows(decisions).
void shrink_inputs(Runner&, std::vector<control::Decision>& decisions,
                   const minimize::StillShows& still_shows);

}  // namespace stagger::engine
