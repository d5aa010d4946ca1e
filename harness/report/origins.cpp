// SPDX-License-Identifier: Apache-2.0
#include "harness/report/origins.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace stagger::report {
namespace {

using history::Call;
using history::History;
using history::kNone;

// What an operation does to what others may see later.
enum class Part : std::uint8_t { None, Reads, Sends, Takes, LetsGo, GoesOn, Meets };

Part part_of(Operation operation) {
    switch (operation) {
        case Operation::Load:
        case Operation::Get:
        case Operation::Swap:
        case Operation::Add:
        case Operation::Cas:
        case Operation::Snapshot:
            return Part::Reads;
        case Operation::Put:
        case Operation::Append:
        case Operation::Publish:
        case Operation::StreamWrite:
        case Operation::Reply:
            return Part::Sends;
        case Operation::Take:
        case Operation::Pop:
        case Operation::Receive:
        case Operation::StreamRead:
        case Operation::Serve:
        case Operation::Call:
            return Part::Takes;
        case Operation::Unlock:
        case Operation::RwUnlock:
        case Operation::RwUnlockShared:
        case Operation::Release:
        case Operation::EventSet:
        case Operation::Notify:
        case Operation::NotifyAll:
            return Part::LetsGo;
        case Operation::Lock:
        case Operation::RwLock:
        case Operation::RwLockShared:
        case Operation::Acquire:
        case Operation::EventWait:
        case Operation::Wait:
            return Part::GoesOn;
        case Operation::Arrive:
            return Part::Meets;
        default:
            return Part::None;
    }
}

bool came_back(const Call& call) {
    return call.responded != kNone && call.status == ResultStatus::Ok;
}

bool is_true(const Value& value) {
    return value.boolean() != nullptr && *value.boolean();
}

// The value that the call left in a register, or at a key of a map; nothing where it wrote none.
std::optional<Value> written(const Call& call) {
    switch (call.operation) {
        case Operation::Store:
        case Operation::Set:
        case Operation::Swap:
            return call.value;
        case Operation::Erase:
            return Value();
        case Operation::Cas:
            return call.responded == kNone || is_true(call.result) ? std::optional(call.value)
                                                                   : std::nullopt;
        case Operation::Add: {
            const auto* before = call.result.integer();
            const auto* more = call.value.integer();
            if (before == nullptr || more == nullptr) return std::nullopt;
            return Value(static_cast<std::int64_t>(static_cast<std::uint64_t>(*before) +
                                                   static_cast<std::uint64_t>(*more)));
        }
        default:
            return std::nullopt;
    }
}

// The value that the call saw there.
std::optional<Value> read_by(const Call& call) {
    if (call.operation != Operation::Cas) return call.result;
    return is_true(call.result) ? std::optional(call.expected) : std::nullopt;
}

// What is known of an object, or of one key of it, at some moment.
struct Place {
    std::uint32_t last_written = kNone;  // the write that came back last
    std::uint32_t last_let_go = kNone;   // of those that began
    std::uint32_t last_arrived = kNone;
    std::set<std::uint32_t> writing;  // under way
    std::set<std::uint32_t> reading;  // under way, and no write beside them so far
    struct Writers {
        std::size_t count = 0;
        std::uint32_t only = kNone;
    };
    std::map<Value, Writers> writers;                  // by what they wrote
    std::map<Value, std::vector<std::uint32_t>> sent;  // by the message
    // How many of those were taken; of a topic by each task.
    std::map<std::pair<Value, std::uint32_t>, std::size_t> taken;
};

// Goes through a history in its order.
class Sweep {
public:
    explicit Sweep(const History& history) : history_(history), origins_(history.calls.size()) {}

    std::vector<Origin> run() {
        struct Moment {
            std::uint32_t position, call;
            bool begins;
        };
        std::vector<Moment> moments;
        for (std::uint32_t i = 0; i < history_.calls.size(); ++i) {
            moments.push_back({history_.calls[i].invoked, i, true});
            if (history_.calls[i].responded != kNone)
                moments.push_back({history_.calls[i].responded, i, false});
        }
        std::stable_sort(moments.begin(), moments.end(),
                         [](const Moment& a, const Moment& b) { return a.position < b.position; });
        for (const Moment& moment : moments) moment.begins ? begin(moment.call) : end(moment.call);
        return std::move(origins_);
    }

private:
    Place& place_of(const Call& call) { return places_[{call.object, call.key}]; }

