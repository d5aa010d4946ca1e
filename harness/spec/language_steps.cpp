// SPDX-License-Identifier: Apache-2.0
//
// The tables of what objects and steps there are.
#include "harness/base/check.hpp"
#include "harness/spec/language.hpp"

namespace stagger::spec {
namespace {

constexpr TypeInfo kTypes[] = {
    {.type = ObjectType::Register,
     .summary = "one value of any kind",
     .initial = InitialKind::Any,
     .wanted_initial = "a number, a boolean, text, an array or a table",
     .has_values = true},
    {.type = ObjectType::List,
     .summary = "values in a row",
     .initial = InitialKind::List,
     .wanted_initial = "an array: [11, 22]",
     .has_values = true},
    {.type = ObjectType::Map,
     .summary = "values by key, and lists by key",
     .initial = InitialKind::Map,
     .wanted_initial = "a table: { a = 1 }",
     .has_values = true},
    {.type = ObjectType::Queue,
     .summary = "what is put is taken once, first come first served",
     .initial = InitialKind::List,
     .wanted_initial = "an array of the values in it: [1, 2]",
     .has_room = true,
     .has_values = true},
    {.type = ObjectType::Mutex, .summary = "one holder at a time"},
    {.type = ObjectType::Semaphore,
     .summary = "so many may go on",
     .initial = InitialKind::Count,
     .wanted_initial = "a whole number, 0 or more"},
    {.type = ObjectType::Event,
     .summary = "set, or not",
     .initial = InitialKind::Boolean,
     .wanted_initial = "true (set) or false"},
    {.type = ObjectType::Condition,
     .summary = "to sleep until somebody says that something changed"},
    {.type = ObjectType::Barrier, .summary = "nobody goes on before `capacity` tasks have arrived"},
    {.type = ObjectType::RwLock, .summary = "one writer, or any number of readers"},
    {.type = ObjectType::Stream, .summary = "bytes in order, without borders", .has_room = true},
    {.type = ObjectType::Topic,
     .summary = "every subscriber gets what was published after its `subscribe` returned",
     .has_room = true,
     .has_values = true},
    {.type = ObjectType::Rpc, .summary = "requests and their replies", .has_values = true},
};

constexpr ControlInfo kControls[] = {
    {"let", StepKind::Let, Takes::Assignments, "", "{ let = { x = 1, y = \"x + 1\" } }",
     "sets variables"},
    {"if", StepKind::If, Takes::Truth, "steps else",
     "{ if = \"x > 1\", steps = [...], else = [...] }", "does the one or the other"},
    {"repeat", StepKind::Repeat, Takes::Rounds, "steps", "{ repeat = 3, steps = [...] }",
     "`i` counts from 1"},
    {"while", StepKind::While, Takes::Truth, "steps limit",
     "{ while = \"not go\", limit = 20, steps = [...] }",
     "at its limit the loop first lets all others run; it is a `livelock` only if they have ended "
     "or wait"},
    {"break", StepKind::Break, Takes::True, "", "{ break = true }", "leaves the innermost loop"},
    {"sleep", StepKind::Sleep, Takes::Time, "", "{ sleep = 5 }",
     "seconds of simulated time: nobody really waits"},
    {"assert", StepKind::Assert, Takes::Truth, "", "{ assert = \"x <= 100\" }",
     "must be true, or it is an `assertion`"},
    {"join", StepKind::Join, Takes::Text, "", "{ join = \"worker\" }",
     "waits until all processes of a role have ended"},
    {"section", StepKind::Section, Takes::Text, "steps shared",
     "{ section = \"name\", steps = [...] }",
     "a critical section: never two tasks in it at once (`shared = true`: readers may)"},
    {"as_one", StepKind::AsOne, Takes::Text, "steps", "{ as_one = \"name\", steps = [...] }",
     "the author means these steps to take effect as one. It locks nothing: whether they do is "
     "what "
     "Stagger finds out"},
};

}  // namespace

std::span<const TypeInfo> types() {
    return kTypes;
}

const TypeInfo& facts_of(ObjectType type) {
    const auto at = static_cast<std::size_t>(type);
    STAGGER_CHECK(at < std::size(kTypes) && kTypes[at].type == type);
    return kTypes[at];
}

std::span<const ControlInfo> controls() {
    return kControls;
}

const ControlInfo* find_control(std::string_view key) {
    for (const ControlInfo& control : kControls)
        if (control.key == key) return &control;
    return nullptr;
}

std::string_view note_on(Operation operation) {
    switch (operation) {
        case Operation::Swap:
        case Operation::Add:
            return "gives the old one";
        case Operation::Cas:
            return "gives whether it did";
        case Operation::Pop:
            return "the last";
        case Operation::Read:
            return "a copy";
        case Operation::Erase:
            return "gives whether it was there";
        case Operation::Close:
            return "no more puts; takes drain it, then answer `closed`";
        case Operation::RwLock:
        case Operation::RwUnlock:
            return "alone";
        case Operation::RwLockShared:
        case Operation::RwUnlockShared:
            return "among readers";
        case Operation::StreamWrite:
            return "or `bytes` instead; gives how many bytes went in";
        case Operation::StreamRead:
            return "at most so many; gives at least one";
        case Operation::StreamClose:
            return "no more writes; reads drain it, then answer `closed`";
        case Operation::Call:
            return "gives the reply";
        case Operation::Serve:
            return "gives the value of a request";
        case Operation::Reply:
            return "to the request that the task served last";
        default:
            return "";
    }
}

}  // namespace stagger::spec
