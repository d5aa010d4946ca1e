// SPDX-License-Identifier: Apache-2.0
//
// Runs a case: builds its processes, explores schedules, judges histories, and turns violations
// into findings. The commands' only way into the engine; runs in the controller, one call per case
// and thread. Several may run at once in different threads, each on a core of its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/engine/case_result.hpp"
#include "harness/engine/debugger.hpp"
#include "harness/spec/scenario.hpp"

namespace stagger::engine {

// Choices of the command line; the case's own [explore] gives way to them.
struct CampaignOptions {
    std::uint64_t seed = 1;
    std::optional<std::uint64_t> schedules;
    std::optional<double> seconds;
    std::optional<std::string> strategy;
    std::optional<std::uint32_t> depth;
    std::optional<spec::Lifetime> lifetime;
    std::optional<spec::Mode> mode;
    std::optional<std::string> cpus;         // free mode: "1" or "all"
    std::string worker_path;                 // the stagger-worker binary
    std::vector<std::string> plugin_paths;   // folders to look for backends in
    std::vector<std::string> plugins_given;  // as --plugin named them, for commands that are shown
    std::string out_directory;               // where .schedule files go; "" writes none
    std::uint32_t replays = 20;
    bool keep_going = false;   // explore the whole budget even after a finding
    bool search_only = false;  // of a case with `finds`: is it found, no more
    std::optional<Hold> hold;  // of a replay: where a debugger looks
    // For determinism tests and tools: called with every execution's number and history bytes.
    std::function<void(std::uint64_t index, std::string_view history_bytes)> on_history;
    // Progress: executions so far. Called often, must be cheap.
    std::function<void(std::uint64_t executions)> on_progress;
    const std::atomic<bool>* cancelled = nullptr;
};

inline constexpr std::uint64_t kDefaultSchedules = 1000;

// What the case and the command line ask for together.
bool is_free(const spec::Case&, const CampaignOptions&);

CaseResult run_case(const spec::Scenario&, const spec::Case&, const CampaignOptions&);

// What is not as it was where a schedule was found, as clauses of a sentence.
struct Differences {
    std::vector<std::string> builds;        // Stagger, the backends: may well matter
    std::vector<std::string> surroundings;  // the kernel, libc: worth knowing where all else fits
};

// One execution under a given schedule, `times` times, each with fresh processes. With a `hold`:
// once, for the debugger, after one that shows where points are. 0 times: 20, or fewer where each
// takes long.
struct ReplayResult {
    bool fits = true;         // false: the schedule no longer fits ...
    std::string misfit;       // ... and the first point where it does not ...
    bool prevented = false;   // ... which is only that who was to run there has to wait
    std::uint32_t shown = 0;  // executions with the first of the file's symptoms
    std::uint32_t times = 0;
    bool went_otherwise = false;  // under a debugger, than without one
    Differences differences;      // from where the schedule was found
    // With the one Finding that it came to, a violation or not. Without: Error or Skip where the
    // case cannot be run, or the schedule names what the case does not have.
    CaseResult result;
};
Result<ReplayResult> replay(const spec::Scenario&, const spec::Case&, const schedule::ScheduleFile&,
                            std::uint32_t times, bool minimize, const CampaignOptions&);

// A schedule that was kept, on the case as it is now: passes if it still shows what the case
// `finds`, or if nothing is wrong where nothing may be; inconclusive if it no longer fits.
CaseResult run_regression(const spec::Scenario&, const spec::Case&, const schedule::ScheduleFile&,
                          const std::string& path, const CampaignOptions&);

// What a case's points are, from one calm execution: `stagger points`.
struct PointInfo {
    std::string task, label, call;  // "worker[0]", "store n", "pthread_mutex_lock"
    std::uint64_t count = 0;
};
struct PointsReport {
    std::vector<PointInfo> points;
    std::vector<std::string> out_of_sight;
};
Result<PointsReport> survey_points(const spec::Scenario&, const spec::Case&,
                                   const CampaignOptions&);

// A backend as a child process described it, for `list` and `validate`.
struct BackendDescription {
    std::string name, summary, path;
    std::map<std::string, std::vector<std::string>> operations;  // type -> operations
    struct Option {
        std::string name, values, default_value, summary;
    };
    std::vector<Option> options;
};
Result<BackendDescription> describe_backend(const std::string& name, const CampaignOptions&);
std::vector<std::string> backend_names(const CampaignOptions&);  // by looking at files only

// The table behind `stagger list strategies`.
struct StrategyInfo {
    std::string_view name, summary;
};
std::vector<StrategyInfo> strategies();

}  // namespace stagger::engine
