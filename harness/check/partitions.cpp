// SPDX-License-Identifier: Apache-2.0
//
// From recorded calls to the atomic effects that a model understands.
#include <algorithm>
#include <map>
#include <set>

#include "harness/check/context.hpp"
#include "harness/check/stuck.hpp"

namespace stagger::check {

namespace {

using history::Call;
using history::Contract;
using history::kNone;

// It came back, but what it asked for may still happen: a request on its way to a server, say.
bool is_cut_off(const Call& call, const Contract& contract) {
    if (!contract.cut_off_may_apply) return false;
    if (call.status == ResultStatus::Timeout) return true;
    return call.timed && (call.status == ResultStatus::Full || call.status == ResultStatus::Empty);
}

bool outcome_is_unknown(const Call& call, const Contract& contract) {
    return call.responded == kNone || call.status == ResultStatus::Error ||
           is_cut_off(call, contract);
}

// Waiting operations and those that may find nothing answer so by a status that their model knows.
// From any other operation, a refusal means that nothing happened.
bool status_has_meaning(Operation operation, ResultStatus status) {
    if (status == ResultStatus::Ok) return true;
    switch (operation) {
        case Operation::Lock:
        case Operation::RwLock:
            return status != ResultStatus::Closed;
        case Operation::Acquire:
        case Operation::EventWait:
        case Operation::RwLockShared:
            return status == ResultStatus::Timeout;
        case Operation::Pop:
            return status == ResultStatus::Empty;
        case Operation::Put:
        case Operation::Take:
        case Operation::Close:
        case Operation::StreamWrite:
        case Operation::StreamRead:
        case Operation::Publish:
        case Operation::Receive:
        case Operation::Serve:
            return true;
        case Operation::Call:
            return status == ResultStatus::Timeout;
        default:
            return false;
    }
}

class Translator {
public:
    Translator(Context& context, std::uint32_t object)
        : context_(context), object_(context.history.objects[object]) {}

    void translate(std::uint32_t index, std::vector<Op>& out) {
        const Call& call = context_.history.calls[index];
        if (call.status == ResultStatus::Unsupported && call.responded != kNone) return;
        Op op = basic(index, call);
        if (call.operation == Operation::Wait) return wait_on_mutex(call, op, out);
        if (call.operation == Operation::Snapshot && !snapshot_says_something(call)) return;
        if (!op.known && !writes(op.operation)) return;
        if (op.known && !status_has_meaning(op.operation, op.status)) return;
        out.push_back(op);
        const bool has_two =
            call.operation == Operation::Arrive || call.operation == Operation::Call;
        if (!has_two || !op.known) return;
        op.second = true;
        out.push_back(op);
    }

private:
    Op basic(std::uint32_t index, const Call& call) {
        Op op;
        op.operation = call.operation;
        op.known = !outcome_is_unknown(call, object_.contract);
        op.status = op.known ? call.status : ResultStatus::Ok;
        op.task = call.task;
        op.call = index;
        op.invoked = call.invoked;
        op.responded = op.known ? call.responded : kNone;
        const auto arguments = info(call.operation).arguments;
        if (arguments & kValue) op.value = value_term(context_.terms, call.value);
        if (arguments & kExpected) op.expected = value_term(context_.terms, call.expected);
        if (op.known && info(call.operation).gives_result)
            op.result = value_term(context_.terms, call.result);
        return op;
    }

    // To wait on a condition gives up the mutex and takes it again, whatever the wait came to.
    static void wait_on_mutex(const Call& call, Op op, std::vector<Op>& out) {
        const bool unknown = call.responded == kNone || call.status == ResultStatus::Error;
        op.known = !unknown;
        op.responded = unknown ? kNone : call.responded;
        op.status = ResultStatus::Ok;
        out.push_back(op);
        op.second = true;
        const bool owner_died = !unknown && call.status == ResultStatus::OwnerDead;
        op.status = owner_died ? ResultStatus::OwnerDead : ResultStatus::Ok;
        out.push_back(op);
    }

    bool snapshot_says_something(const Call& call) const {
        if (call.responded == kNone || call.status != ResultStatus::Ok) return false;
        switch (object_.type) {
            case ObjectType::Mutex:
            case ObjectType::Condition:
            case ObjectType::Barrier:
            case ObjectType::RwLock:
                return false;
            case ObjectType::Map:
            case ObjectType::Topic:
                return call.result.map() != nullptr;
            default:
                return true;
        }
    }

