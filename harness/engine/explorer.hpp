// SPDX-License-Identifier: Apache-2.0
//
// Explores the schedules of a case until the budget is spent or what is looked for was found, and
// keeps what a pass is worth. Runs in the controller, inside run_case.
#pragma once

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "harness/engine/coverage.hpp"
#include "harness/engine/finding.hpp"
#include "harness/engine/free_finding.hpp"
#include "harness/engine/runner.hpp"
#include "harness/engine/strategy/strategy.hpp"
#include "harness/engine/strategy/strikes.hpp"

namespace stagger::engine {

// An execution that showed a symptom for the first time.
struct Sighting {
    Target target;
    std::uint64_t index = 0;  // of the execution, from 0
    std::vector<control::Decision> decisions;
    std::optional<FreeRun> free;  // it was in free mode
};

class Explorer {
public:
    Explorer(Runner&, const spec::Case&, const CampaignOptions&);

    // Fails if Stagger or the backend does; see also spec_error.
    Status explore();

    const std::vector<Sighting>& sightings() const { return sightings_; }
    std::uint64_t executions() const { return executions_; }
    const std::string& spec_error() const { return spec_error_; }
    const std::string& inconclusive() const { return inconclusive_; }
    Evidence evidence() const;
    bool met() const { return common_objects_ > 0; }
    bool visible_bound_reached() const { return visible_bound_reached_; }
    bool interrupted() const;

    std::string strategy_name() const;
    spec::Lifetime lifetime() const;

private:
    bool is_free() const { return engine::is_free(case_, options_); }
    Result<const Seen*> execute();
    bool done() const;
    bool found_all() const;
    Status step();
    Status take(const Seen&);
    Planning planning() const;
    void learn();
    void count_strikes(const control::Segment&);
    Growth growth() const;
    void note_growth();
    void add_pct_odds(const Claims&, Evidence&) const;

    Runner& runner_;
    const spec::Case& case_;
    const CampaignOptions& options_;
    std::unique_ptr<Planner> planner_;
    Knowledge knowledge_;
    Coverage coverage_;
    Strikes strikes_;
    std::uint64_t budget_ = 0;
    double seconds_ = 0;  // 0: no bound
    std::chrono::steady_clock::time_point start_;

    std::uint64_t executions_ = 0;
    std::vector<Sighting> sightings_;
    std::vector<std::uint32_t> contended_;
    std::array<std::uint64_t, kFaultKinds> struck_{};
    std::uint32_t common_objects_ = 0;
    bool visible_bound_reached_ = false;
    std::uint64_t unjudged_ = 0;  // executions that were inconclusive
    std::map<std::string, std::uint64_t> outcomes_;
    std::vector<Growth> growth_;
    std::uint64_t next_growth_ = 1;  // the schedule after which it is noted down again
    std::string spec_error_, inconclusive_;
};

}  // namespace stagger::engine
