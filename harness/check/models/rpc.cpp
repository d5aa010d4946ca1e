// SPDX-License-Identifier: Apache-2.0
//
// Remote procedure calls: the state is the term [tag, calls under way, waiting requests, those
// being served, replies], each a count and pairs of words: call and 0, call and value, server and
// call, call and value. By call, as a caller that starts again has nothing to do with what became
// of the call that it died in.
// A call has two effects: to send its request, and to come back, with the reply to it or because
// its time was up. Requests are served in any order. A server that takes another request gives up
// the one before.
#include <algorithm>

#include "harness/check/models/model.hpp"

namespace stagger::check::model {

namespace {

// No value has this tag as its first word, so that a state is never mistaken for one.
constexpr std::uint32_t kRpcTag = 1007;
constexpr std::uint32_t kGone = history::kNone;  // a call that nobody waits in any more

struct Pair {
    std::uint32_t whose;  // the call that it belongs to; of what is being served: the server
    std::uint32_t what;   // a value; of what is being served: the call
    auto operator<=>(const Pair&) const = default;
};
using Pairs = std::vector<Pair>;

struct Content {
    Pairs called, waiting, served, replies;
};

Pairs read_pairs(std::span<const std::uint32_t>& words) {
    Pairs pairs;
    if (words.empty()) return pairs;
    const std::size_t count = words[0];
    for (std::size_t i = 0; i < count && 2 * i + 2 < words.size(); ++i)
        pairs.push_back({words[2 * i + 1], words[2 * i + 2]});
    words = words.subspan(2 * pairs.size() + 1);
    return pairs;
}

Content read_content(const Terms& terms, State state) {
    auto words = terms[state].subspan(1);
    Content content;
    content.called = read_pairs(words);
    content.waiting = read_pairs(words);
    content.served = read_pairs(words);
    content.replies = read_pairs(words);
    return content;
}

State make_state(Surroundings around, Content& content) {
    std::vector<std::uint32_t> words{kRpcTag};
    for (Pairs* pairs : {&content.called, &content.waiting, &content.served, &content.replies}) {
        std::sort(pairs->begin(), pairs->end());
        words.push_back(static_cast<std::uint32_t>(pairs->size()));
        for (const Pair& pair : *pairs) words.insert(words.end(), {pair.whose, pair.what});
    }
    return around.terms.intern(words);
}

State init(Surroundings around, const Value*) {
    Content content;
    return make_state(around, content);
}

Pairs::iterator of(Pairs& pairs, std::uint32_t whose) {
    return std::find_if(pairs.begin(), pairs.end(),
                        [whose](const Pair& pair) { return pair.whose == whose; });
}

bool come_back(Content& content, const Op& op) {
    const auto call = of(content.called, op.call);
    if (call == content.called.end()) return false;
    content.called.erase(call);
    const auto reply = of(content.replies, op.call);
    if (op.status == ResultStatus::Ok) {
        if (reply == content.replies.end() || reply->what != op.result) return false;
        content.replies.erase(reply);
        return true;
    }
    // Its time was up before it was replied to: the request is withdrawn, or served for nobody.
    if (reply != content.replies.end()) return false;
    if (const auto request = of(content.waiting, op.call); request != content.waiting.end())
        content.waiting.erase(request);
    for (Pair& pair : content.served)
        if (pair.what == op.call) pair.what = kGone;
    return true;
}

void serve_for(Content& content, std::uint32_t server, std::uint32_t call) {
    std::erase_if(content.served, [server](const Pair& pair) { return pair.whose == server; });
    content.served.push_back({server, call});
}

std::optional<State> serve(Surroundings around, Content content, const Op& op,
                           unsigned alternative) {
    for (std::size_t i = 0; i < content.waiting.size(); ++i) {
        const Pair request = content.waiting[i];
        if (op.known && request.what != op.result) continue;
        if (alternative-- > 0) continue;
        content.waiting.erase(content.waiting.begin() + static_cast<std::ptrdiff_t>(i));
        serve_for(content, op.task, request.whose);
        return make_state(around, content);
    }
    return std::nullopt;
}

bool reply(Content& content, const Op& op) {
    const auto mine = of(content.served, op.task);
    if (mine == content.served.end()) return false;
    if (mine->what != kGone) content.replies.push_back({mine->what, op.value});
    content.served.erase(mine);
    return true;
}

bool is_snapshot(const Terms& terms, const Content& content, Term result) {
    Items items;
    for (const Pair& request : content.waiting) items.push_back({0, request.what});
    return shows(terms, items, result, STAGGER_FIFO_NONE);
}

bool apply(Surroundings around, Content& content, const Op& op) {
    switch (op.operation) {
        case Operation::Call:
            if (op.second) return come_back(content, op);
            content.called.push_back({op.call, 0});
            content.waiting.push_back({op.call, op.value});
            return true;
        case Operation::Serve:
            return op.status == ResultStatus::Empty && content.waiting.empty();
        case Operation::Reply:
            return op.status == ResultStatus::Ok && reply(content, op);
        case Operation::Snapshot:
            return is_snapshot(around.terms, content, op.result);
        default:
            return false;
    }
}

std::optional<State> step(Surroundings around, State state, const Op& op, unsigned alternative) {
    Content content = read_content(around.terms, state);
    if (op.operation == Operation::Serve && op.status == ResultStatus::Ok)
        return serve(around, std::move(content), op, alternative);
    if (alternative > 0 || !apply(around, content, op)) return std::nullopt;
    return make_state(around, content);
}

}  // namespace

const Model kRpc = {ObjectType::Rpc, "each call comes back with the reply to its own request", init,
                    step};

}  // namespace stagger::check::model
