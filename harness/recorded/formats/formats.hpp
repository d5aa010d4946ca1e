// SPDX-License-Identifier: Apache-2.0
//
// One reader for each format. Each takes in the whole input, from its first byte, and fails with a
// sentence that names file and line. Called by read.cpp, which knows the format by its content.
#pragma once

#include "harness/recorded/input.hpp"
#include "harness/recorded/recorder.hpp"

namespace stagger::recorded {

// What a reader gives: a history, or that a bound was reached before its end.
struct Reading {
    History history;
    std::string bound;  // "" unless the memory or the time allowed was used up
};

Result<Reading> read_edn(Input& input, const ReadOptions& options);
Result<Reading> read_text_log(Input& input, const ReadOptions& options);
Result<Reading> read_json_lines(Input& input, const ReadOptions& options);
Result<Reading> read_table(Input& input, const ReadOptions& options);

// What :type says. Null for types that are no part of an operation, such as :log.
struct EventType {
    std::string_view name;
    Event::Type type;
};
const EventType* event_type(std::string_view name);

// Puts the time that a log gives into the event; nil is none.
Status take_time(const Value& time, Event& event);
// Beyond these a time has no fractions, and differences of times are lost.
inline constexpr Time kLatest = 9.2e18L;

// How often readers ask the recorder for its bounds.
inline constexpr std::uint32_t kBoundsEvery = 1024;

}  // namespace stagger::recorded
