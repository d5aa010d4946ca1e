// SPDX-License-Identifier: Apache-2.0
//
// Behaviour coverage: what an execution did, as a set of features in 64 Ki bytes. A feature that
// was there is 1, however often; so the map tells new behaviour from more of the same. The
// portfolio learns from it, and libFuzzer sees it as extra counters. In the controller; the map
// belongs to whoever owns the object.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "harness/engine/strategy/knowledge.hpp"

namespace stagger::engine {

inline constexpr std::size_t kFeatures = std::size_t{1} << 16;

class Coverage {
public:
    Coverage() : map_(kFeatures, 0) {}

    // Adds the features of the execution that `knowledge` learned from last, whose trace is in the
    // segment: who read from whom and in which order, who waited for whom, results, and how many
    // operations and sections were under way at once. Returns how many of them are new.
    std::uint32_t learn(const control::Segment&, const Knowledge&);

    std::uint64_t features() const { return features_; }
    // Of the last execution, each once, in the order found.
    const std::vector<std::uint16_t>& last() const { return last_; }
    std::span<const std::uint8_t> map() const { return map_; }

private:
    void add(std::uint64_t feature);
    void add_pairs(const Knowledge&);
    void add_waits(const control::Trace&);
    void add_overlaps(const control::Trace&);
    void add_results(std::string_view history, bool coarsely);

    std::vector<std::uint8_t> map_;
    std::uint64_t features_ = 0;
    std::uint32_t new_ = 0;
    std::vector<std::uint16_t> last_;
    std::vector<std::uint64_t> seen_in_;  // by feature: the number of the last execution with it
    std::uint64_t number_ = 0;
};

}  // namespace stagger::engine
