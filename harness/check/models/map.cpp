// SPDX-License-Identifier: Apache-2.0
//
// A map, judged key by key: the state is the value at one key, nil where there is none. That is
// sound because keys are independent objects (locality: Herlihy & Wing 1990).
#include "harness/check/models/model.hpp"

namespace stagger::check::model {

namespace {

State init(Surroundings around, const Value* key) {
    const Value::Map* map = around.object.initial.map();
    if (!map || !key) return nil_term(around.terms);
    const auto found = map->find(*key);
    return found == map->end() ? nil_term(around.terms) : value_term(around.terms, found->second);
}

// Where no list is yet, append makes one, pop finds it empty, and read gives nil or an empty one.
std::optional<State> step_list_inside(Terms& terms, State state, const Op& op) {
    const bool absent = state == nil_term(terms);
    if (absent && op.operation == Operation::Read && op.known && op.result == state) return state;
    const State list = absent ? empty_list(terms) : state;
    const auto after = step_list(terms, list, op);
    return after && *after == list ? std::optional(state) : after;
}

std::optional<State> step(Surroundings around, State state, const Op& op, unsigned alternative) {
    if (alternative > 0) return std::nullopt;
    Terms& terms = around.terms;
    const bool returned_state = !op.known || op.result == state;
    switch (op.operation) {
        case Operation::Append:
        case Operation::Pop:
        case Operation::Read:
            return step_list_inside(terms, state, op);
        default:
            break;
    }
    if (op.status != ResultStatus::Ok) return std::nullopt;
    switch (op.operation) {
        case Operation::Get:
        case Operation::Snapshot:
            return returned_state ? std::optional(state) : std::nullopt;
        case Operation::Set:
            return op.value;
        case Operation::Erase: {
            const bool was_there = state != nil_term(terms);
            if (op.known && op.result != value_term(terms, Value(was_there))) return std::nullopt;
            return nil_term(terms);
        }
        default:
            return std::nullopt;
    }
}

}  // namespace

const Model kMap = {ObjectType::Map,
                    "get, set and erase of one key, and append, pop and read of a list at it", init,
                    step};

}  // namespace stagger::check::model
