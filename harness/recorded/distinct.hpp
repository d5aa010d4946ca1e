// SPDX-License-Identifier: Apache-2.0
//
// Judges parts of a history by the near-linear algorithms of check/linear, where they apply. One
// object serves all parts of one history, so that its tables are made once. Called by judge().
#pragma once

#include "harness/check/linear/distinct.hpp"
#include "harness/recorded/part.hpp"

namespace stagger::recorded {

class DistinctJudge {
public:
    DistinctJudge(History& history, const ModelInfo& model, const JudgeOptions& options);

    // None where the part has repeated values, or operations that these algorithms do not know, or
    // where only a search can tell.
    std::optional<PartVerdict> judge(const Part& part, const PartLimits& limits);

private:
    using Ends = std::vector<std::uint32_t>;

    // The part as it was when some calls had responded: `ends` has kNone for those that had not.
    std::optional<check::Finding> judge_with(const Part& part, const Ends& ends);
    std::optional<check::Finding> judge_register(const Part& part, const Ends& ends);
    std::optional<check::Finding> judge_container(const Part& part, const Ends& ends);
    std::optional<check::Finding> judge_set(const Part& part, const Ends& ends);
    bool collect_writers(const Part& part);
    std::vector<std::uint8_t> effective_writes(const Part& part, const Ends& ends) const;
    bool collect_puts(const Part& part, const Ends& ends, check::Container& container);
    bool collect_takes(const Part& part, const Ends& ends, check::Container& container,
                       check::Finding& finding);
    bool give(check::Container& container, std::uint32_t index, const check::Interval& interval,
              std::uint32_t value, check::Finding& finding);
    std::uint32_t number_of(std::uint32_t value);
    bool is_known(std::uint32_t value) const { return numbers_[value].epoch == epoch_; }
    void forget();
    std::uint32_t first_illegal(const Part& part, const PartLimits& limits);
    std::string sentence(const Part& part, const check::Finding& finding) const;

    struct Number {
        std::uint32_t epoch = 0;
        std::uint32_t number = 0;
    };

    History& history_;
    const ModelInfo& model_;
    const JudgeOptions& options_;
    std::uint32_t initial_ = 0;                 // of a register
    std::vector<std::uint32_t> initial_items_;  // of a container
    std::vector<Number> numbers_;               // by value: its number in this part
    std::uint32_t epoch_ = 0, count_ = 0;
    std::vector<std::uint32_t> writer_;  // by number: the call that wrote it
};

}  // namespace stagger::recorded
