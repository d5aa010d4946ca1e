// SPDX-License-Identifier: Apache-2.0
//
// Evaluates `final` and `observe` on a finished history: the objects as the parent saw them, and
// the tasks' variables. Used by the engine, which owns one per case.
#pragma once

#include "harness/base/result.hpp"
#include "harness/check/check.hpp"
#include "harness/history/history.hpp"
#include "harness/spec/evaluator.hpp"
#include "harness/spec/scenario.hpp"

namespace stagger::engine {

class FinalState {
public:
    FinalState(const spec::Scenario& scenario, const spec::Case& spec_case)
        : scenario_(scenario), case_(spec_case) {}

    // Fails if an expression does: a mistake in the spec.
    Result<check::Observations> observe(const history::History&);

private:
    void set_variables(const history::History&);
    Value role_value(const history::History&, const spec::Role&) const;

    const spec::Scenario& scenario_;
    const spec::Case& case_;
    spec::Evaluator evaluator_;
};

// The case's `expect` as the oracles want it.
check::Expectations expectations_of(const spec::Case&);

}  // namespace stagger::engine
