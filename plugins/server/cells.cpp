// SPDX-License-Identifier: Apache-2.0
//
// The object types of the state machine that hold data.
#include <deque>
#include <map>
#include <utility>

#include <stagger/lists.hpp>

#include "plugins/server/cells.hpp"

namespace stagger::server {
namespace {

using plugin::Reply;
using Outcome = std::optional<Reply>;

std::string sum(std::string_view a, std::string_view b) {
    auto result = wire::add(a, b);
    if (!result) throw plugin::Failure("add needs two numbers");
    return *std::move(result);
}

class RegisterCell : public Cell {
public:
    explicit RegisterCell(std::string initial) : value_(std::move(initial)) {}

    Outcome attempt(Waiting& waiting) override {
        Request& request = waiting.request;
        switch (request.operation) {
            case STAGGER_LOAD:
                return Reply::of(value_);
            case STAGGER_STORE:
                return value_ = std::move(request.value), Reply();
            case STAGGER_SWAP:
                return Reply::of(std::exchange(value_, std::move(request.value)));
            case STAGGER_ADD:
                return Reply::of(std::exchange(value_, sum(value_, request.value)));
            case STAGGER_CAS: {
                const bool equal = value_ == request.expected;
                if (equal) value_ = std::move(request.value);
                return Reply::of(equal);
            }
            default:
                return Reply{STAGGER_UNSUPPORTED};
        }
    }
    std::string snapshot() const override { return value_; }

private:
    std::string value_;
};

class ListCell : public Cell {
public:
    explicit ListCell(const std::string& initial) {
        for (const std::string_view item : wire::items(initial)) items_.emplace_back(item);
    }

    Outcome attempt(Waiting& waiting) override {
        switch (waiting.request.operation) {
            case STAGGER_APPEND:
                return items_.push_back(std::move(waiting.request.value)), Reply();
            case STAGGER_READ:
                return Reply::of(snapshot());
            case STAGGER_POP:
                break;
            default:
                return Reply{STAGGER_UNSUPPORTED};
        }
        if (items_.empty()) return Reply{STAGGER_EMPTY};
        Reply reply = Reply::of(std::move(items_.back()));
        items_.pop_back();
        return reply;
    }
    std::string snapshot() const override { return wire::encode_list(items_); }

private:
    std::vector<std::string> items_;
};

class MapCell : public Cell {
public:
    explicit MapCell(const std::string& initial) {
        for (const auto& [key, value] : wire::pairs(initial)) entries_.emplace(key, value);
    }

    Outcome attempt(Waiting& waiting) override {
        const std::string& key = waiting.request.key;
        std::string& value = waiting.request.value;
        switch (waiting.request.operation) {
            case STAGGER_GET:
                return Reply::of(held(key, wire::encode_nil()));
            case STAGGER_SET:
                return entries_[key] = std::move(value), Reply();
            case STAGGER_ERASE:
                return Reply::of(entries_.erase(key) > 0);
            case STAGGER_READ:
                return Reply::of(list(key));
            case STAGGER_APPEND:
                return entries_[key] = plugin::appended(list(key), value), Reply();
            case STAGGER_POP:
                break;
            default:
                return Reply{STAGGER_UNSUPPORTED};
        }
        std::string rest = list(key);
        Reply reply = plugin::popped(rest);
        if (reply.status == STAGGER_OK) entries_[key] = std::move(rest);
        return reply;
    }
    std::string snapshot() const override { return wire::encode_map(entries_); }

private:
    std::string held(const std::string& key, std::string otherwise) const {
        const auto found = entries_.find(key);
        return found == entries_.end() ? std::move(otherwise) : found->second;
    }
    std::string list(const std::string& key) const {
        return plugin::list_in_map(held(key, plugin::neutral_value(STAGGER_LIST)));
    }

    std::map<std::string, std::string> entries_;
};

class QueueCell : public Cell {
public:
    QueueCell(const std::string& initial, std::uint64_t capacity) : capacity_(capacity) {
        for (const std::string_view item : wire::items(initial)) values_.emplace_back(item);
    }

    Outcome attempt(Waiting& waiting) override {
        switch (waiting.request.operation) {
            case STAGGER_PUT:
                return put(waiting.request.value);
            case STAGGER_TAKE:
                return take();
            case STAGGER_CLOSE:
                return closed_ = true, Reply();
            case STAGGER_SIZE:
                return Reply::of(wire::encode_integer(static_cast<std::int64_t>(values_.size())));
            default:
                return Reply{STAGGER_UNSUPPORTED};
        }
    }
    Outcome give_up(Waiting& waiting) override {
        return Reply{waiting.request.operation == STAGGER_PUT ? STAGGER_FULL : STAGGER_EMPTY};
    }
    std::string snapshot() const override { return wire::encode_list(values_); }

private:
    Outcome put(std::string& value) {
        if (closed_) return Reply{STAGGER_CLOSED};
        if (capacity_ != 0 && values_.size() >= capacity_) return std::nullopt;
        values_.push_back(std::move(value));
        return Reply();
    }
    Outcome take() {
        if (values_.empty()) return closed_ ? Outcome(Reply{STAGGER_CLOSED}) : std::nullopt;
        Reply reply = Reply::of(std::move(values_.front()));
        values_.pop_front();
        return reply;
    }

    const std::uint64_t capacity_;
    std::deque<std::string> values_;
    bool closed_ = false;
};

}  // namespace

std::unique_ptr<Cell> make_cell(const plugin::ObjectSpec& spec, const CellOptions& options) {
    switch (spec.type) {
        case STAGGER_REGISTER:
            return std::make_unique<RegisterCell>(spec.initial);
        case STAGGER_LIST:
            return std::make_unique<ListCell>(spec.initial);
        case STAGGER_MAP:
            return std::make_unique<MapCell>(spec.initial);
        case STAGGER_QUEUE:
            return std::make_unique<QueueCell>(spec.initial, spec.capacity);
        case STAGGER_STREAM:
        case STAGGER_TOPIC:
        case STAGGER_RPC:
            return make_channel_cell(spec, options);
        default:
            return make_synchronising_cell(spec);
    }
}

}  // namespace stagger::server
