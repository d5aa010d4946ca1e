// SPDX-License-Identifier: Apache-2.0
//
// The search without a bound: every execution up to equivalence, depth first. One execution is in
// memory at a time, as a path of nodes. Used by the exhaustive search, in the controller.
#pragma once

#include <optional>

#include "harness/search/directions.hpp"
#include "harness/search/races.hpp"

namespace stagger::search {

class Tree {
public:
    // A path of more events is not followed to its end; 2^14 nodes are some 100 MiB at most.
    static constexpr std::size_t kMaxNodes = std::size_t{1} << 14;

    explicit Tree(bool any_object) { dependence_.any_object = any_object; }
    Tree(const Tree&) = delete;
    Tree& operator=(const Tree&) = delete;

    // Nothing: every execution is explored, up to equivalence. Each is to be followed by learn.
    std::optional<Directions> next();

    // What the last directions led to. `cut_short`: it ended by a crash or at a limit.
    void learn(const Course&, bool cut_short);

    std::uint64_t classes() const { return classes_; }
    std::uint64_t redundant() const { return redundant_; }  // executions that showed nothing new
    // The share of the search that is done, in [0, 1]: each node's answers are taken to have
    // equally much behind them, and those known so far to be all, so that it is too large rather
    // than too small. Call it after learn.
    double progress() const;
    bool too_deep() const { return too_deep_; }
    bool strayed() const { return strayed_; }  // an execution did not follow its directions

private:
    void retire(Node&);
    Directions directions_to_last() const;
    bool follow_prefix(const Course&);
    void refresh_waker(const Course&);
    bool take_step(const Course&, std::size_t index);
    void take_attempt(const Step&);
    bool take_event(const Step&, bool universal);
    void take_wake(const Step&);
    void open_node(const Asked&, std::uint32_t entry);
    void note_ending(const Course&, bool cut_short);
    std::size_t last_event() const;
    static control::TaskMask to_try(const Node&);
    std::uint32_t node_of(std::uint32_t step) const;

    Dependence dependence_;
    std::vector<Node> path_;
    Races races_{path_, dependence_};
    bool begun_ = false;
    bool open_ = false;                        // the last node still waits for its event
    std::vector<std::uint32_t> node_of_step_;  // of the course under way
    std::size_t next_step_ = 0;
    std::uint64_t classes_ = 0, redundant_ = 0;
    bool too_deep_ = false, strayed_ = false;
};

}  // namespace stagger::search
