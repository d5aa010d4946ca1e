// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "harness/recorded/models/model.hpp"

namespace stagger::recorded {

namespace {

constexpr std::array<FunctionInfo, 5> kRegister = {{
    {Function::Read, Shape::Look, "read load get r"},
    {Function::Write, Shape::Write, "write store set put w"},
    {Function::Swap, Shape::Exchange, "swap exchange get-and-set"},
    {Function::Add, Shape::Exchange, "add fetch-add get-and-add"},
    {Function::Cas, Shape::Cas, "cas compare-and-set compare-and-swap"},
}};
constexpr std::array<FunctionInfo, 5> kCounter = {{
    {Function::Read, Shape::Look, "read load get value"},
    {Function::Increment, Shape::Write, "add inc increment incr"},
    {Function::Decrement, Shape::Write, "dec decrement decr subtract sub"},
    {Function::AddAndGet, Shape::Exchange, "add-and-get inc-and-get"},
    {Function::Add, Shape::Exchange, "get-and-add fetch-add get-and-inc"},
}};
constexpr std::array<FunctionInfo, 3> kList = {{
    {Function::Append, Shape::Write, "append add push"},
    {Function::Pop, Shape::Take, "pop"},
    {Function::Read, Shape::Look, "read load get"},
}};
constexpr std::array<FunctionInfo, 3> kStack = {{
    {Function::Push, Shape::Write, "push add put"},
    {Function::Pop, Shape::Take, "pop take remove"},
    {Function::Peek, Shape::Take, "peek top"},
}};
constexpr std::array<FunctionInfo, 6> kMap = {{
    {Function::Get, Shape::Look, "get read load"},
    {Function::Set, Shape::Write, "set put write store"},
    {Function::Erase, Shape::Try, "erase delete remove"},
    {Function::Append, Shape::Write, "append"},
    {Function::Pop, Shape::Take, "pop"},
    {Function::Read, Shape::Look, "read-list"},
}};
constexpr std::array<FunctionInfo, 4> kSet = {{
    {Function::Insert, Shape::Test, "add insert put"},
    {Function::Remove, Shape::Test, "remove erase delete"},
    {Function::Contains, Shape::Ask, "contains member has"},
    {Function::Read, Shape::Look, "read load get"},
}};
constexpr std::array<FunctionInfo, 3> kQueue = {{
    {Function::Put, Shape::Write, "enqueue put push offer send add"},
    {Function::Take, Shape::Take, "dequeue take pop poll receive remove"},
    {Function::Size, Shape::Look, "size length"},
}};
constexpr std::array<FunctionInfo, 3> kPriorityQueue = {{
    {Function::Put, Shape::Write, "insert enqueue put push add offer"},
    {Function::TakeLeast, Shape::Take, "delete-min dequeue take pop poll remove-min extract-min"},
    {Function::PeekLeast, Shape::Take, "peek find-min min"},
}};
constexpr std::array<FunctionInfo, 3> kMutex = {{
    {Function::Lock, Shape::Try, "acquire lock"},
    {Function::TryLock, Shape::Try, "try-lock trylock try-acquire"},
    {Function::Unlock, Shape::Bare, "release unlock"},
}};
constexpr std::array<FunctionInfo, 4> kRwlock = {{
    {Function::Lock, Shape::Try, "lock write-lock lock-write acquire acquire-write"},
    {Function::Unlock, Shape::Bare, "unlock write-unlock unlock-write release release-write"},
    {Function::LockShared, Shape::Try,
     "lock-shared lock_shared read-lock lock-read acquire-shared acquire-read"},
    {Function::UnlockShared, Shape::Bare,
     "unlock-shared unlock_shared read-unlock unlock-read release-shared release-read"},
}};
constexpr std::array<FunctionInfo, 2> kSemaphore = {{
    {Function::Acquire, Shape::Test, "acquire wait p down"},
    {Function::Release, Shape::Test, "release post signal v up"},
}};
constexpr std::array<FunctionInfo, 3> kStrings = {{
    {Function::Get, Shape::Look, "get read"},
    {Function::Set, Shape::Write, "put set write"},
    {Function::Append, Shape::Write, "append"},
}};

constexpr std::array<ModelInfo, 14> kModels = {{
    {"register", "read, write, swap, add and cas of one value", kRegister, Fast::Register, "",
     create_register},
    {"cas-register", "another name for register", kRegister, Fast::Register, "", create_register},
    {"counter", "a number: add, dec, add-and-get and read", kCounter, Fast::None, "a whole number",
     create_counter},
    {"list", "append, pop (the last) and read of the whole list", kList, Fast::None, "a list",
     create_list},
    {"stack", "push, pop and peek, the last in first out", kStack, Fast::Stack, "a list",
     create_stack},
    {"map", "get, set and erase of keys, each judged by itself; append and pop of lists there",
     kMap, Fast::None, "", create_map},
    {"kv", "get, put and append of texts at keys; what is not there is \"\"", kStrings, Fast::None,
     "", create_strings},
    {"set", "add, remove and contains of elements; read of the whole set", kSet, Fast::Set,
     "a list", create_set},
    {"queue", "enqueue and dequeue, first in first out", kQueue, Fast::Queue, "a list",
     create_queue},
    {"bag", "put and take, in no order", kQueue, Fast::Bag, "a list", create_bag},
    {"priority-queue", "insert, delete-min and peek: the least first", kPriorityQueue, Fast::None,
     "a list", create_priority_queue},
    {"mutex", "acquire and release by one owner", kMutex, Fast::None, "", create_mutex},
    {"rwlock", "lock and unlock by one, lock-shared and unlock-shared by many", kRwlock, Fast::None,
     "", create_rwlock},
    {"semaphore", "acquire and release of permits; at first as many as --initial says, or 1",
     kSemaphore, Fast::None, "a whole number", create_semaphore},
}};

struct Alias {
    std::string_view name, model;
};
constexpr std::array<Alias, 5> kAliases = {{{"fifo-queue", "queue"},
                                            {"fifo", "queue"},
                                            {"unordered-queue", "bag"},
                                            {"pqueue", "priority-queue"},
                                            {"lock", "mutex"}}};

}  // namespace

std::span<const ModelInfo> models() {
    return kModels;
}

const ModelInfo* find_model(std::string_view name) {
    for (const Alias& alias : kAliases)
        if (alias.name == name) name = alias.model;
    for (const ModelInfo& model : kModels)
        if (model.name == name) return &model;
    return nullptr;
}

const FunctionInfo* find_function(std::span<const FunctionInfo> functions, std::string_view name) {
    for (const FunctionInfo& function : functions) {
        std::string_view names = function.names;
        while (!names.empty()) {
            const std::size_t end = std::min(names.find(' '), names.size());
            if (names.substr(0, end) == name) return &function;
            names.remove_prefix(std::min(end + 1, names.size()));
        }
    }
    return nullptr;
}

}  // namespace stagger::recorded
