// SPDX-License-Identifier: Apache-2.0
//
// A stream. Where the contract says `framed`, a read gives what one write wrote, and the state is
// that of a queue. Else it is bytes: the state is the term [tag, closed, written value, from,
// until,
// ...] of what is left of each write, and a read gives any beginning of it. What fits into a stream
// of the kernel's is not exactly its capacity, so that a write which found no room is believed.
#include <algorithm>

#include "harness/check/models/model.hpp"

namespace stagger::check::model {

namespace {

// No value has these tags as its first word, so that a stream's state is never mistaken for one.
constexpr std::uint32_t kBytesTag = 1004;
constexpr std::uint32_t kFramesTag = 1005;

// What is left of one write.
struct Segment {
    Term value;
    std::uint32_t from, until;
};

struct Content {
    bool closed = false;
    std::vector<Segment> segments;

    std::uint64_t size() const {
        std::uint64_t bytes = 0;
        for (const Segment& segment : segments) bytes += segment.until - segment.from;
        return bytes;
    }
};

Content read_content(const Terms& terms, State state) {
    Content content;
    const auto words = terms[state];
    if (words.size() < 2) return content;
    content.closed = words[1] != 0;
    for (std::size_t i = 2; i + 2 < words.size(); i += 3)
        content.segments.push_back({words[i], words[i + 1], words[i + 2]});
    return content;
}

State make_state(Surroundings around, const Content& content) {
    std::vector<std::uint32_t> words{around.object.contract.framed ? kFramesTag : kBytesTag,
                                     content.closed ? 1u : 0u};
    for (const Segment& segment : content.segments)
        words.insert(words.end(), {segment.value, segment.from, segment.until});
    return around.terms.intern(words);
}

State init(Surroundings around, const Value*) {
    return make_state(around, {});
}

// All of a write went in, or as much as its result says. Of one that was cut off nobody knows how
// much: the alternatives are all of it, and then each beginning.
std::optional<State> write(Surroundings around, Content content, const Op& op,
                           unsigned alternative) {
    const std::uint64_t size = text_of(around.terms, op.value).size();
    std::uint64_t written = size;
    if (!op.known) {
        if (alternative > 0 && (around.object.contract.framed || alternative >= size))
            return std::nullopt;
        written = size - alternative;
    } else {
        const auto count = integer_of(around.terms, op.result);
        if (alternative > 0 || content.closed || !count || *count < 0) return std::nullopt;
        written = static_cast<std::uint64_t>(*count);
        const bool all = written == size;
        if (all != (op.status == ResultStatus::Ok) || written > size) return std::nullopt;
        if (!all && around.object.contract.framed && written > 0) return std::nullopt;
    }
    if (content.closed) return std::nullopt;
    if (written > 0) content.segments.push_back({op.value, 0, static_cast<std::uint32_t>(written)});
    return make_state(around, content);
}

// Takes `bytes` out of the content's beginning.
void drop(Content& content, std::uint64_t bytes) {
    while (bytes > 0) {
        Segment& first = content.segments.front();
        const std::uint64_t part = std::min<std::uint64_t>(bytes, first.until - first.from);
        first.from += static_cast<std::uint32_t>(part);
        bytes -= part;
        if (first.from == first.until) content.segments.erase(content.segments.begin());
    }
}

bool begins_with(const Terms& terms, const Content& content, std::string_view bytes) {
    for (const Segment& segment : content.segments) {
        const std::string_view held =
            text_of(terms, segment.value).substr(segment.from, segment.until - segment.from);
        const std::size_t part = std::min(held.size(), bytes.size());
        if (held.substr(0, part) != bytes.substr(0, part)) return false;
        bytes.remove_prefix(part);
    }
    return bytes.empty();
}

std::optional<State> read(Surroundings around, Content content, const Op& op,
                          unsigned alternative) {
    if (around.object.contract.framed) {
        if (alternative > 0 || content.segments.empty()) return std::nullopt;
        if (op.known && content.segments.front().value != op.result) return std::nullopt;
        content.segments.erase(content.segments.begin());
        return make_state(around, content);
    }
    if (!op.known) {
        if (alternative >= content.size()) return std::nullopt;
        drop(content, content.size() - alternative);
        return make_state(around, content);
    }
    const std::string_view bytes = text_of(around.terms, op.result);
    if (alternative > 0 || bytes.empty() || !begins_with(around.terms, content, bytes))
        return std::nullopt;
    drop(content, bytes.size());
    return make_state(around, content);
}

bool is_snapshot(Surroundings around, const Content& content, Term result) {
    if (!around.object.contract.framed)
        return text_of(around.terms, result).size() == content.size() &&
               begins_with(around.terms, content, text_of(around.terms, result));
    Items items;
    for (const Segment& segment : content.segments) items.push_back({0, segment.value});
    return shows(around.terms, items, result, STAGGER_FIFO_GLOBAL);
}

// Operations that leave the stream as it is: is this what it looks like in `state`?
bool is_seen(Surroundings around, const Content& content, const Op& op) {
    const bool reads = op.operation == Operation::StreamRead;
    switch (op.status) {
        case ResultStatus::Empty:
            return reads && content.segments.empty() && !content.closed;
        case ResultStatus::Closed:
            return content.closed && (!reads || content.segments.empty());
        case ResultStatus::Ok:
            return op.operation == Operation::Snapshot &&
                   (!op.known || is_snapshot(around, content, op.result));
        default:
            return false;
    }
}

std::optional<State> step(Surroundings around, State state, const Op& op, unsigned alternative) {
    Content content = read_content(around.terms, state);
    const bool went_in = op.status == ResultStatus::Ok ||
                         (op.status == ResultStatus::Full && around.object.capacity != 0);
    if (op.operation == Operation::StreamWrite && went_in)
        return write(around, std::move(content), op, alternative);
    if (op.operation == Operation::StreamRead && op.status == ResultStatus::Ok)
        return read(around, std::move(content), op, alternative);
    if (alternative > 0) return std::nullopt;
    if (op.operation == Operation::StreamClose && op.status == ResultStatus::Ok) {
        content.closed = true;
        return make_state(around, content);
    }
    return is_seen(around, content, op) ? std::optional(state) : std::nullopt;
}

}  // namespace

const Model kStream = {ObjectType::Stream, "write, read and close of bytes, or of frames", init,
                       step};

}  // namespace stagger::check::model
