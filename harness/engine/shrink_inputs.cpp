// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/shrink_inputs.hpp"

#include <algorithm>

namespace stagger::engine {
namespace {

// The answers that the last execution gave; those that had no room are left as they are.
std::vector<control::Draw> last_draws(Runner& runner) {
    const control::Inputs& inputs = runner.pool().segment().inputs;
    return {inputs.draws, inputs.draws + inputs.count};
}

}  // namespace

void shrink_inputs(Runner& runner, std::vector<control::Decision>& decisions,
                   const minimize::StillShows& still_shows) {
    if (!still_shows(decisions)) return;
    const std::vector<control::Draw> draws = last_draws(runner);
    for (std::size_t i = 0; i < decisions.size(); ++i) {
        if (decisions[i].choice != control::ChoiceKind::Input) continue;
        const auto draw = std::find_if(draws.begin(), draws.end(), [&](const control::Draw& d) {
            return d.task == decisions[i].task && d.number == decisions[i].point;
        });
        if (draw == draws.end() || decisions[i].value <= draw->least) continue;
        const auto shows = [&](std::uint64_t offset) {
            std::vector<control::Decision> candidate = decisions;
            candidate[i].value = draw->least + static_cast<std::int64_t>(offset);
            return still_shows(candidate);
        };
        const auto offset = static_cast<std::uint64_t>(decisions[i].value - draw->least);
        decisions[i].value =
            draw->least + static_cast<std::int64_t>(minimize::minimize_offset(offset, shows));
    }
}

}  // namespace stagger::engine
