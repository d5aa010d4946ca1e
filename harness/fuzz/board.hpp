// SPDX-License-Identifier: Apache-2.0
//
// What a campaign and its job processes share in memory: counters, and the features seen by any of
// them. Written by the jobs, read by the campaign; in an anonymous mapping that dies with them.
#pragma once

#include <atomic>
#include <cstdint>

#include "harness/engine/coverage.hpp"

namespace stagger::fuzz {

inline constexpr std::uint32_t kMaxJobs = 256;
inline constexpr std::size_t kErrorBytes = 1024;

// One job's, written by it alone; `error` is whole before it ends.
struct JobBoard {
    std::atomic<std::uint64_t> interleavings, contended;
    std::atomic<std::uint64_t> unconfirmed, repeated;
    std::atomic<double> chance_of_new;
    std::atomic<bool> saturated, met, ended;
    bool spec_failed, lacking;
    char error[kErrorBytes];  // "": it ended as it should
};

struct Board {
    std::atomic<bool> stop;  // set by the campaign: end with what is there
    std::atomic<std::uint64_t> executions;
    std::atomic<std::int64_t> last_new;  // steady clock, in ns: of the last new feature
    std::atomic<std::uint8_t> features[engine::kFeatures];
    JobBoard jobs[kMaxJobs];
};

}  // namespace stagger::fuzz
