// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/check/reference.hpp"

#include <algorithm>

namespace stagger::reference {

using history::Call;
using history::Object;

namespace {

using Outcomes = std::vector<Outcome>;

Value::List items_of(const Value& value) {
    return value.list() ? *value.list() : Value::List();
}

Value pair(Value first, Value second) {
    Value::List list;
    list.push_back(std::move(first));
    list.push_back(std::move(second));
    return list;
}

Outcomes when(bool condition, Outcome outcome) {
    return condition ? Outcomes{std::move(outcome)} : Outcomes{};
}

Outcomes on_register(const Value& state, const Call& call) {
    switch (call.operation) {
        case Operation::Store:
            return {{call.value, {}, {}}};
        case Operation::Swap:
            return {{call.value, {}, state}};
        case Operation::Add:
            return {{Value(*state.integer() + *call.value.integer()), {}, state}};
        case Operation::Cas:
            return {{state == call.expected ? call.value : state, {}, state == call.expected}};
        default:
            return {{state, {}, state}};
    }
}

Outcomes on_list(const Value& state, const Call& call) {
    Value::List items = items_of(state);
    if (call.operation == Operation::Append) {
        items.push_back(call.value);
        return {{items, {}, {}}};
    }
    if (call.operation != Operation::Pop) return {{state, {}, items}};
    if (items.empty()) return {{state, ResultStatus::Empty, {}}};
    const Value last = items.back();
    items.pop_back();
    return {{items, {}, last}};
}

Outcomes on_map(const Value& state, const Call& call) {
    if (call.operation == Operation::Snapshot) return {{state, {}, state}};
    Value::Map map = *state.map();
    const Value held = map.contains(call.key) ? map.at(call.key) : Value();
    switch (call.operation) {
        case Operation::Get:
            return {{state, {}, held}};
        case Operation::Set:
            map[call.key] = call.value;
            return {{map, {}, {}}};
        case Operation::Erase:
            map.erase(call.key);
            return {{map, {}, !held.is_nil()}};
        default:
            break;
    }
    Outcomes result = on_list(held, call);
    for (Outcome& outcome : result) {
        if (!outcome.state.is_nil()) map[call.key] = outcome.state;
        outcome.state = map;
    }
    return result;
}

// A queue's state: [closed, [[producer, value], ...]].
Outcomes take(const Object& object, const Value::List& items) {
    Outcomes result;
    std::vector<Value> passed;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const Value producer = (*items[i].list())[0];
        const bool first = i == 0;
        const bool first_of_its_producer =
            std::find(passed.begin(), passed.end(), producer) == passed.end();
        passed.push_back(producer);
        const auto scope = object.contract.fifo_scope;
        if (scope == STAGGER_FIFO_GLOBAL && !first) continue;
        if (scope == STAGGER_FIFO_PER_PRODUCER && !first_of_its_producer) continue;
        Value::List rest = items;
        rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
        result.push_back({pair(false, rest), {}, (*items[i].list())[1]});
    }
    return result;
}

Outcomes on_queue(const Object& object, const Value& state, const Call& call) {
    const bool closed = *(*state.list())[0].boolean();
    Value::List items = items_of((*state.list())[1]);
    const bool full = object.capacity != 0 && items.size() >= object.capacity;
    switch (call.operation) {
        case Operation::Put:
            if (closed) return {{state, ResultStatus::Closed, {}}};
            if (full) return when(call.timed, {state, ResultStatus::Full, {}});
            items.push_back(pair(static_cast<int>(call.task), call.value));
            return {{pair(closed, items), {}, {}}};
        case Operation::Take: {
            if (items.empty() && closed) return {{state, ResultStatus::Closed, {}}};
            if (items.empty()) return when(call.timed, {state, ResultStatus::Empty, {}});
            Outcomes result = take(object, items);
            for (Outcome& outcome : result) (*outcome.state.list())[0] = closed;
            return result;
        }
        case Operation::Size:
            return {{state, {}, static_cast<int>(items.size())}};
        case Operation::Close:
            return {{pair(true, items), {}, {}}};
        default:
            break;
    }
    Value::List values;
    for (const Value& item : items) values.push_back((*item.list())[1]);
    return {{state, {}, values}};
}

// A mutex's state: its owner, -1 for none.
Outcomes on_mutex(const Value& state, const Call& call, unsigned part) {
    const int me = static_cast<int>(call.task);
    const bool mine = *state.integer() == me;
    const bool unlocks =
        call.operation == Operation::Unlock || (call.operation == Operation::Wait && part == 0);
    if (unlocks) return when(mine, {-1, {}, {}});
    if (*state.integer() == -1) return {{me, {}, {}}};
    return when(call.timed && call.operation == Operation::Lock,
                {state, ResultStatus::Timeout, {}});
}

Outcomes on_semaphore(const Value& state, const Call& call) {
    const int permits = static_cast<int>(*state.integer());
    if (call.operation == Operation::Release) return {{permits + 1, {}, {}}};
    if (call.operation == Operation::Snapshot) return {{state, {}, state}};
    if (permits > 0) return {{permits - 1, {}, {}}};
    return when(call.timed, {state, ResultStatus::Timeout, {}});
}

Outcomes on_event(const Value& state, const Call& call) {
    switch (call.operation) {
        case Operation::EventSet:
            return {{true, {}, {}}};
        case Operation::EventClear:
            return {{false, {}, {}}};
        case Operation::Snapshot:
            return {{state, {}, state}};
        default:
            break;
    }
    if (*state.boolean()) return {{state, {}, {}}};
    return when(call.timed, {state, ResultStatus::Timeout, {}});
}

// A read-write lock's state: [its writer, -1 for none; how often each reader holds it].
Outcomes on_rwlock(const Value& state, const Call& call) {
    const Value me(static_cast<int>(call.task));
    const Value none(-1);
    const Value writer = (*state.list())[0];
    Value::Map readers = *(*state.list())[1].map();
    switch (call.operation) {
        case Operation::RwUnlock:
            return when(writer == me, {pair(none, readers), {}, {}});
        case Operation::RwUnlockShared: {
            const auto mine = readers.find(me);
            if (mine == readers.end()) return {};
            const int held = static_cast<int>(*mine->second.integer());
            readers.erase(mine);
            if (held > 1) readers.emplace(me, held - 1);
            return {{pair(writer, readers), {}, {}}};
        }
        default:
            break;
    }
    // Those who wait are not in the state: a writer may keep a reader out while others read.
    Outcomes result = when(call.timed && !(writer == none && readers.empty()),
                           {state, ResultStatus::Timeout, {}});
    if (call.operation == Operation::RwLock) {
        if (writer == none && readers.empty()) result.push_back({pair(me, readers), {}, {}});
    } else if (writer == none) {
        const auto mine = readers.find(me);
        const int held = mine == readers.end() ? 0 : static_cast<int>(*mine->second.integer());
        readers[me] = held + 1;
        result.push_back({pair(writer, readers), {}, {}});
    }
    return result;
}

// A stream's state: [closed, its bytes].
Outcomes on_stream(const Value& state, const Call& call) {
    const bool closed = *(*state.list())[0].boolean();
    const std::string bytes = *(*state.list())[1].text();
    switch (call.operation) {
        case Operation::StreamWrite: {
            if (closed) return {{state, ResultStatus::Closed, {}}};
            const std::string& text = *call.value.text();
            return {{pair(false, bytes + text), {}, static_cast<int>(text.size())}};
        }
        case Operation::StreamRead: {
            if (bytes.empty() && closed) return {{state, ResultStatus::Closed, {}}};
            if (bytes.empty()) return when(call.timed, {state, ResultStatus::Empty, {}});
            Outcomes result;
            for (std::size_t size = 1; size <= bytes.size(); ++size)
                result.push_back({pair(closed, bytes.substr(size)), {}, bytes.substr(0, size)});
            return result;
        }
        case Operation::StreamClose:
            return {{pair(true, bytes), {}, {}}};
        default:
            return {{state, {}, bytes}};
    }
}

// An rpc's state: three maps, from callers to requests that wait, from servers to callers that they
// serve, from callers to replies.
Outcomes on_rpc(const Value& state, const Call& call, unsigned part) {
    const Value me(static_cast<int>(call.task));
    Value::Map waiting = *(*state.list())[0].map();
    Value::Map served = *(*state.list())[1].map();
    Value::Map replies = *(*state.list())[2].map();
    const auto outcome = [&](Value result) {
        return Outcome{Value::List{waiting, served, replies}, {}, std::move(result)};
    };
    if (call.operation == Operation::Call && part == 0) {
        waiting.emplace(me, call.value);
        return {outcome({})};
    }
    if (call.operation == Operation::Call) {
        const auto reply = replies.find(me);
        if (reply == replies.end()) return {};
        const Value result = reply->second;
        replies.erase(reply);
        return {outcome(result)};
    }
    if (call.operation == Operation::Reply) {
        const auto mine = served.find(me);
        if (mine == served.end()) return {};
        replies.emplace(mine->second, call.value);
        served.erase(mine);
        return {outcome({})};
    }
    Outcomes result;
    const Value::Map requests = waiting;
    for (const auto& [caller, value] : requests) {
        waiting.erase(caller);
        served[me] = caller;
        result.push_back(outcome(value));
        waiting = requests;
    }
    return result;
}

// A barrier's state: [those who wait, those who may go], both as sets: maps to true.
Outcomes on_barrier(const Object& object, const Value& state, const Call& call, unsigned part) {
    Value::Map waiting = *(*state.list())[0].map();
    Value::Map going = *(*state.list())[1].map();
    const Value me(static_cast<int>(call.task));
    if (part == 1) {
        if (going.erase(me) == 0) return {};
        return {{pair(waiting, going), {}, {}}};
    }
    waiting.emplace(me, true);
    if (waiting.size() == object.capacity) going.merge(waiting);
    return {{pair(waiting, going), {}, {}}};
}

}  // namespace

