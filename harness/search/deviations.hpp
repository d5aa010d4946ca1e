// SPDX-License-Identifier: Apache-2.0
//
// The bounded rounds of the exhaustive search: the calm course, then all that deviate from it once,
// then all that deviate twice. Most bugs are here, so they come first. In the controller.
#pragma once

#include <optional>

#include "harness/search/course.hpp"

namespace stagger::search {

class Deviations {
public:
    // Pairs of deviations that are tried; of more, so many drawn at random.
    static constexpr std::size_t kMaxPairs = std::size_t{1} << 12;
    static constexpr std::size_t kMaxSingles = std::size_t{1} << 16;

    // Most deviations: 0, 1 or 2.
    Deviations(std::uint64_t seed, std::uint32_t most) : random_(seed), most_(most) {}

    // Nothing: all rounds are done. Each is to be followed by learn.
    std::optional<std::vector<control::Decision>> next();
    void learn(const Course&);

private:
    using Pair = std::pair<control::Decision, control::Decision>;
    std::uint64_t draw(std::uint64_t bound);
    void keep_pair(const Pair&);

    std::uint64_t random_;
    std::uint32_t most_;
    bool begun_ = false;
    std::vector<control::Decision> singles_;
    std::vector<Pair> pairs_;
    std::uint64_t pairs_seen_ = 0;
    std::size_t next_single_ = 0, next_pair_ = 0;
};

}  // namespace stagger::search
