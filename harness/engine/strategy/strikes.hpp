// SPDX-License-Identifier: Apache-2.0
//
// Which faults strike, beside whatever strategy plans the interleaving: first each chance of the
// calm execution once, in a shuffled order, then chances drawn from all that were ever seen. One
// execution in a few goes without. In the controller; owned by the explorer.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "harness/engine/strategy/strategy.hpp"
#include "harness/history/history.hpp"
#include "harness/spec/scenario.hpp"

namespace stagger::engine {

FaultTable fault_table(const spec::Faults&, const std::vector<history::Task>&);

// Tells the tasks which faults to ask about.
void declare(const FaultTable&, control::Plan&);

class Strikes {
public:
    explicit Strikes(const FaultTable& table) : table_(table) {}

    // Adds to a plan that has no strikes.
    void plan(const Planning&, control::Plan&);
    // The chances that the last execution had.
    void learn(const control::Execution&);

private:
    struct Counts {
        std::array<std::uint32_t, control::kMaxTasks> by_task{};
        std::uint64_t total = 0;
    };
    control::Strike nth(FaultKind, const Counts&, std::uint64_t index) const;
    bool sweep(const Planning&, control::Plan&);
    void draw(const Planning&, control::Plan&) const;

    FaultTable table_;
    bool calm_ = true;                               // the next execution is the first
    std::array<Counts, kFaultKinds> swept_, most_;   // chances of the calm execution, and the most
    std::array<std::uint64_t, kFaultKinds> next_{};  // of swept_
    std::size_t turn_ = 0;                           // whose chance is swept next
};

}  // namespace stagger::engine
