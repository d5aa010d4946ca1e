// SPDX-License-Identifier: Apache-2.0
//
// A counter: the state is the term of its number. What an `add` returns is not looked at, since
// most logs repeat its argument there.
#include "harness/recorded/models/content.hpp"

namespace stagger::recorded {

namespace {

class Counter : public Model {
public:
    explicit Counter(const Setting& setting) : setting_(setting) {}

    State init() override {
        const bool given = setting_.initial && setting_.initial->integer();
        return check::integer_term(setting_.terms, given ? *setting_.initial->integer() : 0);
    }

    std::optional<State> step(State state, const Call& call, unsigned alternative) override {
        if (alternative > 0) return std::nullopt;
        const Term result = setting_.term_of[call.result];
        if (call.function == Function::Read)
            return !call.known || result == state ? std::optional(state) : std::nullopt;
        const Term sum = check::sum_term(setting_.terms, state, amount(call));
        if (sum == check::kNoTerm) return std::nullopt;
        if (!call.known || call.function == Function::Increment ||
            call.function == Function::Decrement)
            return sum;
        const Term returned = call.function == Function::Add ? state : sum;
        return result == returned ? std::optional<State>(sum) : std::nullopt;
    }

private:
    Term amount(const Call& call) {
        const Value& value = setting_.history.values[call.value];
        std::int64_t number = value.integer() ? *value.integer() : 1;
        // Unsigned, so that the least of all numbers has an opposite.
        if (call.function == Function::Decrement)
            number = static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(number));
        return check::integer_term(setting_.terms, number);
    }

    Setting setting_;
};

}  // namespace

std::unique_ptr<Model> create_counter(const Setting& setting) {
    return std::make_unique<Counter>(setting);
}

}  // namespace stagger::recorded
