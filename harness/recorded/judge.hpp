// SPDX-License-Identifier: Apache-2.0
//
// Judges a recorded history by a sequential model. Called by `stagger check`, in the controller.
// Pure: a verdict is never guessed; past a bound it is inconclusive.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "harness/recorded/models/model.hpp"

namespace stagger::recorded {

enum class Consistency : std::uint8_t { Linearizable, Sequential, Causal };

// Which algorithm judged; also for tests, to ask for one.
enum class Algorithm : std::uint8_t {
    Automatic,
    Distinct,        // near-linear, where values are distinct
    WingGongLowe,    // depth first
    Frontier,        // in the order of time, for few processes
    SerialSearch,    // sequential consistency
    CausalPatterns,  // causal consistency
};
std::string_view name(Algorithm algorithm);

struct JudgeOptions {
    Consistency consistency = Consistency::Linearizable;
    const Value* initial = nullptr;
    std::optional<Value> key;  // judge only that
    std::uint32_t stale_versions = 0;
    std::size_t memory_bytes = std::size_t{1} << 30;
    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
    Algorithm algorithm = Algorithm::Automatic;
};

enum class Answer : std::uint8_t { Ok, Violation, Inconclusive };

struct Judgement {
    Answer answer = Answer::Ok;
    std::string reason;  // a sentence: why it is a violation, or inconclusive
    std::uint32_t key = kNone;
    // Of a violation; indices into History::operations. A legal order of all that responded before
    // `stuck` does, where it was found; `explained` operations took effect in it.
    std::vector<std::uint32_t> order;
    std::uint32_t explained = 0;
    bool order_known = false;
    std::uint32_t stuck = kNone;
    std::vector<std::uint32_t> concurrent;  // those open when `stuck` responded

    std::uint32_t judged = 0;  // operations, all keys together
    std::uint32_t parts = 0;   // keys, or elements of a set, that were judged apart
    std::vector<Algorithm> algorithms;
};

// Fails where the history has an operation that the model does not know, or one that makes no
// sense: the error names file and line.
Result<Judgement> judge(History& history, const ModelInfo& model, const JudgeOptions& options);

}  // namespace stagger::recorded
