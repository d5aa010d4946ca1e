// SPDX-License-Identifier: Apache-2.0
//
// The history as workers write it into the control segment: records of a fixed head and up to
// three byte strings. Written by the holder of the token, in its worker process; read by the
// engine (engine/decode). Times stand apart, so that equal histories are equal bytes however
// virtual time went.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "harness/control/layout.hpp"

namespace stagger::control {

enum class RecordKind : std::uint8_t {
    Invoke,      // a: operation | flags, b: object, c: with; texts: key, value, expected
    Respond,     // a: status; texts: result, failure
    EnterBlock,  // `as_one`; texts: name
    LeaveBlock,
    EnterSection,  // a: shared; texts: name
    LeaveSection,
    Complaint,  // a: history::Complaint::Kind; texts: text
    Variables,  // texts: encoded map of the task's variables at its end
    Strike,     // a: FaultKind, b: variant
};

inline constexpr std::uint32_t kTimedFlag = 1u << 8;  // in Invoke's a
inline constexpr std::uint32_t kCheckedFlag = 1u << 9;

struct Record {
    RecordKind kind;
    std::uint8_t task;
    std::uint16_t text_count;
    std::uint32_t site;
    std::uint32_t a, b, c;
    // Followed by text_count times: u32 length, bytes.
};

inline constexpr std::uint16_t kMaxTexts = 3;

// Appends, or sets `overflow` when it does not fit. No allocation.
void append(Segment&, Record, std::span<const std::string_view> texts);

// Reads the record at `offset` and moves it behind; false at the end or on bytes that are none.
bool next_record(std::string_view bytes, std::size_t& offset, Record& record,
                 std::string_view (&texts)[kMaxTexts]);

}  // namespace stagger::control