unsigned parts(const Object& object, const Call& call) {
    if (object.type == ObjectType::Barrier || call.operation == Operation::Call) return 2;
    return object.type == ObjectType::Mutex && call.operation == Operation::Wait ? 2 : 1;
}

Value initial_state(const Object& object) {
    switch (object.type) {
        case ObjectType::Mutex:
            return -1;
        case ObjectType::Barrier:
            return pair(Value::Map(), Value::Map());
        case ObjectType::RwLock:
            return pair(-1, Value::Map());
        case ObjectType::Stream:
            return pair(false, "");
        case ObjectType::Rpc:
            return Value::List{Value::Map(), Value::Map(), Value::Map()};
        case ObjectType::Queue: {
            Value::List items;
            for (const Value& value : items_of(object.initial)) items.push_back(pair(-1, value));
            return pair(false, items);
        }
        default:
            return object.initial;
    }
}

Outcomes outcomes(const Object& object, const Value& state, const Call& call, unsigned part) {
    switch (object.type) {
        case ObjectType::Register:
            return on_register(state, call);
        case ObjectType::List:
            return on_list(state, call);
        case ObjectType::Map:
            return on_map(state, call);
        case ObjectType::Queue:
            return on_queue(object, state, call);
        case ObjectType::Mutex:
            return on_mutex(state, call, part);
        case ObjectType::Semaphore:
            return on_semaphore(state, call);
        case ObjectType::Event:
            return on_event(state, call);
        case ObjectType::Barrier:
            return on_barrier(object, state, call, part);
        case ObjectType::RwLock:
            return on_rwlock(state, call);
        case ObjectType::Stream:
            return on_stream(state, call);
        case ObjectType::Rpc:
            return on_rpc(state, call, part);
        default:
            break;
    }
    return {{state, {}, {}}};
}

unsigned draw(std::mt19937& random, unsigned limit) {
    return static_cast<unsigned>(random() % limit);
}

}  // namespace stagger::reference
