// SPDX-License-Identifier: Apache-2.0
//
// A case as something to be fuzzed: executes genomes, and keeps what was learned from them. In the
// controller or in a campaign's job process, one per case, used by one thread. The scenario and
// the case must outlive it.
#pragma once

#include <memory>
#include <set>
#include <span>
#include <variant>

#include "harness/engine/core_lease.hpp"
#include "harness/engine/coverage.hpp"
#include "harness/engine/runner.hpp"
#include "harness/fuzz/code_coverage.hpp"
#include "harness/fuzz/mutator.hpp"

namespace stagger::fuzz {

struct Executed {
    const engine::Seen* seen = nullptr;  // valid until the next execution
    std::uint32_t new_features = 0;      // of behaviour and of code
};

class Subject {
public:
    // Has the calm execution behind it.
    static std::variant<std::unique_ptr<Subject>, engine::PoolFailure> open(
        const spec::Scenario&, const spec::Case&, const engine::CampaignOptions&);

    // Fails if processes cannot be made, and if Stagger, the backend or the spec does; see
    // spec_failed.
    Result<Executed> execute(std::span<const std::uint8_t> genome);
    bool spec_failed() const { return spec_failed_; }

    engine::Runner& runner() { return runner_; }
    spec::Lifetime lifetime() const { return lifetime_; }
    const engine::Coverage& coverage() const { return coverage_; }
    const CodeCoverage& code() const { return code_; }
    const Terrain& terrain() const { return terrain_; }
    bool met() const { return met_; }  // tasks touched a common object
    std::uint64_t contended_points() const { return contended_.size(); }

private:
    Subject(std::unique_ptr<engine::CoreLease>, engine::Runner, const spec::Case&,
            const engine::CampaignOptions&);
    void survey();

    std::unique_ptr<engine::CoreLease> core_;  // held before the runner's processes exist
    engine::Runner runner_;
    engine::Knowledge knowledge_;
    engine::Coverage coverage_;
    CodeCoverage code_;
    Terrain terrain_;
    spec::Lifetime lifetime_;
    bool spec_failed_ = false;
    bool met_ = false;
    std::set<std::uint32_t> contended_;  // sites
};

}  // namespace stagger::fuzz
