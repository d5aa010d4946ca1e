// SPDX-License-Identifier: Apache-2.0
//
// Makes a history of the events or operations that a reader of formats/ finds: pairs responses with
// invocations, gives names and values their numbers, and turns times into positions. One Recorder
// makes one history. Memory is bounded by what the caller allows.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/recorded/history.hpp"

namespace stagger::recorded {

enum class Ties : std::uint8_t {
    Concurrent,  // events at the same time overlap
    Precede,     // what ends at a time precedes what begins then
};

struct ReadOptions {
    Ties ties = Ties::Concurrent;
    double stale_seconds = 0;  // reads may begin that much earlier; needs times
    std::size_t memory_bytes = std::size_t{2} << 30;
    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

// Of a log's clock: wide enough for nanoseconds since 1970, and for fractions of a second.
using Time = long double;

struct Event {
    enum class Type : std::uint8_t { Invoke, Ok, Fail, Info };
    Type type = Type::Invoke;
    std::uint32_t line = 0;
    std::string_view process;
    std::string_view function;
    Value value;
    bool has_value = true;
    std::optional<Value> key;
    std::optional<Time> time;
};

// A whole operation, as tables have them.
struct Row {
    std::uint32_t line = 0;
    std::string_view process;
    std::string_view function;
    Value argument, result;
    bool has_argument = false;
    std::optional<Value> key;
    Time start = 0;
    std::optional<Time> end;  // none: it never returned
    Outcome outcome = Outcome::Returned;
};

class Recorder {
public:
    Recorder(std::string path, std::string format, Time ticks_per_second, ReadOptions options);

    // What is wrong, without the place.
    Status add(const Event& event);
    Status add(const Row& row);

    // Why no more can be taken in: a bound was reached; "" while there is room.
    std::string bound_reached() const;

    // In Jepsen's `independent` histories each value is a pair [key value].
    void split_tuples();

    // Fails where times contradict each other; the error names the line.
    Result<History> finish();

private:
    std::uint32_t process_of(std::string_view name);
    std::uint32_t function_of(std::string_view name);
    Status invoke(const Event& event, std::uint32_t process);
    void set_times(std::uint32_t operation, std::optional<Time> invoked,
                   std::optional<Time> responded);
    // Of one time: the process with several operations that begin and end right then.
    struct Chain {
        std::uint32_t process = kNone;
        std::uint32_t length = 1;
        std::uint32_t seen = 0;
    };
    Result<std::map<Time, Chain>> momentary_chains() const;
    void number_by_order();
    Status number_by_time();
    Status check_clock() const;

    ReadOptions options_;
    Time ticks_per_second_;
    History history_;
    std::unordered_map<std::string, std::uint32_t> processes_, functions_;
    std::vector<std::uint32_t> small_processes_;  // by number, for those named 0, 1, ...
    std::vector<std::uint32_t> open_;             // by process: its operation, or kNone
    std::vector<Time> invoked_at_, responded_at_;
    std::uint32_t position_ = 0;
    bool timed_ = true;  // so far, every event had a time
};

// Whether calls of a function by this name only look, in any model: those that may be stale.
bool only_reads(std::string_view function);

}  // namespace stagger::recorded
