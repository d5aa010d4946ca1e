// SPDX-License-Identifier: Apache-2.0
//
// A queue: the state is the term [closed, producer, value, producer, value, ...] in order of puts.
// The contract's FIFO scope says which of the values a take may return: the first, the first of any
// producer, or any. Without a scope, order is no content: the items are kept sorted.
#include "harness/check/models/model.hpp"

namespace stagger::check::model {

namespace {

struct Content {
    bool closed = false;
    Items items;
};

// No value has this tag as its first word, so that a queue's state is never mistaken for one.
constexpr std::uint32_t kQueueTag = 1000;

Content read_content(const Terms& terms, State state) {
    Content content;
    const auto words = terms[state];
    if (words.size() < 2) return content;
    content.closed = words[1] != 0;
    for (std::size_t i = 2; i + 1 < words.size(); i += 2)
        content.items.push_back({words[i], words[i + 1]});
    return content;
}

State make_state(Surroundings around, Content content) {
    normalise(content.items, around.object.contract.fifo_scope);
    std::vector<std::uint32_t> words{kQueueTag, content.closed ? 1u : 0u};
    for (const Item& item : content.items) {
        words.push_back(item.producer);
        words.push_back(item.value);
    }
    return around.terms.intern(words);
}

State init(Surroundings around, const Value*) {
    Content content;
    if (const Value::List* list = around.object.initial.list())
        for (const Value& value : *list)
            content.items.push_back({history::kNone, value_term(around.terms, value)});
    return make_state(around, std::move(content));
}

std::optional<State> take(Surroundings around, State state, const Op& op, unsigned alternative) {
    Content content = read_content(around.terms, state);
    if (!take_item(content.items, op, around.object.contract.fifo_scope, alternative))
        return std::nullopt;
    return make_state(around, std::move(content));
}

std::optional<State> put(Surroundings around, State state, const Op& op) {
    Content content = read_content(around.terms, state);
    const std::uint64_t capacity = around.object.capacity;
    if (content.closed || (capacity != 0 && content.items.size() >= capacity)) return std::nullopt;
    content.items.push_back({op.task, op.value});
    return make_state(around, std::move(content));
}

// Operations that leave the queue as it is: is this what it looks like in `state`?
bool is_seen(Surroundings around, State state, const Op& op) {
    const Content content = read_content(around.terms, state);
    const std::uint64_t capacity = around.object.capacity;
    switch (op.status) {
        case ResultStatus::Full:
        case ResultStatus::Empty:
        case ResultStatus::Timeout:
            if (op.operation == Operation::Take) return content.items.empty() && !content.closed;
            return op.operation == Operation::Put && capacity != 0 &&
                   content.items.size() >= capacity;
        case ResultStatus::Closed:
            return content.closed && (op.operation != Operation::Take || content.items.empty());
        case ResultStatus::Ok:
            break;
        default:
            return false;
    }
    if (!op.known) return true;
    if (op.operation == Operation::Snapshot)
        return shows(around.terms, content.items, op.result, around.object.contract.fifo_scope);
    const auto size = static_cast<std::int64_t>(content.items.size());
    return op.operation == Operation::Size && op.result == integer_term(around.terms, size);
}

std::optional<State> close(Surroundings around, State state) {
    Content content = read_content(around.terms, state);
    content.closed = true;
    return make_state(around, std::move(content));
}

std::optional<State> step(Surroundings around, State state, const Op& op, unsigned alternative) {
    if (op.status == ResultStatus::Ok && op.operation == Operation::Take)
        return take(around, state, op, alternative);
    if (alternative > 0) return std::nullopt;
    if (op.status == ResultStatus::Ok) {
        if (op.operation == Operation::Put) return put(around, state, op);
        if (op.operation == Operation::Close) return close(around, state);
    }
    return is_seen(around, state, op) ? std::optional(state) : std::nullopt;
}

}  // namespace

const Model kQueue = {ObjectType::Queue,
                      "put, take, size and close, in the FIFO scope that the contract declares",
                      init, step};

}  // namespace stagger::check::model
