// SPDX-License-Identifier: Apache-2.0
//
// Features of the plugins' code that executions came by, as the agents in the tasks left them in
// the control segment. Beside the coverage of behaviour, and counted apart from it: code is there
// only where a plugin was built for it. Owned by a Subject, in a job of a campaign.
#pragma once

#include <bitset>
#include <cstdint>
#include <vector>

#include "harness/control/code.hpp"

namespace stagger::fuzz {

class CodeCoverage {
public:
    // Adds those of the last execution; how many of them are new.
    std::uint32_t learn(const control::Code&);

    // Of the last execution, in ascending order.
    const std::vector<std::uint16_t>& last() const { return last_; }
    bool instrumented() const { return instrumented_; }
    // There is more code than can be told apart.
    bool crowded() const { return crowded_; }

private:
    std::bitset<control::kCodeFeatures> seen_;
    std::vector<std::uint16_t> last_;
    bool instrumented_ = false, crowded_ = false;
};

}  // namespace stagger::fuzz
