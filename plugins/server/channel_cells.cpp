// SPDX-License-Identifier: Apache-2.0
//
// The object types of the state machine that carry messages, besides queues.
#include <algorithm>
#include <deque>
#include <map>
#include <vector>

#include <stagger/channels.hpp>

#include "plugins/server/cells.hpp"

namespace stagger::server {
namespace {

using plugin::Failure;
using plugin::Reply;
using Outcome = std::optional<Reply>;

// One writer after the other: what does not fit is written as readers make room, and nobody else's
// bytes come in between.
class StreamCell : public Cell {
public:
    explicit StreamCell(std::uint64_t capacity)
        : capacity_(capacity != 0 ? capacity : kStreamCapacity) {}

    Outcome attempt(Waiting& waiting) override {
        switch (waiting.request.operation) {
            case STAGGER_STREAM_WRITE:
                return write(waiting);
            case STAGGER_STREAM_READ:
                return read(plugin::Stream::most_of(waiting.request.value));
            case STAGGER_STREAM_CLOSE:
                return closed_ = true, Reply();
            default:
                return Reply{STAGGER_UNSUPPORTED};
        }
    }
    Outcome give_up(Waiting& waiting) override {
        if (waiting.request.operation == STAGGER_STREAM_READ) return Reply{STAGGER_EMPTY};
        forget(waiting);
        return written(STAGGER_FULL, waiting);
    }
    void forget(Waiting& waiting) override { std::erase(writers_, waiting.ticket); }
    std::string snapshot() const override { return wire::encode_text(bytes_); }

private:
    static Reply written(stagger_status status, const Waiting& waiting) {
        return {status, wire::encode_integer(static_cast<std::int64_t>(waiting.done))};
    }
    Outcome write(Waiting& waiting) {
        const std::string_view bytes = plugin::Stream::bytes_of(waiting.request.value);
        if (!waiting.arrived) {
            waiting.ticket = ++last_ticket_;
            writers_.push_back(waiting.ticket);
        }
        if (closed_) {
            forget(waiting);
            return written(STAGGER_CLOSED, waiting);
        }
        if (writers_.front() != waiting.ticket) return std::nullopt;
        const std::size_t room = capacity_ - std::min<std::size_t>(capacity_, bytes_.size());
        const std::string_view part = bytes.substr(waiting.done, room);
        bytes_.append(part);
        waiting.done += part.size();
        if (waiting.done < bytes.size()) return std::nullopt;
        forget(waiting);
        return written(STAGGER_OK, waiting);
    }
    Outcome read(std::size_t most) {
        if (bytes_.empty()) return closed_ ? Outcome(Reply{STAGGER_CLOSED}) : std::nullopt;
        Reply reply = Reply::of(wire::encode_text(bytes_.substr(0, most)));
        bytes_.erase(0, most);
        return reply;
    }

    const std::uint64_t capacity_;
    std::string bytes_;
    bool closed_ = false;
    std::vector<std::uint64_t> writers_;  // tickets, in the order in which they came
    std::uint64_t last_ticket_ = 0;
};

class TopicCell : public Cell {
public:
    TopicCell(std::uint64_t capacity, bool drop) : capacity_(capacity), drop_(drop) {}

    Outcome attempt(Waiting& waiting) override {
        switch (waiting.request.operation) {
            case STAGGER_PUBLISH:
                return publish(waiting.request.value);
            case STAGGER_SUBSCRIBE:
                return subscribers_[waiting.request.caller.task], Reply();
            case STAGGER_RECEIVE:
                return receive(waiting.request.caller.task);
            default:
                return Reply{STAGGER_UNSUPPORTED};
        }
    }
    Outcome give_up(Waiting& waiting) override {
        return Reply{waiting.request.operation == STAGGER_PUBLISH ? STAGGER_FULL : STAGGER_EMPTY};
    }
    std::string snapshot() const override {
        std::map<std::string, std::string> all;
        for (const auto& [task, subscriber] : subscribers_)
            all[wire::encode_integer(task)] = plugin::subscriber_snapshot(
                {subscriber.values.begin(), subscriber.values.end()}, subscriber.lost);
        return wire::encode_map(all);
    }

private:
    struct Subscriber {
        std::deque<std::string> values;
        std::int64_t lost = 0;
    };

