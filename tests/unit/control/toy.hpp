// SPDX-License-Identifier: Apache-2.0
//
// A toy program under the real scheduler: its tasks are lists of functions, all in the test's own
// process and thread, so that every order is exact and cheap. For tests of control and planners.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "harness/control/layout.hpp"
#include "harness/control/scheduler.hpp"

namespace stagger::testing {

// A control segment outside of any process: all zero but for its marks.
class ToySegment {
public:
    ToySegment();
    ~ToySegment();
    ToySegment(const ToySegment&) = delete;
    ToySegment& operator=(const ToySegment&) = delete;

    control::Segment& operator*() const { return *segment_; }
    control::Segment* operator->() const { return segment_; }

private:
    control::Segment* segment_;
};

// What every step of a toy touches.
inline constexpr control::Key kSharedKey = control::make_key(control::KeySpace::Memory, 1);

class Toy {
public:
    // What a task does at one of its points. False: it blocked itself and tries again when woken.
    using Step = std::function<bool()>;
    using Order = std::vector<control::TaskIndex>;

    // All tasks are roles, numbered from 0.
    explicit Toy(std::vector<std::vector<Step>> tasks);
    // Tasks of so many steps that do nothing.
    static Toy of_lengths(const std::vector<std::size_t>& lengths);

    control::Segment& segment() const { return **segment_; }
    control::Plan& plan() const { return segment().plan; }
    control::Execution& execution() const { return segment().execution; }

    // What every step is from now on; an atomic access unless said otherwise.
    void set_call(control::Call call) { call_ = call; }

    // One execution under plan(): who did the steps, in order. Its end is in execution().ending.
    Order run();
    std::vector<control::Decision> decisions() const;

    // For steps: `self` waits until `key` is touched or the deadline has come.
    bool wait(control::TaskIndex self, control::Key key,
              std::int64_t deadline = control::kNoDeadline) const;

private:
    struct Task {
        std::vector<Step> steps;
        std::size_t next = 0;
        bool at_point = false;
    };
    control::TaskIndex advance(control::TaskIndex self, Order& order);

    std::unique_ptr<ToySegment> segment_;
    std::vector<Task> tasks_;
    control::Call call_ = control::Call::MemoryAtomic;
};

}  // namespace stagger::testing
