// SPDX-License-Identifier: Apache-2.0
//
// A scenario as the rest of Stagger sees it: parsed, checked, with every name resolved. Made by
// parse_scenario (parse.hpp), from which cases.hpp makes cases; read by the worker, which runs the
// steps, and by the engine. Plain data, immutable once made.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/faults.hpp"
#include "harness/base/source.hpp"
#include "harness/base/value.hpp"
#include "harness/base/vocabulary.hpp"

namespace stagger::spec {

using stagger::Position;  // where something stands in the file

// A Lua 5.4 expression, or a literal number or boolean written as one. Checked when parsed: it
// compiles and its names exist. `id` numbers the scenario's expressions, so that an Evaluator
// compiles each once.
struct Expression {
    std::string source;
    Position position;
    std::uint32_t id = 0;
};

struct Object {
    std::string name;
    ObjectType type = ObjectType::Register;
    Value initial;                 // nil where none is given; its type's neutral value then applies
    std::uint64_t capacity = 0;    // 0: not given
    std::uint64_t value_size = 0;  // bytes per value on the wire; 0: as encoded
    std::uint32_t count = 0;       // 0: a single object; else an array name[0] .. name[count-1]
    std::uint32_t first = 0;       // index of its first element among all flattened objects
    Position position;
};

// An object named by a step: which, and for an array the index expression.
struct ObjectReference {
    std::uint32_t object = 0;  // index into Scenario::objects
    std::optional<Expression> index;
};

enum class StepKind : std::uint8_t {
    Operation,
    Let,     // `assignments`
    If,      // `condition`, `body`, `otherwise`
    Repeat,  // `amount` times `body`
    While,   // `condition`, `limit`, `body`
    Break,
    Sleep,    // `amount` seconds
    Assert,   // `condition`
    Join,     // `role`
    Section,  // `text` is its name, `shared`, `body`
    AsOne,    // `text` is its name, `body`
};

struct Step {
    StepKind kind = StepKind::Operation;
    std::uint32_t site = 0;  // numbers the steps of a scenario; unique, in order of the file
    std::string label;       // what reports call it: "store n", "sleep", "section a"
    Position position;
    std::optional<Expression> when;

    // Operation
    Operation operation = Operation::Load;
    ObjectReference object;
    std::optional<Expression> key, value, expected, timeout;
    std::optional<Expression>
        bytes;  // of a read how many at most; of a write that many marked ones
    std::optional<ObjectReference> with;
    std::string into;  // variable for the result, "" if none
    std::string how;   // variable for how it went, "" if none

    // Control
    std::vector<std::pair<std::string, Expression>> assignments;
    std::optional<Expression> condition, amount;
    std::uint64_t limit = 0;
    std::uint32_t role = 0;
    std::string text;
    bool shared = false;
    std::vector<Step> body, otherwise;
};

// A role: `count` processes of `threads` threads each, which all run the same steps.
struct Role {
    std::string name;
    std::uint32_t count = 1;  // as the parameters' defaults have it
    std::string count_param;  // the parameter that a case changes `count` by, "" if none
    std::uint32_t threads = 1;
    std::uint32_t repeat = 1;
    bool daemon = false;
    std::vector<Step> steps;
    std::vector<std::string> variables;  // all that its steps may set, sorted
    Position position;
};

enum class OutcomeClass : std::uint8_t { Acceptable, Interesting, Forbidden };

struct Expect {
    std::vector<Expression> final;          // each must be true at the end
    std::map<std::string, double> visible;  // object -> seconds
    std::vector<Expression> observe;
    std::map<std::string, OutcomeClass> outcomes;
    std::vector<std::string> allow;  // symptoms dropped before judging
};

enum class Mode : std::uint8_t { Controlled, Free };
enum class Lifetime : std::uint8_t { Warm, Fresh };
// Whether the scheduler may switch inside a server's work on one request.
enum class Servers : std::uint8_t { Atomic, Explored };

// [explore]: nothing given means the command line's, then the built-in default.
struct Explore {
    std::optional<std::uint64_t> schedules;
    std::optional<double> seconds;
    std::optional<std::string> strategy;
    std::optional<std::uint32_t> depth;
    std::optional<Mode> mode;
    std::optional<std::string> cpus;
    std::optional<Lifetime> lifetime;
    std::optional<Servers> servers;
    std::optional<std::uint64_t> step_limit;  // points of one execution before `livelock`
};

// Who a fault may strike: all processes of a role, or one.
struct Victim {
    std::string role;
    std::optional<std::uint32_t> index;
    friend bool operator==(const Victim&, const Victim&) = default;
};

// [faults]: none but those named.
struct Faults {
    std::map<FaultKind, std::vector<Victim>> victims;  // no victim: every role
    std::uint32_t max = 1;                             // strikes in one execution

    bool any() const { return !victims.empty(); }
};

// "owner", "worker[1]", "owner+worker[1]", "true": as case ids have it.
std::string victims_text(const std::vector<Victim>&);
// "worker[1]"; nothing if it is none.
std::optional<Victim> victim_by_text(std::string_view);

// One case: a scenario with a choice of backend, options and parameters. Self-contained.
struct Case {
    std::string id;       // "increment/shm/locked=true"
    std::string backend;  // the default one, "" if every object names its own
    std::map<std::string, std::string> object_backends;  // object -> backend, where it differs
    std::map<std::string, Value> params;                 // all of the scenario's
    std::map<std::string, std::map<std::string, std::string>> options;  // backend -> option -> text
    Expect expect;
    Explore explore;
    Faults faults;
    std::vector<std::string> finds;  // symptoms that must be recorded; empty: must hold
    bool real_libc = false;          // options.libc = "real"
    Position position;
};

// What a case uses that says nothing itself: the file-level params, options, faults, expect and
// explore.
// Its options stand under the name of a backend, or under "" for every backend. No id, no backend.
using CaseDefaults = Case;

struct Scenario {
    std::string name;
    std::string summary;
    std::string path;    // as the user named it, for messages
    std::string source;  // the whole text, so that a worker can parse it again
    std::map<std::string, Value> params;
    std::vector<Object> objects;
    std::vector<Role> roles;
    CaseDefaults defaults;
    std::vector<Case> cases;  // in the file's order, matrices expanded
    std::uint32_t site_count = 0;
    std::uint32_t expression_count = 0;

    // Objects with arrays flattened: fork[0], fork[1], ... in order of Object::first.
    std::uint32_t flat_object_count() const;
    std::string flat_object_name(std::uint32_t flat) const;
    const Object& object_of(std::uint32_t flat) const;
};

// How many processes of the role a case with these parameters runs.
std::uint32_t processes_of(const Role&, const std::map<std::string, Value>& params);

// What `final` and `observe` see. Each object under its name, as its final content (an array of
// objects as a map from index to content); the parameters; each role as a map from the index of a
// process to its variables: `worker[0].x`. With several threads there is one more index, that of
// the thread: `worker[0][1].x`. A role of a single task may drop the indices: `p0.r`.
// `tasks`: the variables of the role's tasks, thread by thread within process by process.
Value role_value(const Role&, const std::vector<std::map<std::string, Value>>& tasks);

// The values of `observe`, as the keys of `outcomes` spell them: "0,1"; text without quotes.
std::string outcome_text(const std::vector<Value>& observed);

// The backends that a scenario without cases is tried on, in this order.
const std::vector<std::string>& built_in_backends();

}  // namespace stagger::spec
