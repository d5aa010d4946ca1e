// SPDX-License-Identifier: Apache-2.0
//
// The exhaustive search: yields what the next execution is to follow, and learns from its trace.
// First the bounded rounds, in which a bug is likely to be, then every execution up to
// equivalence. A pure algorithm over control segments: it starts nothing. In the controller.
#pragma once

#include <string>

#include "harness/search/deviations.hpp"
#include "harness/search/tree.hpp"

namespace stagger::search {

class Exploration {
public:
    struct Options {
        std::uint64_t seed = 0;
        // The end of an operation and the beginning of one on another object are compared by an
        // oracle: `as_one` blocks, `visible`.
        bool any_object = false;
        std::uint32_t deviations = 2;  // bounded rounds up to so many
    };

    explicit Exploration(const Options& options)
        : deviations_(options.seed, options.deviations), tree_(options.any_object) {}

    // Nothing: the search is over. Each is to be followed by learn.
    std::optional<Directions> next();

    // What the last directions led to. Requires: its trace was on.
    void learn(const control::Segment&);

    // Every execution was explored, up to equivalence and the limits.
    bool complete() const;
    std::uint64_t classes() const { return tree_.classes(); }
    // Executions that turned out to be equivalent to one before.
    std::uint64_t redundant() const { return tree_.redundant(); }
    // The share of the search without a bound that is done, as far as is known.
    double progress() const { return bounded_ ? 0 : tree_.progress(); }
    // What completeness does not cover, and what stood in its way: sentences.
    std::vector<std::string> limits() const;

private:
    Deviations deviations_;
    Tree tree_;
    bool bounded_ = true;  // rounds
    bool over_ = false;
    bool unseen_ = false;  // some execution could not be followed from its trace
    bool yields_ = false, looks_at_time_ = false, opaque_steps_ = false, unasked_ = false;
    bool inputs_ = false;  // any() was asked, and gave the least: other inputs were not tried
};

}  // namespace stagger::search
