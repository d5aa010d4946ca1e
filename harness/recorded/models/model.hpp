// SPDX-License-Identifier: Apache-2.0
//
// Sequential models of what recorded histories are judged by: what a single caller would see. Each
// is a row in the table of models.cpp: the names of its operations, and a factory. A state is one
// word, as in check/models/model.hpp, whose models serve here too. One thread.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "harness/base/result.hpp"
#include "harness/check/models/model.hpp"
#include "harness/recorded/history.hpp"

namespace stagger::recorded {

using check::State;
using check::Term;

// What operations do, whatever a log calls them.
enum class Function : std::uint8_t {
    Read,
    Write,
    Swap,
    Add,
    Cas,  // one value
    Increment,
    Decrement,
    AddAndGet,  // a counter
    Append,
    Pop,
    Push,
    Peek,  // lists and stacks
    Get,
    Set,
    Erase,  // a key
    Insert,
    Remove,
    Contains,  // a set
    Put,
    Take,
    Size,
    TakeLeast,
    PeekLeast,  // queues
    Lock,
    TryLock,
    Unlock,
    LockShared,
    UnlockShared,  // locks
    Acquire,
    Release,
    Custom,  // of a model in Lua
};

// How a function's argument and result stand in a log.
enum class Shape : std::uint8_t {
    Look,      // no argument; the result is what it saw. Changes nothing
    Write,     // an argument; the result says nothing more
    Exchange,  // an argument; the result is what was there before, if the log has it
    Cas,       // [expected, new]; it did so unless the result is false
    Take,      // no argument; the result is what it took, nil where there was nothing
    Test,      // an argument; true or false is checked, any other result is not
    Ask,       // an argument; the result is true or false. Changes nothing
    Bare,      // neither
    Try,       // no argument; it did nothing if the result is false
    Raw,       // both as they are
};

struct FunctionInfo {
    Function function;
    Shape shape;
    std::string_view names;  // apart by blanks, the usual one first
};

// One operation as models see it; values by their number in the history.
struct Call {
    std::uint32_t operation = 0;  // into History::operations
    std::uint32_t process = 0;
    std::uint32_t invoked = 0;
    std::uint32_t responded = kNone;  // kNone: it may take effect at any later time, or never
    std::uint32_t value = 0;
    std::uint32_t expected = 0;
    std::uint32_t result = 0;
    Function function = Function::Read;
    Shape shape = Shape::Look;
    bool known = false;  // `result` has to be what the model says
};

// A model that its author wrote in Lua; see scripted.cpp.
struct Script {
    std::string path;
    std::string source;
    bool has_partition = false;
};

// What models of one search share.
struct Setting {
    check::Terms& terms;
    const History& history;
    std::span<const Term> term_of;  // by the number of a value
    const Value* initial = nullptr;
    std::uint32_t key = kNone;         // the part of the history that is judged
    std::uint32_t stale_versions = 0;  // a look may show that many versions less than the newest
    const Script* script = nullptr;    // of a model in Lua
};

class Model {
public:
    virtual ~Model() = default;
    virtual State init() = 0;
    // The state after the call, or none where it cannot have returned what it did. Where several
    // outcomes are possible, `alternative` counts them from 0; none ends the enumeration.
    virtual std::optional<State> step(State state, const Call& call, unsigned alternative) = 0;
    // Not null: the model itself failed; what step() said since means nothing.
    virtual const Error* failure() const { return nullptr; }
};

// Which of the fast algorithms of check/linear judges histories with distinct values.
enum class Fast : std::uint8_t { None, Register, Queue, Stack, Set, Bag };

struct ModelInfo {
    std::string_view name;
    std::string_view summary;
    std::span<const FunctionInfo> functions;
    Fast fast = Fast::None;
    // What --initial has to be; "" where it may be anything.
    std::string_view initial;
    std::unique_ptr<Model> (*create)(const Setting&) = nullptr;
    const Script* script = nullptr;  // its operations are whatever the history has
};

std::span<const ModelInfo> models();
const ModelInfo* find_model(std::string_view name);
// By any of its names; null if the model has no such operation.
const FunctionInfo* find_function(std::span<const FunctionInfo> functions, std::string_view name);

// Factories for the table.
std::unique_ptr<Model> create_register(const Setting&);
std::unique_ptr<Model> create_list(const Setting&);
std::unique_ptr<Model> create_map(const Setting&);
std::unique_ptr<Model> create_queue(const Setting&);
std::unique_ptr<Model> create_bag(const Setting&);
std::unique_ptr<Model> create_mutex(const Setting&);
std::unique_ptr<Model> create_counter(const Setting&);
std::unique_ptr<Model> create_stack(const Setting&);
std::unique_ptr<Model> create_set(const Setting&);
std::unique_ptr<Model> create_priority_queue(const Setting&);
std::unique_ptr<Model> create_rwlock(const Setting&);
std::unique_ptr<Model> create_semaphore(const Setting&);
std::unique_ptr<Model> create_strings(const Setting&);
std::unique_ptr<Model> create_scripted(const Setting&);

// Reads a script, or the table [model] of a spec. Fails with a sentence that names file and line.
Result<Script> load_script(const std::string& path);

// Into which part of the history an operation belongs, as the script says. One for all operations.
class Partitioner {
public:
    explicit Partitioner(const Script& script);
    ~Partitioner();
    Result<Value> part_of(const History& history, const Call& call);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace stagger::recorded
