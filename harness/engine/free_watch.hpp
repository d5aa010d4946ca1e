// SPDX-License-Identifier: Apache-2.0
//
// Looks after an execution in free mode while the controller waits for its end. Who waits for whom
// is not known there, so that being stuck is only ever a lack of progress. Used by the pool.
#pragma once

#include <array>
#include <chrono>

#include "harness/control/layout.hpp"

namespace stagger::engine {

class FreeWatch {
public:
    enum class State { Running, Hung, Stalled };

    FreeWatch(const control::Segment&, control::TaskMask clients);

    // Looks if it is time to. Hung: `culprit` computes without reaching a point. Stalled: nobody
    // goes on, and nobody computes; or it took far too long.
    State look();
    control::TaskIndex culprit() const { return culprit_; }

private:
    using Clock = std::chrono::steady_clock;
    struct Seen {
        std::uint32_t point = ~0u;
        double cpu = 0;  // when it was last seen to go on
        double now = 0;
    };
    bool look_at(control::TaskIndex task);
    bool somebody_pauses() const;
    double cpu_since_progress() const;
    std::uint64_t progress() const;

    const control::Segment& segment_;
    control::TaskMask clients_;
    std::array<Seen, control::kMaxTasks> seen_{};
    Clock::time_point start_, last_look_, last_progress_;
    std::uint64_t progress_ = ~std::uint64_t{0};
    double cpu_base_ = 0;
    control::TaskIndex culprit_ = control::kNobody;
};

}  // namespace stagger::engine
