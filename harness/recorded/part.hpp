// SPDX-License-Identifier: Apache-2.0
//
// Judges one part of a history: one key, or all of it. The algorithms differ in what they need and
// what they cost; each gives a PartVerdict. Called by judge(), one thread.
#pragma once

#include "harness/check/search.hpp"
#include "harness/recorded/calls.hpp"

namespace stagger::recorded {

struct PartVerdict {
    Answer answer = Answer::Ok;
    Algorithm algorithm = Algorithm::Automatic;
    std::string reason;           // "" of a violation: there is no more to say than that
    std::uint32_t stuck = kNone;  // of a violation: an index into Part::calls
    bool stuck_is_first = true;   // false: an earlier response may have no explanation, either
    bool model_failed = false;    // `reason` says how; there is no verdict then
};

// What judging one part may use.
struct PartLimits {
    std::size_t memory_bytes = 0;
    std::chrono::steady_clock::time_point deadline;

    bool out_of_time() const { return std::chrono::steady_clock::now() >= deadline; }
};

// The operations of a part as the searches of check see them.
class PartSearch : public check::Transitions {
public:
    // `term_of`: an entry of 0 for each value of the history, and again so at the end.
    PartSearch(const History& history, const ModelInfo& model, const Part& part,
               const JudgeOptions& options, std::vector<Term>& term_of);
    ~PartSearch();
    PartSearch(const PartSearch&) = delete;
    PartSearch& operator=(const PartSearch&) = delete;

    PartVerdict depth_first(const PartLimits& limits, std::uint64_t steps);
    PartVerdict in_order_of_time(const PartLimits& limits);
    // A legal order of what responded before the call `stuck` did; false where none was found in
    // time. Calls that were open then may be in it.
    bool order_before(std::uint32_t stuck, const PartLimits& limits,
                      std::vector<std::uint32_t>& order);

    std::optional<State> step(State state, std::uint32_t op, unsigned alternative) override;
    bool exhausted() const override { return terms_.exhausted(); }
    bool only_looks(std::uint32_t op) const override { return looks_[op] != 0; }

private:
    PartVerdict verdict_of(check::SearchOutcome outcome, std::uint32_t stuck, Algorithm algorithm);
    std::string values_in(const std::vector<State>& states) const;
    std::vector<std::uint32_t> twins() const;

    const History& history_;
    const ModelInfo& info_;
    const Part& part_;
    check::Terms terms_;
    std::vector<Term>& term_of_;
    std::vector<std::uint8_t> looks_;
    std::vector<check::Interval> intervals_;
    std::unique_ptr<Model> model_;
};

// Calls that were open when `stuck` responded, and did not respond before.
std::vector<std::uint32_t> open_at(const Part& part, std::uint32_t stuck);

}  // namespace stagger::recorded
