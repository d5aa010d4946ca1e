// SPDX-License-Identifier: Apache-2.0
//
// What is wrong with a case that its spec alone does not show: a backend or a strategy that nobody
// has, an option or a value of it that the backend does not know, an operation that it lacks.
// Called by validate, and by gate and run before they run a case; in the controller, which has each
// backend described by a process of its own, once.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/base/source.hpp"
#include "harness/cli/campaign/case_runner.hpp"
#include "harness/engine/campaign.hpp"
#include "harness/spec/parse.hpp"
#include "harness/spec/scenario.hpp"

namespace stagger::cli {

struct CaseProblem {
    std::string text;      // as the user sees it, with the place in the file; "" if there is none
    bool backend = false;  // the backend itself is broken; who runs the case will say so, too
    spec::Diagnostic diagnostic;  // the same as data
};

class CaseCheck {
public:
    // Requires: the options outlive it.
    explicit CaseCheck(const engine::CampaignOptions&);

    CaseProblem check(const spec::Scenario&, const spec::Case&);

private:
    struct Found {
        Position position;
        std::string message, hint;
        bool backend = false;
    };

    Found find(const spec::Scenario&, const spec::Case&);
    Found find_on(const std::string& backend, const spec::Scenario&, const spec::Case&);
    Found unknown_strategy(const spec::Scenario&, const spec::Case&) const;
    Found unknown_backend(const std::string& backend, const spec::Scenario&,
                          const spec::Case&) const;
    const Result<engine::BackendDescription>& describe(const std::string& backend);

    const engine::CampaignOptions& campaign_;
    std::vector<std::string> backends_, strategies_;
    std::map<std::string, Result<engine::BackendDescription>> described_;
};

// Settles the jobs whose case is mistaken: they are not run, and show as errors of the spec.
void settle_mistaken(std::vector<Job>&, const engine::CampaignOptions&);

}  // namespace stagger::cli
