// SPDX-License-Identifier: Apache-2.0
//
// Runs cases, several at a time where asked. What comes out is in the order of the cases and does
// not depend on how many ran at once. Called by gate and run; each case runs in a thread of its own
// in the controller.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/cli/campaign/progress.hpp"
#include "harness/engine/case_result.hpp"
#include "harness/schedule/schedule.hpp"
#include "harness/spec/scenario.hpp"

namespace stagger::cli {

// A schedule to replay on a case before anything is searched.
struct Regression {
    std::string path;
    schedule::ScheduleFile file;
};

// A case to run; or one whose result is known already, such as a spec that cannot be read.
struct Job {
    const spec::Scenario* scenario = nullptr;  // outlives the run
    spec::Case spec_case;
    std::optional<engine::CaseResult> settled;
    std::shared_ptr<const Regression> regression;  // null: the case is searched
};

// Called every now and then with the executions so far.
using OnExecutions = std::function<void(std::uint64_t)>;

struct RunSettings {
    std::uint32_t jobs = 1;
    bool fail_fast = false;
    const std::atomic<bool>* cancelled = nullptr;
    std::function<engine::CaseResult(const Job&, const OnExecutions&)> run;
};

// One result per job. With fail_fast, cases behind the first that failed are skipped, and so are
// their results where they ran already. Once cancelled, cases that did not run are inconclusive.
std::vector<engine::CaseResult> run_jobs(const std::vector<Job>&, const RunSettings&, Progress&);

}  // namespace stagger::cli
