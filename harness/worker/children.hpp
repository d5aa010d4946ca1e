// SPDX-License-Identifier: Apache-2.0
//
// The builder's children: forks them, learns at once when one ends, kills and reaps them. Used only
// in the single-threaded builder process.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/backend/protocol.hpp"
#include "harness/control/layout.hpp"

namespace stagger::worker {

// Leaves this process, a subreaper, no child, grandchild or zombie. `known` are asked first.
void kill_descendants(std::vector<int> known = {});

class Children {
public:
    Children();
    ~Children();
    Children(const Children&) = delete;
    Children& operator=(const Children&) = delete;

    // Runs `body` in a new process, number `process` of the case, which dies with this one. False
    // if the system refuses.
    bool fork_child(std::uint32_t process, const std::function<void(int parked)>& body);

    // Waits until `count` tasks have parked; "" or how a child died instead.
    std::string await_parked(std::size_t count);

    // Readable when a child has ended.
    int death_descriptor() const { return deaths_; }

    // Ends the execution under way as a crash, if a child died in it that no fault killed. Reaps
    // those that one did. The processes that are to start again.
    std::vector<std::uint32_t> report_deaths(control::Segment&, const backend::Layout&);

    // Forgets those that faults killed in the last execution, all reaped; which processes they
    // were.
    std::vector<std::uint32_t> reap_killed(const control::Segment&);

    // Leaves no child, grandchild or zombie.
    void kill_all();

private:
    struct Child {
        int pid = 0;
        std::uint32_t process = 0;
        bool struck = false;  // a fault killed it, which is known
        bool reaped = false;  // its number may be another's by now
    };
    static void reap(Child&);
    // Has it ended? It is not reaped. "was killed by signal 11 (Segmentation fault)".
    static std::optional<std::string> end_of(const Child&);

    int deaths_ = -1;
    int parked_[2] = {-1, -1};
    std::vector<Child> children_;
};

}  // namespace stagger::worker
