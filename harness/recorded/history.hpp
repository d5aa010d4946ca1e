// SPDX-License-Identifier: Apache-2.0
//
// A recorded history: operations as somebody's log has them, whatever its format. Filled by the
// readers in formats/ through the Recorder, judged by judge.hpp. Plain data, in the controller;
// values are numbers of a table, so that a million operations stay small and compare fast.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <unordered_map>
#include <vector>

#include "harness/base/value.hpp"

namespace stagger::recorded {

inline constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

// Values, each under one number. Number 0 is nil.
class Values {
public:
    Values();
    std::uint32_t intern(const Value& value);
    // The number of a value that is known; kNone of any other.
    std::uint32_t find(const Value& value) const;
    const Value& operator[](std::uint32_t id) const { return values_[id]; }
    std::uint32_t size() const { return static_cast<std::uint32_t>(values_.size()); }
    std::size_t bytes() const { return bytes_; }

private:
    std::uint32_t add(const Value& value, std::size_t bytes);

    std::vector<Value> values_;
    std::unordered_map<std::int64_t, std::uint32_t> integers_;
    std::unordered_map<std::string, std::uint32_t> others_;  // by Value::encode()
    std::size_t bytes_ = 0;
};

enum class Outcome : std::uint8_t {
    Returned,  // it took effect, and its result is known
    Failed,    // it did not take effect
    Unknown,   // it may take effect at any time after its invocation, or never
};

struct Operation {
    std::uint32_t process = 0;   // into History::processes
    std::uint32_t function = 0;  // into History::functions
    std::uint32_t key = kNone;   // a value; kNone: the history has no keys here
    std::uint32_t argument = 0;  // values
    std::uint32_t result = 0;
    std::uint32_t invoked = 0;        // positions: a precedes b if a.responded < b.invoked
    std::uint32_t responded = kNone;  // kNone unless it returned
    std::uint32_t invoked_line = 0;
    std::uint32_t responded_line = 0;  // 0: there is none
    Outcome outcome = Outcome::Unknown;
    bool has_argument = true;  // false: the log says nothing there, not even nil
};

struct History {
    std::string path;
    std::string format;  // "Jepsen EDN"
    Values values;
    std::vector<std::string> processes, functions;
    std::vector<Operation> operations;  // in order of invocation
};

}  // namespace stagger::recorded
