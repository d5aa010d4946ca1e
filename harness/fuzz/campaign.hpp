// SPDX-License-Identifier: Apache-2.0
//
// A fuzzing campaign: job processes that search one case side by side and share a corpus. Called by
// `stagger fuzz` in the controller, from a process without other threads, since it forks. Whatever
// kills it, corpus and findings are whole; the same call goes on from them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/engine/campaign.hpp"

namespace stagger::fuzz {

// How far it is.
struct Progress {
    std::uint64_t executions = 0;
    double rate = 0;  // executions/s, lately
    std::uint64_t features = 0;
    std::uint64_t interleavings = 0;  // of the job that saw most
    std::uint64_t findings = 0, known = 0;
    double seconds_since_new = 0;
};

struct FuzzOptions {
    engine::CampaignOptions engine;  // seed, budget, folders; without a budget, until it is stopped
    std::uint32_t jobs = 1;
    std::string corpus;                  // folder of this case
    bool feedback = true;                // libFuzzer sees what executions did
    std::optional<std::uint32_t> depth;  // mutants in a row, each made from the one before it
    bool stop_at_finding = false;
    std::function<void(const Progress&)> on_progress;         // five times a second
    std::function<void(const std::string& line)> on_finding;  // a sentence, as soon as it is stored
};

struct FuzzResult {
    engine::CaseResult result;  // findings: all that were seen, those known before included
    std::uint64_t features = 0;
    std::uint64_t known = 0;        // findings that were stored before
    std::uint64_t unconfirmed = 0;  // violations that fresh processes never showed again
    std::uint64_t repeated = 0;     // executions that were run twice, and were the same
    double seconds_since_new = 0;   // since the last new feature
    bool interrupted = false;
};

FuzzResult run_campaign(const spec::Scenario&, const spec::Case&, const FuzzOptions&);

}  // namespace stagger::fuzz
