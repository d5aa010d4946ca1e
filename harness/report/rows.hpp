// SPDX-License-Identifier: Apache-2.0
//
// A history as the rows of a table, in the order in which things took effect, and the words for
// its operations. Used by the table, by the explanation and by the JSON. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/check/check.hpp"
#include "harness/history/history.hpp"

namespace stagger::report {

// "store n = 101", "load n -> 100", "take q -> timeout"; an open call has no result.
std::string call_text(const history::History&, const history::Call&);

// What a step is called in schedules: "store n".
std::string call_label(const history::History&, const history::Call&);

// What a row shows: a call as a whole, where it began or where it returned, or something else.
enum class RowKind : std::uint8_t {
    Call,
    Begin,
    Return,
    Open,
    Enter,
    Leave,
    Fault,
    Complaint,
    Ending
};

struct Row {
    std::uint32_t task = 0;
    std::uint32_t position = 0;
    std::string text;
    bool critical = false;
    RowKind kind = RowKind::Call;
    std::uint32_t call = history::kNone;  // of Call, Begin, Return and Open
    bool waits = false;                   // it never returned, since it waits
};

// One row per operation, where it responded. An operation during which another task did something
// has two, its call and its return, so that the overlap shows. Sections, complaints, and how the
// execution ended have rows of their own. What an operation came back with is followed by who wrote
// or sent it, where that can be told.
std::vector<Row> rows_of(const history::History&, const std::vector<std::uint32_t>& critical_calls);

// With all marked that the violations are about: calls, and sections that two were inside of.
std::vector<Row> marked_rows(const history::History&, const check::Verdict&);

// Which rows to show of a history that is long: all of up to `whole`, else those around what is
// critical.
inline constexpr std::size_t kRowsAround = 2;
std::vector<bool> rows_kept(const std::vector<Row>&, std::size_t whole);

// The calls that any of the violations points at, sorted.
std::vector<std::uint32_t> critical_calls(const check::Verdict&);

// Names of the objects that a task still holds at the end: its mutexes, in order of locking.
std::vector<std::string> held_at_end(const history::History&, std::uint32_t task);

}  // namespace stagger::report