    void begin(std::uint32_t index) {
        const Call& call = history_.calls[index];
        Place& place = place_of(call);
        const Part part = part_of(call.operation);
        if (const auto value = written(call)) {
            Place::Writers& writers = place.writers[*value];
            ++writers.count;
            writers.only = index;
            place.writing.insert(index);
            place.reading.clear();
        }
        if (part == Part::Reads && place.writing.size() == (place.writing.count(index) ? 1 : 0))
            place.reading.insert(index);
        if (part == Part::Sends || call.operation == Operation::Call)
            place.sent[call.value].push_back(index);
        if (part == Part::LetsGo) place.last_let_go = index;
        if (part == Part::Meets) place.last_arrived = index;
    }

    void end(std::uint32_t index) {
        const Call& call = history_.calls[index];
        Place& place = place_of(call);
        if (came_back(call)) origins_[index] = origin_of(index, place);
        place.reading.erase(index);
        if (place.writing.erase(index) > 0) place.last_written = index;
    }

    Origin origin_of(std::uint32_t index, Place& place) {
        const Call& call = history_.calls[index];
        switch (part_of(call.operation)) {
            case Part::Reads:
                return read_from(index, place);
            case Part::Takes:
                return taken_from(call, place);
            case Part::GoesOn:
                return let_go_by(place.last_let_go, call.operation == Operation::Wait, call);
            case Part::Meets:
                return place.last_arrived == index ? Origin{}
                                                   : Origin{Link::Order, place.last_arrived};
            default:
                return {};
        }
    }

    // The only write of that value; or, of several, what a sound object would have given.
    Origin read_from(std::uint32_t index, const Place& place) const {
        const Call& reader = history_.calls[index];
        const std::optional<Value> value = read_by(reader);
        if (!value || reader.object >= history_.objects.size()) return {};
        const history::Object& object = history_.objects[reader.object];
        const bool initial = object.type == ObjectType::Register && object.initial == *value;
        const auto found = place.writers.find(*value);
        Place::Writers writers = found == place.writers.end() ? Place::Writers{} : found->second;
        if (writers.only == index) --writers.count;  // a swap for the same value
        if (initial && writers.count == 0) return {Link::Initial, kNone};
        if (!initial && writers.count == 1 && writers.only != index)
            return {Link::Value, writers.only};
        if (place.reading.count(index) == 0) return {};
        if (place.last_written == kNone) return initial ? Origin{Link::Initial, kNone} : Origin{};
        const bool sound = *written(history_.calls[place.last_written]) == *value;
        return sound ? Origin{Link::Value, place.last_written} : Origin{};
    }

    // The first that was not taken yet; the last where all were. Each subscriber of a topic gets
    // its own copy.
    Origin taken_from(const Call& taker, Place& place) const {
        const auto sent = place.sent.find(taker.result);
        if (sent == place.sent.end()) return {};
        const bool serves = taker.operation == Operation::Serve;
        const std::uint32_t whose =
            taker.operation == Operation::Receive ? taker.task : kNone - (serves ? 1 : 0);
        std::size_t& taken = place.taken[{taker.result, whose}];
        std::uint32_t found = kNone;
        for (std::size_t i = std::min(taken, sent->second.size() - 1); i < sent->second.size();
             ++i) {
            const Call& sender = history_.calls[sent->second[i]];
            const bool is_call = sender.operation == Operation::Call;
            if (is_call != serves) continue;
            if (taker.operation == Operation::Call && sender.invoked < taker.invoked) continue;
            found = sent->second[i];
            taken = i + 1;
            break;
        }
        return found == kNone ? Origin{} : Origin{Link::Message, found};
    }

    // `after`: a notify that nobody waited for yet lets nobody go on.
    Origin let_go_by(std::uint32_t other, bool after, const Call& call) const {
        if (other == kNone) return {};
        if (after && history_.calls[other].invoked < call.invoked) return {};
        return {Link::Order, other};
    }

    const History& history_;
    std::vector<Origin> origins_;
    std::map<std::pair<std::uint32_t, Value>, Place> places_;
};

}  // namespace

std::vector<Origin> origins_of(const History& history) {
    return Sweep(history).run();
}

}  // namespace stagger::report
