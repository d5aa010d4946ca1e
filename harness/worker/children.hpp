// SPDX-License-Identifier: Apache-2.0
//
// The host's children: forks them, learns at once when one ends, kills and reaps them. Used only
// in the single-threaded host process.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "harness/backend/protocol.hpp"
#include "harness/control/layout.hpp"

namespace stagger::worker {

class Children {
public:
    Children();
    ~Children();
    Children(const Children&) = delete;
    Children& operator=(const Children&) = delete;

    // Runs `body` in a new process, which dies with this one. False if the system refuses.
    bool fork_child(const std::function<void(int parked)>& body);

    // Waits until `count` tasks have parked; "" or how a child died instead.
    std::string await_parked(std::size_t count);

    // Readable when a child has ended.
    int death_descriptor() const { return deaths_; }

    // Ends the execution under way as a crash, if a child died in it.
    void report_deaths(control::Segment&, const backend::Layout&);

    // Leaves no child, grandchild or zombie.
    void kill_all();

private:
    struct Death {
        int pid = 0;
        std::string how;  // "was killed by signal 11 (Segmentation fault)"
    };
    // A child of ours that has ended and is not reaped yet.
    bool find_death(Death&);

    int deaths_ = -1;
    int parked_[2] = {-1, -1};
    std::vector<int> pids_;
};

}  // namespace stagger::worker
