// SPDX-License-Identifier: Apache-2.0
//
// The words of the text form that its reader and its writer share. Used by those two only.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "harness/history/history.hpp"

namespace stagger::history {

// By the numbers of stagger_fifo_scope, Complaint::Kind and Ending.
inline constexpr std::array<std::string_view, 3> kFifoNames = {"global", "per-producer", "none"};
// By the numbers of stagger_executions.
inline constexpr std::array<std::string_view, 3> kExecutionNames = {"exactly-once", "at-most-once",
                                                                    "at-least-once"};
inline constexpr std::array<std::string_view, 4> kComplaintNames = {"assertion", "expression-error",
                                                                    "loop-limit", "torn-value"};
inline constexpr std::array<std::string_view, 8> kEndingNames = {
    "completed", "deadlock", "livelock",     "crash",
    "hang",      "overflow", "out-of-sight", "harness-error"};

struct ContractFlag {
    std::string_view name;
    bool Contract::*member;
    bool when_named;
};
inline constexpr std::array<ContractFlag, 7> kContractFlags = {{
    {"lossy", &Contract::lossy, true},
    {"duplicating", &Contract::duplicating, true},
    {"robust", &Contract::robust, true},
    {"spurious", &Contract::spurious_wakeups, true},
    {"cut-off", &Contract::cut_off_may_apply, true},
    {"private", &Contract::shared, false},
    {"framed", &Contract::framed, true},
}};

// The task that a name stands for, given those declared before: see text.cpp.
Task task_by_name(std::string_view name, const std::vector<Task>& known);

}  // namespace stagger::history
