// SPDX-License-Identifier: Apache-2.0
//
// A register: the state is its value.
#include "harness/check/models/model.hpp"

namespace stagger::check::model {

namespace {

State init(Surroundings around, const Value*) {
    return value_term(around.terms, around.object.initial);
}

std::optional<State> step(Surroundings around, State state, const Op& op, unsigned alternative) {
    if (alternative > 0 || op.status != ResultStatus::Ok) return std::nullopt;
    const bool returned_state = !op.known || op.result == state;
    switch (op.operation) {
        case Operation::Load:
        case Operation::Snapshot:
            return returned_state ? std::optional(state) : std::nullopt;
        case Operation::Store:
            return op.value;
        case Operation::Swap:
            return returned_state ? std::optional(op.value) : std::nullopt;
        case Operation::Add: {
            const Term sum = sum_term(around.terms, state, op.value);
            return returned_state && sum != kNoTerm ? std::optional(sum) : std::nullopt;
        }
        case Operation::Cas: {
            const bool swapped = state == op.expected;
            if (op.known && op.result != value_term(around.terms, Value(swapped)))
                return std::nullopt;
            return swapped ? op.value : state;
        }
        default:
            return std::nullopt;
    }
}

}  // namespace

const Model kRegister = {ObjectType::Register, "load, store, swap, add and cas of one value", init,
                         step};

}  // namespace stagger::check::model
