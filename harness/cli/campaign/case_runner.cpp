// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/campaign/case_runner.hpp"

#include <algorithm>
#include <string>
#include <thread>

#include <fmt/format.h>

namespace stagger::cli {
namespace {

using engine::CaseResult;
using engine::CaseStatus;

CaseResult not_run(const Job& job, CaseStatus status, std::string verdict, std::string why) {
    CaseResult result;
    result.scenario = job.scenario == nullptr ? "" : job.scenario->name;
    result.spec_case = job.spec_case;
    if (job.regression) result.regression = job.regression->path;
    result.status = status;
    result.verdict = std::move(verdict);
    result.message = std::move(why);
    return result;
}

CaseResult interrupted(const Job& job) {
    return not_run(job, CaseStatus::Inconclusive, "inconclusive", "Not run: interrupted.");
}

// A case that was cut short keeps what it found; what it did not find says nothing.
void mark_interrupted(CaseResult& result) {
    const bool nothing_found = result.findings.empty();
    const bool open = result.status == CaseStatus::Pass || result.status == CaseStatus::Fail;
    if (!nothing_found || !open) return;
    result.status = CaseStatus::Inconclusive;
    result.verdict = "inconclusive";
    result.message = fmt::format("Interrupted after {} schedules.", result.schedules);
}

bool stops(const CaseResult& result) {
    return result.status == CaseStatus::Fail || result.status == CaseStatus::Error;
}

class Runner {
public:
    Runner(const std::vector<Job>& jobs, const RunSettings& settings, Progress& progress)
        : jobs_(jobs), settings_(settings), progress_(progress), results_(jobs.size()) {}

    std::vector<CaseResult> run() {
        std::vector<std::thread> threads;
        const std::size_t count = std::min<std::size_t>(settings_.jobs, jobs_.size());
        for (std::size_t i = 1; i < count; ++i) threads.emplace_back([this] { work(); });
        work();
        for (std::thread& thread : threads) thread.join();
        if (settings_.fail_fast) forget_behind_failure();
        return std::move(results_);
    }

private:
    void work() {
        for (;;) {
            const std::size_t index = next_.fetch_add(1);
            if (index >= jobs_.size()) return;
            // Those before the failure that stops us have been taken already, and go on.
            if (settings_.fail_fast && index > failed_.load()) return;
            results_[index] = run_one(index);
            if (!jobs_[index].settled && stops(results_[index])) note_failure(index);
            progress_.finished(index, results_[index]);
        }
    }

    CaseResult run_one(std::size_t index) {
        const Job& job = jobs_[index];
        if (job.settled) return *job.settled;
        if (is_cancelled()) return interrupted(job);
        progress_.started(index, job.regression ? job.regression->path : job.spec_case.id);
        CaseResult result = settings_.run(
            job, [this, index](std::uint64_t count) { progress_.executions(index, count); });
        if (is_cancelled()) mark_interrupted(result);
        return result;
    }

    bool is_cancelled() const {
        return settings_.cancelled != nullptr && settings_.cancelled->load();
    }

    void note_failure(std::size_t index) {
        std::size_t first = failed_.load();
        while (index < first && !failed_.compare_exchange_weak(first, index)) {
        }
    }

    void forget_behind_failure() {
        if (failed_.load() == SIZE_MAX) return;
        for (std::size_t i = failed_.load() + 1; i < jobs_.size(); ++i) {
            if (jobs_[i].settled) {
                results_[i] = *jobs_[i].settled;
            } else {
                results_[i] =
                    not_run(jobs_[i], CaseStatus::Skip, "skipped",
                            "Not run: a case before it failed, and --fail-fast was given.");
            }
        }
    }

    const std::vector<Job>& jobs_;
    const RunSettings& settings_;
    Progress& progress_;
    std::vector<CaseResult> results_;  // each written by the thread that took the case
    std::atomic<std::size_t> next_{0};
    std::atomic<std::size_t> failed_{SIZE_MAX};
};

}  // namespace

std::vector<CaseResult> run_jobs(const std::vector<Job>& jobs, const RunSettings& settings,
                                 Progress& progress) {
    return Runner(jobs, settings, progress).run();
}

}  // namespace stagger::cli
