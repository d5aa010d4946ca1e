// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/campaign/specs.hpp"

#include <utility>

#include <fmt/format.h>

#include "harness/cli/paths.hpp"
#include "harness/spec/parse.hpp"

namespace stagger::cli {
namespace {

LoadedSpec load(const std::string& path) {
    spec::ParseOutcome outcome = spec::load_scenario(path);
    LoadedSpec loaded{path, nullptr, ""};
    if (outcome.scenario && outcome.diagnostics.empty()) {
        loaded.scenario = std::make_unique<spec::Scenario>(std::move(*outcome.scenario));
        return loaded;
    }
    for (const spec::Diagnostic& diagnostic : outcome.diagnostics)
        loaded.problems += diagnostic.render();
    while (!loaded.problems.empty() && loaded.problems.back() == '\n') loaded.problems.pop_back();
    return loaded;
}

Job bad_spec_job(const LoadedSpec& spec) {
    engine::CaseResult result;
    result.scenario = spec.path;
    result.spec_case.id = spec.path;
    result.status = engine::CaseStatus::Error;
    result.verdict = "error";
    result.spec_error = true;
    result.message = spec.problems;
    Job job;
    job.spec_case = result.spec_case;
    job.settled = std::move(result);
    return job;
}

}  // namespace

Result<LoadedSpecs> load_specs(const std::vector<std::string>& paths) {
    STAGGER_TRY(const std::vector<std::string> files, find_specs(paths));
    LoadedSpecs loaded;
    for (const std::string& file : files) {
        loaded.specs.push_back(load(file));
        if (!loaded.specs.back().scenario) loaded.any_bad = true;
    }
    return loaded;
}

Result<std::vector<Job>> select_jobs(const LoadedSpecs& specs, const spec::Selection& selection,
                                     bool make) {
    std::vector<Job> jobs;
    for (const LoadedSpec& spec : specs.specs) {
        if (!spec.scenario) {
            jobs.push_back(bad_spec_job(spec));
            continue;
        }
        STAGGER_TRY(const std::vector<spec::Case> cases,
                    spec::select_cases(*spec.scenario, selection, make));
        for (const spec::Case& selected : cases)
            jobs.push_back({spec.scenario.get(), selected, std::nullopt, nullptr});
    }
    return jobs;
}

spec::Selection selection_of(const Options& options) {
    return {options.backends, options.params, options.filter};
}

}  // namespace stagger::cli
