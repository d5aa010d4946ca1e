// SPDX-License-Identifier: Apache-2.0
#include "harness/fuzz/code_coverage.hpp"

#include <cstring>

namespace stagger::fuzz {
namespace {

// Edges are hashed, and how many there are is not known: with half of all features taken, a new
// edge is as likely as not to look like an old one.
constexpr std::size_t kCrowded = control::kCodeFeatures / 2;

}  // namespace

std::uint32_t CodeCoverage::learn(const control::Code& code) {
    last_.clear();
    instrumented_ = code.instrumented.load();
    if (!instrumented_) return 0;
    std::uint32_t fresh = 0;
    for (std::size_t i = 0; i < control::kCodeFeatures; i += sizeof(std::uint64_t)) {
        std::uint64_t word;
        std::memcpy(&word, code.features + i, sizeof(word));
        if (word == 0) continue;
        for (std::size_t feature = i; feature < i + sizeof(word); ++feature) {
            if (code.features[feature] == 0) continue;
            last_.push_back(static_cast<std::uint16_t>(feature));
            fresh += seen_[feature] ? 0 : 1;
            seen_[feature] = true;
        }
    }
    crowded_ = code.short_of_room.load() || code.places.load() > control::kCodeFeatures ||
               seen_.count() > kCrowded;
    return fresh;
}

}  // namespace stagger::fuzz
