// SPDX-License-Identifier: Apache-2.0
//
// A topic as one subscriber sees it: the state is the term [tag, subscribed, producer, value, ...]
// of what it is owed. What is published before it has subscribed is not for it. A topic that was
// too full for somebody to publish was perhaps full of another subscriber's values: that is
// believed.
#include "harness/check/models/model.hpp"

namespace stagger::check::model {

namespace {

// No value has this tag as its first word, so that a topic's state is never mistaken for one.
constexpr std::uint32_t kTopicTag = 1006;

struct Content {
    bool subscribed = false;
    Items items;
};

Content read_content(const Terms& terms, State state) {
    Content content;
    const auto words = terms[state];
    if (words.size() < 2) return content;
    content.subscribed = words[1] != 0;
    for (std::size_t i = 2; i + 1 < words.size(); i += 2)
        content.items.push_back({words[i], words[i + 1]});
    return content;
}

State make_state(Surroundings around, Content content) {
    normalise(content.items, around.object.contract.fifo_scope);
    std::vector<std::uint32_t> words{kTopicTag, content.subscribed ? 1u : 0u};
    for (const Item& item : content.items) {
        words.push_back(item.producer);
        words.push_back(item.value);
    }
    return around.terms.intern(words);
}

State init(Surroundings around, const Value*) {
    return make_state(around, {});
}

std::optional<State> publish(Surroundings around, State state, Content content, const Op& op) {
    if (!content.subscribed) return state;
    const std::uint64_t capacity = around.object.capacity;
    if (capacity != 0 && content.items.size() >= capacity) return std::nullopt;
    content.items.push_back({op.task, op.value});
    return make_state(around, std::move(content));
}

std::optional<State> step(Surroundings around, State state, const Op& op, unsigned alternative) {
    Content content = read_content(around.terms, state);
    const auto scope = around.object.contract.fifo_scope;
    if (op.operation == Operation::Receive && op.status == ResultStatus::Ok) {
        if (!take_item(content.items, op, scope, alternative)) return std::nullopt;
        return make_state(around, std::move(content));
    }
    if (alternative > 0) return std::nullopt;
    switch (op.operation) {
        case Operation::Subscribe:
            content.subscribed = true;
            return make_state(around, std::move(content));
        case Operation::Publish:
            if (op.status == ResultStatus::Ok)
                return publish(around, state, std::move(content), op);
            return around.object.capacity != 0 ? std::optional(state) : std::nullopt;
        case Operation::Receive:
            return content.items.empty() ? std::optional(state) : std::nullopt;
        case Operation::Snapshot:
            return shows(around.terms, content.items, op.result, scope) ? std::optional(state)
                                                                        : std::nullopt;
        default:
            return std::nullopt;
    }
}

}  // namespace

const Model kTopic = {ObjectType::Topic,
                      "publish, and receive what was published since the own subscribe", init,
                      step};

}  // namespace stagger::check::model