    Context& context_;
    const history::Object& object_;
};

// What a task took of a semaphore and did not give back may come back when it dies (semop(2),
// SEM_UNDO), or never.
void give_back_permits(const Context& context, std::uint32_t object, const Death& death, Op op,
                       std::vector<Op>& ops) {
    int held = 0;
    for (const std::uint32_t index : context.calls_on(object)) {
        const Call& call = context.history.calls[index];
        if (call.task != death.task || call.invoked > death.position) continue;
        const bool certain = call.responded != kNone && call.status == ResultStatus::Ok;
        if (call.operation == Operation::Acquire && certain) ++held;
        if (call.operation == Operation::Release) --held;
    }
    op.operation = Operation::Release;
    op.known = false;
    for (; held > 0; --held) ops.push_back(op);
}

// Deaths are events of locks, too, in order of their beginning like all others.
void add_deaths(const Context& context, std::uint32_t object, std::vector<Op>& ops) {
    const ObjectType type = context.history.objects[object].type;
    const bool is_lock = type == ObjectType::Mutex || type == ObjectType::RwLock;
    if (!is_lock && type != ObjectType::Semaphore) return;
    const std::vector<Death> dead = deaths(context.history);
    for (Op& op : ops) op.deaths_unseen = context.history.strikes.empty();
    for (const Death& death : dead) {
        Op op;
        op.operation = Operation::Unlock;
        op.task = death.task;
        op.call = death.call != kNone ? death.call : 0;
        op.invoked = death.position;
        if (type == ObjectType::Semaphore) {
            give_back_permits(context, object, death, op, ops);
            continue;
        }
        op.death = true;
        op.responded = death.position;
        ops.push_back(op);
    }
    if (!dead.empty()) {
        std::stable_sort(ops.begin(), ops.end(),
                         [](const Op& a, const Op& b) { return a.invoked < b.invoked; });
    }
}

Partition whole(Context& context, std::uint32_t object) {
    Partition partition;
    partition.object = object;
    partition.initial =
        model_of(context.history.objects[object].type).init(context.around(object), nullptr);
    Translator translator(context, object);
    partition.ops.reserve(context.calls_on(object).size());
    for (std::uint32_t call : context.calls_on(object)) translator.translate(call, partition.ops);
    add_deaths(context, object, partition.ops);
    return partition;
}

struct ByContent {
    bool operator()(const Value* a, const Value* b) const { return *a < *b; }
};
using ByKey = std::map<const Value*, Partition, ByContent>;

void add_keys_of(const Value& map, ByKey& partitions) {
    if (!map.map()) return;
    for (const auto& [key, value] : *map.map()) partitions[&key];
}

// The keys in use: those of calls, and once there is a snapshot those that it or the initial value
// has.
ByKey keys_in_use(const Context& context, std::uint32_t object) {
    ByKey partitions;
    for (std::uint32_t index : context.calls_on(object)) {
        const Call& call = context.history.calls[index];
        if (call.operation != Operation::Snapshot) {
            partitions[&call.key];
            continue;
        }
        add_keys_of(call.result, partitions);
        add_keys_of(context.history.objects[object].initial, partitions);
    }
    return partitions;
}

// A snapshot of a map reads each key.
void add_snapshot(Context& context, const Call& call, const Op& op, ByKey& partitions) {
    for (auto& [key, partition] : partitions) {
        Op part = op;
        const auto found = call.result.map()->find(*key);
        part.result = found == call.result.map()->end() ? nil_term(context.terms)
                                                        : value_term(context.terms, found->second);
        partition.ops.push_back(part);
    }
}

std::vector<Partition> by_key(Context& context, std::uint32_t object) {
    ByKey partitions = keys_in_use(context, object);
    Translator translator(context, object);
    std::vector<Op> ops;
    for (std::uint32_t index : context.calls_on(object)) {
        const Call& call = context.history.calls[index];
        ops.clear();
        translator.translate(index, ops);
        if (ops.empty()) continue;
        if (call.operation == Operation::Snapshot)
            add_snapshot(context, call, ops.front(), partitions);
        else
            partitions[&call.key].ops.push_back(ops.front());
    }
    std::vector<Partition> result;
    for (auto& [key, partition] : partitions) {
        partition.object = object;
        partition.key = key;
        partition.initial = model_of(ObjectType::Map).init(context.around(object), key);
        result.push_back(std::move(partition));
    }
    return result;
}

// What the topic itself says of a subscriber at the end: { held = [...], lost = 1 }.
const Value* field(const Value& snapshot, std::uint32_t task, const char* name) {
    const auto subscriber = snapshot.map()->find(Value(std::int64_t{task}));
    if (subscriber == snapshot.map()->end() || !subscriber->second.map()) return nullptr;
    const auto found = subscriber->second.map()->find(Value(name));
    return found == subscriber->second.map()->end() ? nullptr : &found->second;
}

bool concerns(const Call& call, std::uint32_t subscriber) {
    const bool own = call.operation == Operation::Subscribe || call.operation == Operation::Receive;
    return !own || call.task == subscriber;
}

Partition of_subscriber(Context& context, std::uint32_t object, std::uint32_t subscriber) {
    Partition partition;
    partition.object = object;
    partition.subscriber = subscriber;
    partition.initial = model_of(ObjectType::Topic).init(context.around(object), nullptr);
    Translator translator(context, object);
    for (std::uint32_t index : context.calls_on(object)) {
        const Call& call = context.history.calls[index];
        if (!concerns(call, subscriber)) continue;
        const std::size_t before = partition.ops.size();
        translator.translate(index, partition.ops);
        if (call.operation != Operation::Snapshot || partition.ops.size() == before) continue;
        const Value* held = field(call.result, subscriber, "held");
        const Value* lost = field(call.result, subscriber, "lost");
        partition.ops.back().result =
            held ? value_term(context.terms, *held) : empty_list(context.terms);
        if (lost && lost->integer()) partition.reported_lost = *lost->integer();
    }
    return partition;
}

std::vector<Partition> by_subscriber(Context& context, std::uint32_t object) {
    std::set<std::uint32_t> subscribers;
    for (std::uint32_t index : context.calls_on(object)) {
        const Call& call = context.history.calls[index];
        if (call.operation == Operation::Subscribe || call.operation == Operation::Receive)
            subscribers.insert(call.task);
    }
    std::vector<Partition> result;
    for (std::uint32_t subscriber : subscribers)
        result.push_back(of_subscriber(context, object, subscriber));
    return result;
}

}  // namespace

std::vector<Partition> partitions(Context& context, std::uint32_t object) {
    const ObjectType type = context.history.objects[object].type;
    if (find_model(type) == nullptr) return {};
    switch (type) {
        case ObjectType::Condition:
            return {};
        case ObjectType::Map:
            return by_key(context, object);
        case ObjectType::Topic:
            return by_subscriber(context, object);
        default:
            break;
    }
    std::vector<Partition> result;
    result.push_back(whole(context, object));
    return result;
}

}  // namespace stagger::check
