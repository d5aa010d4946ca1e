// SPDX-License-Identifier: Apache-2.0
//
// The names of object types, operations and results, as scenarios, histories and reports spell
// them: one table, from which every module reads. The numbers are those of the backend ABI.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <stagger/backend.h>

namespace stagger {

enum class ObjectType : std::uint8_t {
    Register = STAGGER_REGISTER,
    List = STAGGER_LIST,
    Map = STAGGER_MAP,
    Queue = STAGGER_QUEUE,
    Mutex = STAGGER_MUTEX,
    Semaphore = STAGGER_SEMAPHORE,
    Event = STAGGER_EVENT,
    Condition = STAGGER_CONDITION,
    Barrier = STAGGER_BARRIER,
    RwLock = STAGGER_RWLOCK,
    Stream = STAGGER_STREAM,
    Topic = STAGGER_TOPIC,
    Rpc = STAGGER_RPC,
    Actor = STAGGER_ACTOR,  // declared by no one: a step calls it by name
};

enum class Operation : std::uint8_t {
    Load = STAGGER_LOAD,
    Store = STAGGER_STORE,
    Swap = STAGGER_SWAP,
    Add = STAGGER_ADD,
    Cas = STAGGER_CAS,
    Append = STAGGER_APPEND,
    Pop = STAGGER_POP,
    Read = STAGGER_READ,
    Get = STAGGER_GET,
    Set = STAGGER_SET,
    Erase = STAGGER_ERASE,
    Put = STAGGER_PUT,
    Take = STAGGER_TAKE,
    Size = STAGGER_SIZE,
    Close = STAGGER_CLOSE,
    Lock = STAGGER_LOCK,
    Unlock = STAGGER_UNLOCK,
    Acquire = STAGGER_ACQUIRE,
    Release = STAGGER_RELEASE,
    EventSet = STAGGER_EVENT_SET,
    EventClear = STAGGER_EVENT_CLEAR,
    EventWait = STAGGER_EVENT_WAIT,
    Wait = STAGGER_WAIT,
    Notify = STAGGER_NOTIFY,
    NotifyAll = STAGGER_NOTIFY_ALL,
    Arrive = STAGGER_ARRIVE,
    Snapshot = STAGGER_SNAPSHOT,
    RwLock = STAGGER_RW_LOCK,
    RwUnlock = STAGGER_RW_UNLOCK,
    RwLockShared = STAGGER_RW_LOCK_SHARED,
    RwUnlockShared = STAGGER_RW_UNLOCK_SHARED,
    StreamWrite = STAGGER_STREAM_WRITE,
    StreamRead = STAGGER_STREAM_READ,
    StreamClose = STAGGER_STREAM_CLOSE,
    Publish = STAGGER_PUBLISH,
    Subscribe = STAGGER_SUBSCRIBE,
    Receive = STAGGER_RECEIVE,
    Call = STAGGER_CALL,
    Serve = STAGGER_SERVE,
    Reply = STAGGER_REPLY,
    Run = STAGGER_RUN,
};

enum class ResultStatus : std::uint8_t {
    Ok = STAGGER_OK,
    Timeout = STAGGER_TIMEOUT,
    Empty = STAGGER_EMPTY,
    Full = STAGGER_FULL,
    Closed = STAGGER_CLOSED,
    OwnerDead = STAGGER_OWNER_DEAD,
    Unsupported = STAGGER_UNSUPPORTED,
    Error = STAGGER_ERROR,
};

// Arguments an operation takes besides its object, as a bit set.
enum Arguments : std::uint8_t {
    kNoArguments = 0,
    kKey = 1,
    kValue = 2,
    kExpected = 4,
    kTimeout = 8,  // the operation may wait, so `timeout` is allowed
    kWith = 16,    // names a mutex
    kBytes = 32,   // `bytes`: of a read how many at most; of a write that many marked ones
};

struct OperationInfo {
    Operation operation;
    ObjectType type;
    std::string_view key;    // how a step spells it: "load"; unique within a type
    std::uint8_t arguments;  // what it takes; all of them required but kTimeout and kBytes
    bool gives_result;       // `into` receives a value
};

std::span<const OperationInfo> all_operations();  // Snapshot is not among them
const OperationInfo& info(Operation operation);   // Snapshot allowed
// By spelling, for an object of that type; null if the type lacks it. For a map, `append`, `pop`
// and `read` are found too, as the list's: with `key`, which is then required although the info
// does not list it, they act on the list at that key inside the map.
const OperationInfo* find_operation(ObjectType type, std::string_view key);

std::string_view name(ObjectType type);      // "register"
std::string_view name(Operation operation);  // "load"
std::string_view name(ResultStatus status);  // "ok", "owner-dead"
std::optional<ObjectType> object_type(std::string_view name);

}  // namespace stagger
