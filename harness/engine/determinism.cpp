// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/determinism.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/engine/schedule_codec.hpp"

namespace stagger::engine {

Status repeat_last(Runner& runner, spec::Lifetime lifetime, std::uint64_t index) {
    if (runner.pool().execution().log_full) return Ok{};
    const std::string bytes(runner.history_bytes());
    const auto decisions = runner.decisions();
    STAGGER_TRY([[maybe_unused]] const Seen* seen, runner.run(decisions, lifetime));
    const std::string_view again = runner.history_bytes();
    if (again == bytes) return Ok{};
    const control::Execution& execution = runner.pool().execution();
    const auto part = std::mismatch(bytes.begin(), bytes.end(), again.begin(), again.end());
    std::string where = fmt::format("the histories part at byte {}", part.first - bytes.begin());
    if (execution.misfits > 0) {
        where = "they part at " + describe_decision(execution.first_misfit,
                                                    runner.pool().layout().tasks, runner.labels());
    }
    const std::string left_behind =
        lifetime == spec::Lifetime::Fresh
            ? ""
            : ", or what an execution leaves behind: does reset_shared of the backend put back all "
              "that it has?";
    return Error{
        fmt::format("schedule {} gave another history when it was run again: {}. "
                    "Something that Stagger does not control decides here, such as a "
                    "value that differs from run to run{}",
                    index + 1, where, left_behind)};
}

}  // namespace stagger::engine
