// SPDX-License-Identifier: Apache-2.0
//
// Consistency without real time. Sequential (Lamport 1979): one order of all operations, in which
// those of each process stand as it made them. Causal memory (Ahamad et al. 1995): for each process
// an order of its own operations and all writes that respects what depended on what, judged by the
// patterns of Bouajjani, Enea, Guerraoui and Hamza ("On verifying causal consistency", 2017), where
// no value is written twice. Called by judge(), with all keys in one part.
#pragma once

#include "harness/recorded/part.hpp"

namespace stagger::recorded {

struct SerialVerdict {
    PartVerdict verdict;
    std::vector<std::uint32_t> order;  // the longest legal order found; indices into Part::calls
};

SerialVerdict judge_sequential(const History& history, const ModelInfo& model, const Part& part,
                               const JudgeOptions& options, std::vector<Term>& term_of,
                               const PartLimits& limits);

PartVerdict judge_causal(const History& history, const ModelInfo& model, const Part& part,
                         const JudgeOptions& options, const PartLimits& limits);

}  // namespace stagger::recorded
