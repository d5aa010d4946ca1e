// SPDX-License-Identifier: Apache-2.0
//
// Who came before whom, and which orders could be turned round: the happens-before relation over
// the events on a path, and the races in it. Used by the exhaustive search, in the controller.
#pragma once

#include "harness/search/node.hpp"

namespace stagger::search {

class Races {
public:
    Races(std::vector<Node>& path, const Dependence& dependence)
        : path_(path), dependence_(dependence) {}

    // Orders the event of the node at `position`, and marks where before it another task must be
    // tried first since it races with this one. `enabler` is a node or kNothing.
    void add_event(std::size_t position, std::uint32_t enabler, bool after_all);

    // The same for an event that `task` could not do after the first `position` nodes.
    void add_attempt(std::size_t position, control::TaskIndex task, const Accesses&,
                     std::uint32_t enabler, bool after_all);

private:
    using Clock = std::vector<std::uint32_t>;
    // An event, on the path or not, that comes after the first `position` nodes.
    struct Subject {
        std::size_t position;
        control::TaskIndex task;
        const Accesses* accesses;
        bool universal;
    };
    Clock order(const Subject&, Clock clock, std::vector<std::size_t>& races) const;
    Clock start_clock(const Subject&, std::uint32_t enabler, bool after_all) const;
    control::TaskMask initials(std::size_t from, const Subject&, const Clock&) const;
    void reverse(std::size_t at, const Subject&, const Clock&);
    bool before(const Node&, const Clock&) const;

    std::vector<Node>& path_;
    const Dependence& dependence_;
};

}  // namespace stagger::search
