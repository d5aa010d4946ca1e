// SPDX-License-Identifier: Apache-2.0
//
// Writes a task's part of the history into the control segment. Used by the interpreter in worker
// processes, while its task holds the token.
#pragma once

#include <cstdint>
#include <string_view>

#include "harness/control/record.hpp"
#include "harness/history/history.hpp"
#include "harness/worker/case_backends.hpp"

namespace stagger::worker {

class Recorder {
public:
    Recorder(control::Segment& segment, std::uint8_t task) : segment_(&segment), task_(task) {}

    void invoke(std::uint32_t site, const Request&, bool checked);
    void respond(std::uint32_t site, ResultStatus, std::string_view result,
                 std::string_view failure);
    void enter(control::RecordKind, std::uint32_t site, std::string_view name, bool shared);
    void leave(control::RecordKind, std::uint32_t site);
    void complain(history::Complaint::Kind, std::uint32_t site, std::string_view text);
    void variables(std::string_view encoded_map);
    // What follows would be out of the oracles' sight.
    bool is_full() const { return segment_->history.overflow; }

private:
    void append(control::Record, std::initializer_list<std::string_view> texts);

    control::Segment* segment_;
    std::uint8_t task_;
};

}  // namespace stagger::worker
