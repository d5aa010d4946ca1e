// SPDX-License-Identifier: Apache-2.0
#include "harness/control/draw.hpp"

#include <algorithm>
#include <iterator>

#include "harness/control/decider.hpp"
#include "harness/control/free.hpp"

namespace stagger::control {
namespace {

// Of a larger range the ends are as good as all the rest together, as bugs go.
constexpr std::uint64_t kSmallRange = 16;

// An offset below `range`, which belongs to that seed, task and number.
std::uint64_t offset_from_seed(std::uint64_t seed, TaskIndex task, std::uint32_t number,
                               std::uint64_t range) {
    const std::uint64_t draw = mix(mix(mix(seed, 0xA4A7), task), number);
    const std::uint64_t uniform = mix(draw, 1);
    if (range <= kSmallRange) return uniform % range;
    switch (draw % 4) {
        case 0: {
            const std::uint64_t ends[] = {0, 1, range - 2, range - 1};
            return ends[uniform % std::size(ends)];
        }
        case 1:
            return (uniform >> (mix(draw, 2) % 64)) % range;  // all magnitudes alike
        default:
            return uniform % range;
    }
}

const Decision* planned_for(const Plan& plan, TaskIndex task, std::uint32_t number) {
    const Decision* end = plan.inputs + std::min(plan.input_count, kMaxDecisions);
    const Decision* at =
        std::partition_point(plan.inputs, end, [task, number](const Decision& input) {
            return input.task != task ? input.task < task : input.point < number;
        });
    const bool found = at != end && at->task == task && at->point == number;
    return found ? at : nullptr;
}

std::int64_t choose(Segment& segment, const Draw& asked) {
    const Plan& plan = segment.plan;
    const auto range = static_cast<std::uint64_t>(asked.most - asked.least) + 1;
    if (const Decision* planned = planned_for(plan, asked.task, asked.number)) {
        if (plan.inputs_wrap) {
            const auto offset = static_cast<std::uint64_t>(planned->value) % range;
            return asked.least + static_cast<std::int64_t>(offset);
        }
        if (planned->value >= asked.least && planned->value <= asked.most) return planned->value;
        note_misfit(segment.execution, *planned);
        return asked.least;
    }
    if (!plan.draws_inputs) return asked.least;
    const std::uint64_t offset = offset_from_seed(plan.seed, asked.task, asked.number, range);
    return asked.least + static_cast<std::int64_t>(offset);
}

}  // namespace

std::int64_t draw_input(Segment& segment, TaskIndex self, std::uint32_t site, std::int64_t least,
                        std::int64_t most) {
    const FreeLock lock(segment);
    Inputs& inputs = segment.inputs;
    Draw draw{self, ++inputs.asked[self], site, 0, least, most, least};
    draw.value = choose(segment, draw);
    if (inputs.count < kMaxDraws) inputs.draws[inputs.count++] = draw;
    if (draw.value != least) {
        log_decision(segment, Decision{self, kNobody, draw.number, 0, ChoiceKind::Input,
                                       Call::Invoke, 0, site, draw.value});
    }
    return draw.value;
}

void forget_inputs(Inputs& inputs) {
    std::fill(std::begin(inputs.asked), std::end(inputs.asked), 0);
    inputs.count = 0;
}

}  // namespace stagger::control
