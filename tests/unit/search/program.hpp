// SPDX-License-Identifier: Apache-2.0
//
// Small programs under the real scheduler, in the test's own process: what the search says of them
// can be compared with all their executions. They keep to the footprints that they declare.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/unit/control/toy.hpp"

namespace stagger::testing {

enum class Op : std::uint8_t {
    Load,       // register `a`
    Store,      // what the task read so far, and `b`
    Add,        // in one step, and reads the old value
    Lock,       // mutex `a`
    TryLock,    // and reads whether it has it
    Unlock,     // nothing if it does not hold it
    Wait,       // condition `a`, gives up mutex `b`
    Signal,     // condition `a`
    Broadcast,  // condition `a`
    Put,        // queue `a`, of capacity 1
    Take,       // queue `a`
    TakeAny,    // queue 0, else queue 1
    Begin,      // an operation on object `a`
    End,
    Join,   // task `a`
    Sleep,  // 2^self seconds
    Yield,
    CrashIfOdd,  // what it read last
};

struct Instruction {
    Op op;
    std::uint32_t a = 0, b = 0;
};

struct ProgramText {
    std::vector<std::vector<Instruction>> tasks;
    bool server = false;      // the last task is an opaque server: it repeats for ever
    bool spurious = false;    // waits may end unasked
    bool any_object = false;  // operations on different objects are compared
};

class Program {
public:
    explicit Program(ProgramText text);

    control::Segment& segment() const { return *segment_; }
    const ProgramText& text() const { return text_; }

    // One execution under the segment's plan: all that an oracle could see of it.
    std::string run();

private:
    static constexpr std::uint32_t kThings = 4;
    struct Task {
        std::size_t next = 0;
        bool at_point = false;
        bool waits = false;  // at a condition
        std::uint64_t seen = 0;
    };
    struct Mark {
        control::TaskIndex task;
        bool ends;
        std::uint32_t object;
    };

    void reset();
    control::TaskIndex advance(control::TaskIndex self);
    void declare(control::TaskIndex self, const Instruction&);
    bool execute(control::TaskIndex self, const Instruction&);
    bool take_any(control::TaskIndex self);
    bool wait_on(control::TaskIndex self, const Instruction&);
    void signal(control::TaskIndex self, std::uint32_t condition);
    void wake(control::TaskIndex task);
    bool block_on(control::TaskIndex self, control::Key key);
    void see(control::TaskIndex self, std::uint64_t value);
    std::string outcome() const;
    std::string intervals() const;

    ProgramText text_;
    ToySegment segment_;
    std::vector<Task> tasks_;
    std::uint64_t registers_[kThings];
    control::TaskIndex owners_[kThings];
    std::vector<control::TaskIndex> waiters_[kThings];
    std::vector<std::uint64_t> queues_[kThings];
    std::vector<Mark> history_;
};

}  // namespace stagger::testing
