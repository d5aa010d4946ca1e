// SPDX-License-Identifier: Apache-2.0
//
// A barrier: the state is the term [tag, released, who was released and has not left, who arrived
// and waits]. An arrival has two effects: to arrive, and to leave once its group is complete. So no
// arrival of a group returns before the last of the group was invoked.
#include <algorithm>

#include "harness/check/models/model.hpp"

namespace stagger::check::model {

namespace {

constexpr std::uint32_t kBarrierTag = 1001;
using Tasks = std::vector<std::uint32_t>;

State make_state(Terms& terms, const Tasks& released, const Tasks& waiting) {
    std::vector<std::uint32_t> words{kBarrierTag, static_cast<std::uint32_t>(released.size())};
    words.insert(words.end(), released.begin(), released.end());
    words.insert(words.end(), waiting.begin(), waiting.end());
    return terms.intern(words);
}

State init(Surroundings around, const Value*) {
    return make_state(around.terms, {}, {});
}

std::optional<State> step(Surroundings around, State state, const Op& op, unsigned alternative) {
    const auto words = around.terms[state];
    if (alternative > 0 || words.size() < 2) return std::nullopt;
    const auto middle = words.begin() + 2 + words[1];
    Tasks released(words.begin() + 2, middle);
    Tasks waiting(middle, words.end());
    if (op.second) {
        const auto me = std::find(released.begin(), released.end(), op.task);
        if (me == released.end()) return std::nullopt;
        released.erase(me);
    } else {
        waiting.insert(std::upper_bound(waiting.begin(), waiting.end(), op.task), op.task);
    }
    if (waiting.size() >= around.object.capacity) {
        released.insert(released.end(), waiting.begin(), waiting.end());
        std::sort(released.begin(), released.end());
        waiting.clear();
    }
    return make_state(around.terms, released, waiting);
}

}  // namespace

const Model kBarrier = {ObjectType::Barrier, "arrive, and leave as a group of `capacity`", init,
                        step};

}  // namespace stagger::check::model
