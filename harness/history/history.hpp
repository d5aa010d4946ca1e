// SPDX-License-Identifier: Apache-2.0
//
// A history: the operations of one execution, with their order, arguments and results. Decoded by
// the engine from what the workers recorded, or read from a file; judged by `check`. Plain data.
//
// Order: every event has a position, its index in one total order (in controlled mode one task
// runs at a time, so the order of recording is the order of happening). Operation a precedes
// operation b if a.responded < b.invoked. Times are virtual nanoseconds, for bounds in seconds
// only.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "harness/base/faults.hpp"
#include "harness/base/value.hpp"
#include "harness/base/vocabulary.hpp"

namespace stagger::history {

inline constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

struct Task {
    std::string name;         // "worker[0]", "worker[0].1" (second thread), "parent"
    std::string role;         // "" for the parent
    std::uint32_t index = 0;  // of the process in its role
    std::uint32_t thread = 0;
    std::uint32_t process = 0;  // tasks of one process share a `private` object
    bool daemon = false;
    std::map<std::string, Value> variables;  // at its end, where expectations ask for them
};

// What the object's backend promises about it; from stagger_contract.
struct Contract {
    stagger_fifo_scope fifo_scope = STAGGER_FIFO_GLOBAL;
    bool lossy = false;
    bool duplicating = false;
    bool robust = false;
    bool spurious_wakeups = false;
    bool cut_off_may_apply = false;
    bool shared = true;
    bool framed = false;  // stream: a read gives exactly what one write wrote
    stagger_executions executions = STAGGER_EXACTLY_ONCE;  // rpc
    std::uint64_t atomic_write = 0;  // stream: larger writes may be mixed; 0: none is
};

struct Object {
    std::string name;
    ObjectType type = ObjectType::Register;
    Value initial;               // the neutral value of its type already filled in
    std::uint64_t capacity = 0;  // 0: unbounded
    std::string backend;
    Contract contract;
};

// One call on an object.
struct Call {
    std::uint32_t task = 0;
    std::uint32_t site = kNone;  // the step; kNone: the parent's final snapshot
    std::uint32_t object = 0;
    Operation operation = Operation::Load;
    std::uint32_t with = kNone;  // condition.wait: the mutex
    Value key, value, expected;
    bool timed = false;    // it had a time-out
    bool checked = false;  // the scenario looks at how it went (`into = ["v", "how"]`)
    Value result;
    ResultStatus status = ResultStatus::Ok;
    std::string failure;              // what the backend said with Error
    std::uint32_t invoked = 0;        // position
    std::uint32_t responded = kNone;  // position; kNone: still open at the end (outcome unknown)
    std::int64_t invoked_at = 0;      // virtual ns
    std::int64_t responded_at = 0;
    std::uint32_t block = kNone;  // index into History::blocks, if inside an `as_one`
};

// An `as_one` block or a `section`, as entered once by one task.
struct Span {
    std::uint32_t task = 0;
    std::uint32_t site = 0;
    std::string name;
    bool shared = false;         // a section for readers
    std::uint32_t entered = 0;   // position
    std::uint32_t left = kNone;  // kNone: never left
};

// Something a task reported that is wrong in itself.
struct Complaint {
    enum class Kind : std::uint8_t {
        Assertion,        // an `assert` was false
        ExpressionError,  // an expression failed at run time: a spec error
        LoopLimit,        // a `while` reached its limit while nobody else could run: livelock
        TornValue,        // the padding of a sized value was broken
    };
    Kind kind = Kind::Assertion;
    std::uint32_t task = 0;
    std::uint32_t site = 0;
    std::uint32_t position = 0;
    std::string text;
};

// A fault that struck a task. Of `kill` and `restart` all tasks of its process died: what they had
// open then has no outcome that is known.
struct Strike {
    std::uint32_t task = 0;
    FaultKind kind = FaultKind::Kill;
    std::uint8_t variant = 0;
    std::uint32_t site = kNone;
    std::uint32_t position = 0;
};

// Who could not go on, and why, when the execution got stuck.
struct Wait {
    std::uint32_t task = 0;
    std::uint32_t site = kNone;
    std::uint32_t object = kNone;  // what it waits for, if it is an object
    std::string what;              // "lock b", "join reader", "read of a pipe"
};

enum class Ending : std::uint8_t {
    Completed,
    Deadlock,      // all that have not ended wait, and every possible waker is a task
    Livelock,      // the step limit
    Crash,         // a process died: `detail` says of what, `culprit` who
    Hang,          // a task burnt its CPU budget without a point
    Overflow,      // a bound of Stagger's was reached: inconclusive
    OutOfSight,    // stuck on something Stagger cannot see: inconclusive
    HarnessError,  // Stagger or the backend failed: `detail`
};

struct History {
    std::vector<Task> tasks;
    std::vector<Object> objects;
    std::vector<Call> calls;  // in order of invocation
    std::vector<Span> blocks;
    std::vector<Span> sections;
    std::vector<Complaint> complaints;
    std::vector<Strike> strikes;
    std::vector<Wait> waits;  // Deadlock, Livelock
    Ending ending = Ending::Completed;
    std::uint32_t culprit = kNone;
    std::string detail;
    std::vector<std::string> residue;  // OS objects left behind
};

}  // namespace stagger::history
