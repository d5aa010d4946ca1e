// SPDX-License-Identifier: Apache-2.0
//
// Single executions of a case, judged: the pool that runs them, the oracles that judge them, and
// what was seen so far. Equal histories are judged once, since oracles are pure. In the controller,
// one per case, used by one thread. The scenario and the case must outlive it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "harness/engine/campaign.hpp"
#include "harness/engine/final_state.hpp"
#include "harness/engine/pool.hpp"
#include "harness/engine/strategy/knowledge.hpp"
#include "harness/engine/strategy/strikes.hpp"

namespace stagger::engine {

// One distinct history: what the oracles said, and how often it came.
struct Seen {
    check::Verdict verdict;
    std::optional<std::string> outcome;
    std::string harness_error;  // Stagger or the backend failed: no verdict
    std::string spec_error;     // an expression failed at run time
    std::uint64_t count = 0;
};

// Distinct histories that are remembered; further ones are judged each time they come.
inline constexpr std::size_t kMaxSeen = std::size_t{1} << 14;

class Runner {
public:
    static std::variant<Runner, PoolFailure> open(const spec::Scenario&, const spec::Case&,
                                                  const CampaignOptions&);

    const spec::Scenario& scenario() const { return *scenario_; }
    Pool& pool() { return *pool_; }
    control::Plan& plan() { return pool_->plan(); }

    // One execution under plan(), judged. Fails if processes cannot be made.
    Result<const Seen*> run(spec::Lifetime);
    // The same in free mode, with the plan's delays, in fresh processes.
    Result<const Seen*> run_free();
    // In controlled mode, under these decisions.
    Result<const Seen*> run(const std::vector<control::Decision>&, spec::Lifetime);

    // Of the last execution.
    history::History history() const;
    std::vector<control::Decision> decisions() const;
    std::string_view history_bytes() { return pool_->history_bytes(); }

    const std::unordered_map<std::uint64_t, std::unique_ptr<Seen>>& seen() const { return seen_; }
    bool saturated() const { return seen_.size() >= kMaxSeen; }
    const std::vector<std::string>& labels() const { return labels_; }
    // Some oracle compares operations on different objects.
    bool compares_objects() const;
    const FaultTable& faults() const { return faults_; }
    // Of this case, with nothing learned yet.
    Knowledge new_knowledge() const;

private:
    Runner(const spec::Scenario&, const spec::Case&, Pool);
    const Seen* seen_now();  // the last execution, judged
    std::uint64_t fingerprint();
    void judge(Seen&);
    // Fails over an expression that failed, in a task or here.
    Result<check::Observations> observe(const history::History&);

    const spec::Scenario* scenario_;
    const spec::Case* case_;
    std::unique_ptr<Pool> pool_;
    std::unique_ptr<FinalState> final_state_;
    check::Expectations expectations_;
    std::vector<std::string> labels_;
    FaultTable faults_;
    std::unordered_map<std::uint64_t, std::unique_ptr<Seen>> seen_;
    Seen scratch_;  // of a history that is not remembered
};

}  // namespace stagger::engine
