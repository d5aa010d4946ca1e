// SPDX-License-Identifier: Apache-2.0
//
// A sequential model of an object type: what a single caller would see. A struct of pure functions
// in the style of Porcupine (https://github.com/anishathalye/porcupine); used by the searches for
// a legal order. A state is one word: a small number, or a Term. Equality and hash come for free.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "harness/check/terms.hpp"
#include "harness/history/history.hpp"

namespace stagger::check {

using State = std::uint32_t;

// One atomic effect of a call. Most calls have one; a condition's wait has two on its mutex, and an
// arrival at a barrier two: to arrive, and to be let go.
struct Op {
    Operation operation = Operation::Load;
    bool second = false;         // the second effect of its call
    bool death = false;          // of its task: no call, but what it does to a lock
    bool deaths_unseen = false;  // the history does not say who died
    bool known = true;  // false: what it returned is unknown, and whether it took effect, too
    ResultStatus status = ResultStatus::Ok;
    std::uint32_t task = 0;
    std::uint32_t call = 0;  // index into History::calls
    std::uint32_t invoked = 0;
    std::uint32_t responded = history::kNone;  // kNone: it may take effect at any time, or never
    Term value = 0, expected = 0, result = 0;
};

// What a step may look at besides state and operation.
struct Surroundings {
    Terms& terms;
    const history::Object& object;
};

struct Model {
    ObjectType type;
    std::string_view summary;
    // `key`: the part of a map that is judged; null for all other types.
    State (*init)(Surroundings around, const Value* key);
    // The state after `op`, or none if the operation cannot return what it did in this state. Where
    // several outcomes are possible, `alternative` counts them from 0; none ends the enumeration.
    std::optional<State> (*step)(Surroundings around, State state, const Op& op,
                                 unsigned alternative);
};

// Requires: the type has one; see find_model.
const Model& model_of(ObjectType type);
// Null where there is nothing to judge: what an actor does is its own affair.
const Model* find_model(ObjectType type);

// Whether calls of this operation can change what others see.
bool writes(Operation operation);

namespace model {
extern const Model kRegister, kList, kMap, kQueue, kMutex, kSemaphore, kEvent, kCondition, kBarrier,
    kRwLock, kStream, kTopic, kRpc;
// A step of a list held in `state`; also of a list inside a map, where nil is a list not yet there.
std::optional<State> step_list(Terms& terms, State state, const Op& op);

// One value on its way, and who sent it. What a take of a queue or topic may get next.
struct Item {
    std::uint32_t producer;
    Term value;
    auto operator<=>(const Item&) const = default;
};
using Items = std::vector<Item>;
// In the order of sending; without a scope, order is no content: then they are kept sorted.
void normalise(Items& items, stagger_fifo_scope scope);
bool may_be_next(const Items& items, std::size_t index, stagger_fifo_scope scope);
// Takes what `op` returned out of the items, in the way number `alternative`; false: there is none.
bool take_item(Items& items, const Op& op, stagger_fifo_scope scope, unsigned alternative);
// Whether the list `seen` shows these items: in order, or for a weaker scope the same values.
bool shows(const Terms& terms, const Items& items, Term seen, stagger_fifo_scope scope);
}  // namespace model

}  // namespace stagger::check
