// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/campaign/case_runner.hpp"

#include <latch>

#include <gtest/gtest.h>

#include "harness/cli/campaign/exit_code.hpp"

namespace stagger::cli {
namespace {

using engine::CaseResult;
using engine::CaseStatus;

std::vector<Job> jobs_named(const std::vector<std::string>& ids) {
    static const spec::Scenario scenario;
    std::vector<Job> jobs;
    for (const std::string& id : ids) {
        Job job;
        job.scenario = &scenario;
        job.spec_case.id = id;
        jobs.push_back(std::move(job));
    }
    return jobs;
}

CaseResult result_of(const Job& job, CaseStatus status) {
    CaseResult result;
    result.spec_case = job.spec_case;
    result.status = status;
    result.verdict = "ok";
    result.schedules = 10;
    return result;
}

// Cases whose id begins with "fail" fail, with "error" err.
CaseResult by_name(const Job& job, const OnExecutions& on_executions) {
    on_executions(5);
    CaseStatus status = CaseStatus::Pass;
    if (job.spec_case.id.rfind("fail", 0) == 0) status = CaseStatus::Fail;
    if (job.spec_case.id.rfind("error", 0) == 0) status = CaseStatus::Error;
    return result_of(job, status);
}

struct Ran {
    std::vector<CaseResult> results;
    std::string progress;
};

Ran run(const std::vector<Job>& jobs, RunSettings settings) {
    Ran out;
    if (!settings.run) settings.run = by_name;
    Progress progress(ProgressMode::Plain, {}, jobs.size(),
                      [&out](std::string_view text) { out.progress += text; });
    out.results = run_jobs(jobs, settings, progress);
    return out;
}

RunSettings settings_with(std::uint32_t jobs, bool fail_fast) {
    RunSettings settings;
    settings.jobs = jobs;
    settings.fail_fast = fail_fast;
    return settings;
}

std::string statuses(const std::vector<CaseResult>& results) {
    std::string out;
    for (const CaseResult& result : results) {
        constexpr const char* kLetters = "pfies";
        out += kLetters[static_cast<int>(result.status)];
    }
    return out;
}

TEST(CliCaseRunner, ResultsAndLinesAreInTheOrderOfTheCasesWhateverEndsFirst) {
    const std::vector<Job> jobs = jobs_named({"a", "b"});
    std::latch b_ended(1);
    RunSettings settings;
    settings.jobs = 2;
    settings.run = [&](const Job& job, const OnExecutions&) {
        if (job.spec_case.id == "a") {
            b_ended.wait();
        } else {
            b_ended.count_down();
        }
        return result_of(job, CaseStatus::Pass);
    };
    const Ran ran = run(jobs, settings);
    EXPECT_EQ(ran.results[0].spec_case.id, "a");
    EXPECT_EQ(ran.results[1].spec_case.id, "b");
    EXPECT_LT(ran.progress.find("  a"), ran.progress.find("  b")) << ran.progress;
}

TEST(CliCaseRunner, TheNumberOfJobsChangesNoResult) {
    const std::vector<Job> jobs = jobs_named({"a", "fail b", "c", "error d", "e", "f", "g"});
    const Ran one = run(jobs, settings_with(1, false));
    const Ran many = run(jobs, settings_with(16, false));
    EXPECT_EQ(statuses(one.results), "pfpeppp");
    EXPECT_EQ(statuses(many.results), statuses(one.results));
    EXPECT_EQ(many.progress, one.progress);
}

TEST(CliCaseRunner, FailFastSkipsWhatIsBehindTheFirstFailureWhateverRan) {
    const std::vector<Job> jobs = jobs_named({"a", "fail b", "fail c", "d"});
    EXPECT_EQ(statuses(run(jobs, settings_with(1, true)).results), "pfss");
    EXPECT_EQ(statuses(run(jobs, settings_with(4, true)).results), "pfss");
    EXPECT_EQ(statuses(run(jobs, settings_with(1, false)).results), "pffp");
}

TEST(CliCaseRunner, FailFastDoesNotStopForABadSpecNorHideOne) {
    std::vector<Job> jobs = jobs_named({"bad", "fail a", "bad too", "b"});
    jobs[0].settled = result_of(jobs[0], CaseStatus::Error);
    jobs[2].settled = result_of(jobs[2], CaseStatus::Error);
    EXPECT_EQ(statuses(run(jobs, settings_with(1, true)).results), "efes");
}

TEST(CliCaseRunner, OnceCancelledNothingIsStartedAndNothingIsClaimed) {
    const std::vector<Job> jobs = jobs_named({"a", "b", "c"});
    std::atomic<bool> cancelled{false};
    RunSettings settings;
    settings.cancelled = &cancelled;
    settings.run = [&](const Job& job, const OnExecutions&) {
        if (job.spec_case.id == "b") cancelled = true;
        return result_of(job, CaseStatus::Pass);
    };
    const Ran ran = run(jobs, settings);
    EXPECT_EQ(statuses(ran.results), "pii");
    EXPECT_EQ(ran.results[1].message, "Interrupted after 10 schedules.");
    EXPECT_EQ(ran.results[2].message, "Not run: interrupted.");
}

TEST(CliCaseRunner, ACancelledCaseKeepsWhatItFound) {
    const std::vector<Job> jobs = jobs_named({"a"});
    std::atomic<bool> cancelled{false};
    RunSettings settings;
    settings.cancelled = &cancelled;
    settings.run = [&](const Job& job, const OnExecutions&) {
        cancelled = true;
        CaseResult result = result_of(job, CaseStatus::Fail);
        result.findings.emplace_back();
        return result;
    };
    EXPECT_EQ(statuses(run(jobs, settings).results), "f");
}

TEST(CliExitCode, TheWorstWins) {
    EXPECT_EQ(worse(kUsage, kBroken), kUsage);
    EXPECT_EQ(worse(kViolation, kBroken), kBroken);
    EXPECT_EQ(worse(kInconclusive, kViolation), kViolation);
    EXPECT_EQ(worse(kInconclusive, kNothing), kInconclusive);
    EXPECT_EQ(worse(kAsExpected, kNothing), kNothing);
    EXPECT_EQ(worse(kAsExpected, kAsExpected), kAsExpected);
}

TEST(CliExitCode, FollowsFromTheCases) {
    const auto code = [](std::vector<CaseStatus> statuses) {
        std::vector<CaseResult> results(statuses.size());
        for (std::size_t i = 0; i < statuses.size(); ++i) results[i].status = statuses[i];
        return exit_code_of(results);
    };
    EXPECT_EQ(code({CaseStatus::Pass, CaseStatus::Skip}), kAsExpected);
    EXPECT_EQ(code({CaseStatus::Inconclusive, CaseStatus::Fail, CaseStatus::Pass}), kViolation);
    EXPECT_EQ(code({CaseStatus::Fail, CaseStatus::Error}), kBroken);
    EXPECT_EQ(code({CaseStatus::Inconclusive, CaseStatus::Pass}), kInconclusive);
    EXPECT_EQ(code({CaseStatus::Skip}), kNothing);
    CaseResult bad_spec;
    bad_spec.status = CaseStatus::Error;
    bad_spec.spec_error = true;
    EXPECT_EQ(exit_code_of({bad_spec}), kUsage);
    EXPECT_EQ(code({}), kNothing);
}

}  // namespace
}  // namespace stagger::cli