    bool is_full(const Subscriber& subscriber) const {
        return capacity_ != 0 && subscriber.values.size() >= capacity_;
    }
    Outcome publish(const std::string& value) {
        const bool full = std::any_of(subscribers_.begin(), subscribers_.end(),
                                      [this](const auto& entry) { return is_full(entry.second); });
        if (full && !drop_) return std::nullopt;
        for (auto& [task, subscriber] : subscribers_) {
            if (is_full(subscriber))
                ++subscriber.lost;
            else
                subscriber.values.push_back(value);
        }
        return Reply();
    }
    Outcome receive(std::uint32_t task) {
        const auto found = subscribers_.find(task);
        if (found == subscribers_.end())
            throw Failure("receive from a topic that this task has not subscribed to");
        auto& values = found->second.values;
        if (values.empty()) return std::nullopt;
        Reply reply = Reply::of(std::move(values.front()));
        values.pop_front();
        return reply;
    }

    const std::uint64_t capacity_;
    const bool drop_;
    std::map<std::uint32_t, Subscriber> subscribers_;
};

// A call that came back without a reply is taken out, unless it may still be served.
class RpcCell : public Cell {
public:
    explicit RpcCell(bool withdraws) : withdraws_(withdraws) {}

    Outcome attempt(Waiting& waiting) override {
        switch (waiting.request.operation) {
            case STAGGER_CALL:
                return waiting.arrived ? come_back(waiting) : send(waiting);
            case STAGGER_SERVE:
                return serve(waiting.request.caller.task);
            case STAGGER_REPLY:
                return reply(waiting);
            default:
                return Reply{STAGGER_UNSUPPORTED};
        }
    }
    Outcome give_up(Waiting& waiting) override {
        if (waiting.request.operation == STAGGER_SERVE) return Reply{STAGGER_EMPTY};
        forget(waiting);
        return Reply{STAGGER_TIMEOUT};
    }
    void forget(Waiting& waiting) override {
        callers_.erase(waiting.ticket);
        if (withdraws_)
            std::erase_if(requests_,
                          [&](const Sent& request) { return request.call == waiting.ticket; });
    }
    std::string snapshot() const override {
        std::vector<std::string> values;
        for (const Sent& request : requests_) values.push_back(request.value);
        return wire::encode_list(values);
    }

private:
    struct Sent {
        std::uint64_t call;
        std::string value;
    };

    Outcome send(Waiting& waiting) {
        waiting.ticket = ++last_call_;
        callers_.emplace(waiting.ticket, std::nullopt);
        requests_.push_back({waiting.ticket, waiting.request.value});
        return std::nullopt;
    }
    Outcome come_back(Waiting& waiting) {
        auto& reply = callers_.at(waiting.ticket);
        if (!reply) return std::nullopt;
        Reply answer = Reply::of(*std::move(reply));
        callers_.erase(waiting.ticket);
        return answer;
    }
    Outcome serve(std::uint32_t server) {
        if (requests_.empty()) return std::nullopt;
        served_[server] = requests_.front().call;
        Reply request = Reply::of(std::move(requests_.front().value));
        requests_.pop_front();
        return request;
    }
    Outcome reply(Waiting& waiting) {
        const auto mine = served_.find(waiting.request.caller.task);
        if (mine == served_.end()) throw Failure("reply without a request that this task serves");
        const auto caller = callers_.find(mine->second);
        if (caller != callers_.end() && !caller->second)
            caller->second = std::move(waiting.request.value);
        served_.erase(mine);
        return Reply();
    }

    const bool withdraws_;
    std::deque<Sent> requests_;
    std::map<std::uint64_t, std::optional<std::string>> callers_;  // by call: its reply
    std::map<std::uint32_t, std::uint64_t> served_;                // by server: the call
    std::uint64_t last_call_ = 0;
};

}  // namespace

std::unique_ptr<Cell> make_channel_cell(const plugin::ObjectSpec& spec,
                                        const CellOptions& options) {
    switch (spec.type) {
        case STAGGER_STREAM:
            return std::make_unique<StreamCell>(spec.capacity);
        case STAGGER_TOPIC:
            return std::make_unique<TopicCell>(spec.capacity, options.drop);
        case STAGGER_RPC:
            return std::make_unique<RpcCell>(options.executions == STAGGER_EXACTLY_ONCE);
        default:
            throw Failure("an object of an unknown type");
    }
}

}  // namespace stagger::server
