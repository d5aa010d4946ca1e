// SPDX-License-Identifier: Apache-2.0
//
// From executions that violated something to findings, each bug once: named by its symptom, its
// object and the two critical steps, minimised, confirmed with fresh processes, and stored under
// its name. Used by a job of a campaign, between executions; owns no process.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "harness/engine/finding.hpp"
#include "harness/fuzz/subject.hpp"

namespace stagger::fuzz {

struct Discovery {
    std::string name;     // "lost-update of n: load n, store n"
    std::string message;  // what happened, with the values involved
    std::string path;     // of its schedule
    bool is_new = false;  // false: an earlier campaign, or another job, has stored it
};

// "lost-update of n: load n, store n", for the headline of what was found.
std::string name_of(const check::Violation&, const history::History&,
                    const std::vector<std::string>& labels);

// Where findings of a case by that name are stored.
std::string path_of(const std::string& folder, const std::string& case_id,
                    const check::Violation& headline, const std::string& name);

class Finder {
public:
    Finder(Subject&, const spec::Scenario&, const spec::Case&, const engine::CampaignOptions&);

    // True if the subject's last execution shows something that was not looked into yet.
    bool is_suspect(const engine::Seen&);
    // Looks into it. Runs executions of its own, so that what was seen last is gone.
    Result<std::vector<Discovery>> investigate();
    std::uint64_t unconfirmed() const { return unconfirmed_; }

private:
    Result<std::optional<Discovery>> pursue(const engine::Target&,
                                            const std::vector<control::Decision>&);

    Subject& subject_;
    const spec::Scenario& scenario_;
    const spec::Case& case_;
    const engine::CampaignOptions& options_;
    std::set<std::string> seen_;                // names before minimising
    std::map<std::string, int> pursued_;        // by symptom and object
    std::set<std::string> reported_;            // names of findings
    std::vector<engine::Target> suspects_;      // of the last execution
    std::vector<control::Decision> decisions_;  // of the last execution
    std::uint64_t unconfirmed_ = 0;
};

}  // namespace stagger::fuzz
