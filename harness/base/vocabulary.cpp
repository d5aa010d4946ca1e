// SPDX-License-Identifier: Apache-2.0
#include "harness/base/vocabulary.hpp"

#include <array>

#include "harness/base/check.hpp"

namespace stagger {

namespace {

constexpr std::array<std::string_view, STAGGER_TYPE_COUNT> kTypeNames = {
    "register",  "list",    "map",    "queue",  "mutex", "semaphore", "event",
    "condition", "barrier", "rwlock", "stream", "topic", "rpc",       "actor"};

constexpr std::array<std::string_view, STAGGER_STATUS_COUNT> kStatusNames = {
    "ok", "timeout", "empty", "full", "closed", "owner-dead", "unsupported", "error"};

// In the order of the ABI's numbers, so that info() is an index.
constexpr std::array<OperationInfo, STAGGER_OPERATION_COUNT> kOperations = {{
    {Operation::Load, ObjectType::Register, "load", kNoArguments, true},
    {Operation::Store, ObjectType::Register, "store", kValue, false},
    {Operation::Swap, ObjectType::Register, "swap", kValue, true},
    {Operation::Add, ObjectType::Register, "add", kValue, true},
    {Operation::Cas, ObjectType::Register, "cas", kExpected | kValue, true},
    {Operation::Append, ObjectType::List, "append", kValue, false},
    {Operation::Pop, ObjectType::List, "pop", kNoArguments, true},
    {Operation::Read, ObjectType::List, "read", kNoArguments, true},
    {Operation::Get, ObjectType::Map, "get", kKey, true},
    {Operation::Set, ObjectType::Map, "set", kKey | kValue, false},
    {Operation::Erase, ObjectType::Map, "erase", kKey, true},
    {Operation::Put, ObjectType::Queue, "put", kValue | kTimeout, false},
    {Operation::Take, ObjectType::Queue, "take", kTimeout, true},
    {Operation::Size, ObjectType::Queue, "size", kNoArguments, true},
    {Operation::Close, ObjectType::Queue, "close", kNoArguments, false},
    {Operation::Lock, ObjectType::Mutex, "lock", kTimeout, false},
    {Operation::Unlock, ObjectType::Mutex, "unlock", kNoArguments, false},
    {Operation::Acquire, ObjectType::Semaphore, "acquire", kTimeout, false},
    {Operation::Release, ObjectType::Semaphore, "release", kNoArguments, false},
    {Operation::EventSet, ObjectType::Event, "set", kNoArguments, false},
    {Operation::EventClear, ObjectType::Event, "clear", kNoArguments, false},
    {Operation::EventWait, ObjectType::Event, "wait", kTimeout, false},
    {Operation::Wait, ObjectType::Condition, "wait", kWith | kTimeout, false},
    {Operation::Notify, ObjectType::Condition, "notify", kNoArguments, false},
    {Operation::NotifyAll, ObjectType::Condition, "notify_all", kNoArguments, false},
    {Operation::Arrive, ObjectType::Barrier, "arrive", kTimeout, false},
    {Operation::Snapshot, ObjectType::Register, "snapshot", kNoArguments, true},
    {Operation::RwLock, ObjectType::RwLock, "lock", kTimeout, false},
    {Operation::RwUnlock, ObjectType::RwLock, "unlock", kNoArguments, false},
    {Operation::RwLockShared, ObjectType::RwLock, "lock_shared", kTimeout, false},
    {Operation::RwUnlockShared, ObjectType::RwLock, "unlock_shared", kNoArguments, false},
    {Operation::StreamWrite, ObjectType::Stream, "write", kValue | kBytes | kTimeout, true},
    {Operation::StreamRead, ObjectType::Stream, "read", kBytes | kTimeout, true},
    {Operation::StreamClose, ObjectType::Stream, "close", kNoArguments, false},
    {Operation::Publish, ObjectType::Topic, "publish", kValue | kTimeout, false},
    {Operation::Subscribe, ObjectType::Topic, "subscribe", kNoArguments, false},
    {Operation::Receive, ObjectType::Topic, "receive", kTimeout, true},
    {Operation::Call, ObjectType::Rpc, "call", kValue | kTimeout, true},
    {Operation::Serve, ObjectType::Rpc, "serve", kTimeout, true},
    {Operation::Reply, ObjectType::Rpc, "reply", kValue, false},
    {Operation::Run, ObjectType::Actor, "actor", kValue | kTimeout, true},
}};

// Those that steps can name: all but the parent's final look.
constexpr auto without_snapshot() {
    std::array<OperationInfo, STAGGER_OPERATION_COUNT - 1> named{};
    std::size_t at = 0;
    for (const OperationInfo& operation : kOperations)
        if (operation.operation != Operation::Snapshot) named[at++] = operation;
    return named;
}
constexpr auto kNamed = without_snapshot();

constexpr bool operations_stand_at_their_numbers() {
    for (std::size_t i = 0; i < kOperations.size(); ++i)
        if (static_cast<std::size_t>(kOperations[i].operation) != i) return false;
    return true;
}
static_assert(operations_stand_at_their_numbers());

const OperationInfo* find_in_type(ObjectType type, std::string_view key) {
    for (const OperationInfo& operation : kNamed)
        if (operation.type == type && operation.key == key) return &operation;
    return nullptr;
}

}  // namespace

std::span<const OperationInfo> all_operations() {
    return kNamed;
}

const OperationInfo& info(Operation operation) {
    const auto number = static_cast<std::size_t>(operation);
    STAGGER_CHECK(number < kOperations.size());
    if (number == STAGGER_SNAPSHOT) return kOperations[number];
    return kNamed[number < STAGGER_SNAPSHOT ? number : number - 1];
}

const OperationInfo* find_operation(ObjectType type, std::string_view key) {
    const OperationInfo* found = find_in_type(type, key);
    if (!found && type == ObjectType::Map) found = find_in_type(ObjectType::List, key);
    return found;
}

std::string_view name(ObjectType type) {
    const auto number = static_cast<std::size_t>(type);
    STAGGER_CHECK(number < kTypeNames.size());
    return kTypeNames[number];
}

std::string_view name(Operation operation) {
    return info(operation).key;
}

std::string_view name(ResultStatus status) {
    const auto number = static_cast<std::size_t>(status);
    STAGGER_CHECK(number < kStatusNames.size());
    return kStatusNames[number];
}

std::optional<ObjectType> object_type(std::string_view name) {
    for (std::size_t i = 0; i < kTypeNames.size(); ++i)
        if (kTypeNames[i] == name) return static_cast<ObjectType>(i);
    return std::nullopt;
}

}  // namespace stagger
