// SPDX-License-Identifier: Apache-2.0
//
// A list: the state is its value, of which append and pop change the last item.
#include "harness/check/models/model.hpp"

namespace stagger::check::model {

namespace {

State init(Surroundings around, const Value*) {
    if (!around.object.initial.list()) return empty_list(around.terms);
    return value_term(around.terms, around.object.initial);
}

std::optional<State> step(Surroundings around, State state, const Op& op, unsigned alternative) {
    if (alternative > 0) return std::nullopt;
    return step_list(around.terms, state, op);
}

std::optional<State> pop(const Terms& terms, State state, const Op& op) {
    if (op.status == ResultStatus::Empty)
        return is_empty_list(terms, state) ? std::optional(state) : std::nullopt;
    if (op.status != ResultStatus::Ok || is_empty_list(terms, state)) return std::nullopt;
    const ListParts parts = list_parts(terms, state);
    if (op.known && op.result != parts.last) return std::nullopt;
    return parts.front;
}

}  // namespace

std::optional<State> step_list(Terms& terms, State state, const Op& op) {
    if (!is_list(terms, state)) return std::nullopt;
    switch (op.operation) {
        case Operation::Pop:
            return pop(terms, state, op);
        case Operation::Append:
            if (op.status != ResultStatus::Ok) return std::nullopt;
            return list_term(terms, state, op.value);
        case Operation::Read:
        case Operation::Snapshot:
            if (op.status != ResultStatus::Ok) return std::nullopt;
            return !op.known || op.result == state ? std::optional(state) : std::nullopt;
        default:
            return std::nullopt;
    }
}

const Model kList = {ObjectType::List, "append, pop (the last) and read of one list", init, step};

}  // namespace stagger::check::model
