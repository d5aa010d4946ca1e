// SPDX-License-Identifier: Apache-2.0
//
// The words of the scenario language, as tables: which keys a part has, what each takes, what it
// means in a sentence. The one source for what the parser accepts and proposes, for the JSON Schema
// and for the tables of docs/spec-reference.md. Pure data.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/vocabulary.hpp"
#include "harness/spec/scenario.hpp"

namespace stagger::spec {

// What may stand behind a key. The parser reads it, the schema says it.
enum class Takes : std::uint8_t {
    Text,
    Name,        // of the scenario
    Identifier,  // of a variable
    Reference,   // to an object: "n", "fork[self]"
    Boolean,
    Count,  // a whole number within bounds
    CountOrParam,
    Seconds,      // a number
    Expression,   // a number or boolean, or text as Lua
    Truth,        // an expression that gives true or false
    Time,         // one that gives seconds
    Rounds,       // one that gives a whole number
    Bytes,        // one that gives 1 to `most`
    Expressions,  // one, or an array of them
    Truths,       // one that gives true or false, or an array of them
    Choice,       // one of `choices`
    Strategy,     // the name of one
    Cpus,
    Initial,  // literal data that fits the object's type
    ObjectType,
    Into,  // a variable, or two
    True,  // nothing else
    Assignments,
    Steps,
    Symptoms,  // one, or an array of them
    Visible,   // seconds by object
    Outcomes,
    Victims,  // a role, one of its processes, several, or a boolean
    VictimMatrix,
    Params,  // literal data by name
    ParamMatrix,
    Options,  // text, numbers or booleans by name; also by backend
    OptionMatrix,
    Backends,
    Objects,
    Roles,
    Expect,
    Explore,
    Faults,
    Cases,
};

inline constexpr std::uint64_t kUnbounded = std::numeric_limits<std::int64_t>::max();

struct KeyInfo {
    std::string_view name;
    Takes takes;
    std::string_view summary;
    std::string_view otherwise = {};  // what holds without it, as people write it
    std::uint64_t least = 0, most = kUnbounded;
    std::string_view choices = {};  // "controlled|free"
    bool required = false;
};

enum class Part : std::uint8_t { File, Object, Role, Expect, Explore, Faults, Case, Step };

// What a step has besides the key that says what it does are its keys here.
std::span<const KeyInfo> keys_of(Part);
// Requires: the part has that key.
const KeyInfo& key_of(Part, std::string_view name);
// The choices of a key, in order.
std::vector<std::string> choices_of(const KeyInfo&);

// What an object's `initial` must be.
enum class InitialKind : std::uint8_t { None, Any, List, Map, Count, Boolean };

inline constexpr std::int64_t kMostInitial = 0x7fffffff;  // of a semaphore

struct TypeInfo {
    ObjectType type;
    std::string_view summary;
    InitialKind initial = InitialKind::None;
    std::string_view wanted_initial = {};  // "" if it takes none
    bool has_room = false;                 // `capacity` bounds it
    bool has_values = false;               // which `size` can pad
};

// Every type but the actor, in the order of the ABI.
std::span<const TypeInfo> types();
// Requires: no actor.
const TypeInfo& facts_of(ObjectType);

// A step that works on no object.
struct ControlInfo {
    std::string_view key;
    StepKind kind;
    Takes takes;
    std::string_view keys;  // those it takes besides `when`: "steps limit"
    std::string_view example, summary;
};
std::span<const ControlInfo> controls();
const ControlInfo* find_control(std::string_view key);

// What is worth knowing of an operation besides its arguments: "gives the old one". "" if nothing.
std::string_view note_on(Operation);

// The words of a list that blanks separate.
std::vector<std::string_view> words_of(std::string_view list);

}  // namespace stagger::spec
