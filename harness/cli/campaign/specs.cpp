// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/campaign/specs.hpp"

#include <map>
#include <utility>

#include <fmt/format.h>

#include "harness/base/source.hpp"
#include "harness/cli/paths.hpp"
#include "harness/spec/parse.hpp"
#include "harness/spec/places.hpp"

namespace stagger::cli {
namespace {

void refuse(LoadedSpec& spec, std::vector<spec::Diagnostic> diagnostics) {
    spec.scenario.reset();
    for (const spec::Diagnostic& diagnostic : diagnostics) spec.problems += diagnostic.render();
    while (!spec.problems.empty() && spec.problems.back() == '\n') spec.problems.pop_back();
    spec.diagnostics = std::move(diagnostics);
}

LoadedSpec load(const std::string& path) {
    spec::ParseOutcome outcome = spec::load_scenario(path);
    LoadedSpec loaded{path, nullptr, "", {}};
    if (outcome.scenario && outcome.diagnostics.empty()) {
        loaded.scenario = std::make_unique<spec::Scenario>(std::move(*outcome.scenario));
        return loaded;
    }
    refuse(loaded, std::move(outcome.diagnostics));
    return loaded;
}

// Cases, and the schedules of what they show, are known by the name of the scenario.
void refuse_double(LoadedSpec& spec, std::map<std::string, std::string>& names) {
    if (!spec.scenario) return;
    const spec::Scenario& scenario = *spec.scenario;
    const auto [first, is_new] = names.emplace(scenario.name, spec.path);
    if (is_new) return;
    const Position place = spec::place_of_name(scenario);
    refuse(spec, {{spec.path, place,
                   fmt::format("\"{}\" is the name of {}, too", scenario.name, first->second),
                   "cases and schedules are known by it, so each scenario needs its own",
                   std::string(line_at(scenario.source, place.line))}});
}

Job bad_spec_job(const LoadedSpec& spec) {
    Job job;
    job.settled = bad_spec_result(spec);
    job.spec_case = job.settled->spec_case;
    return job;
}

}  // namespace

engine::CaseResult bad_spec_result(const LoadedSpec& spec) {
    engine::CaseResult result;
    result.scenario = spec.path;
    result.spec_case.id = spec.path;
    result.status = engine::CaseStatus::Error;
    result.verdict = "error";
    result.spec_error = true;
    result.message = spec.problems;
    result.spec_file = spec.path;
    result.problems = spec.diagnostics;
    return result;
}

void locate(engine::CaseResult& result, const spec::Scenario& scenario) {
    result.spec_file = scenario.path;
    result.steps = spec::places_of_steps(scenario);
}

Result<LoadedSpecs> load_specs(const std::vector<std::string>& paths) {
    STAGGER_TRY(const std::vector<std::string> files, find_specs(paths));
    LoadedSpecs loaded;
    std::map<std::string, std::string> names;  // of scenarios, with the first file of each
    for (const std::string& file : files) {
        loaded.specs.push_back(load(file));
        refuse_double(loaded.specs.back(), names);
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

std::string nothing_matched(const Options& options, const LoadedSpecs& specs, bool make) {
    if (specs.specs.empty()) return "there is no spec: no *.toml below the given folders.";
    std::string asked;
    if (!options.backends.empty())
        asked += fmt::format(" --backend {}", fmt::join(options.backends, ","));
    for (const auto& [name, value] : options.params)
        asked += fmt::format(" -D {}={}", name, value.to_string());
    if (!options.filter.empty()) asked += fmt::format(" --filter '{}'", options.filter);
    const bool made_by_run = !make && (!options.backends.empty() || !options.params.empty());
    return fmt::format("no case matches{}; `stagger list cases` shows their ids{}.", asked,
                       made_by_run ? ", and `stagger run` makes a case that no file has" : "");
}

spec::Selection selection_of(const Options& options) {
    return {options.backends, options.params, options.filter};
}

}  // namespace stagger::cli
