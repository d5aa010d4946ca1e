// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/campaign/regressions.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include <fmt/format.h>

#include "harness/base/source.hpp"
#include "harness/spec/cases.hpp"

namespace stagger::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCorpus = "corpus";
constexpr const char* kRegressions = "regressions";

bool has_regressions(const fs::path& corpus) {
    std::error_code ignored;
    return fs::is_directory(corpus / kRegressions, ignored);
}

// As a person would type it here.
std::string shown(const fs::path& path) {
    std::error_code error;
    const fs::path near = path.lexically_proximate(fs::current_path(error));
    const bool below = !error && !near.empty() && *near.begin() != "..";
    return (below ? near : path).string();
}

// Sorted; none where the folder is not there.
Result<std::vector<std::string>> schedules_in(const fs::path& folder) {
    std::vector<std::string> files;
    std::error_code error;
    if (!fs::exists(folder, error)) return files;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
        const std::string name = at->path().filename().string();
        if (at->path().extension() == ".schedule" && !name.starts_with('.')) {
            files.push_back(at->path().string());
        }
    }
    if (error) {
        return Error{
            fmt::format("the folder {} cannot be read: {}.", folder.string(), error.message())};
    }
    std::sort(files.begin(), files.end());
    return files;
}

// Of a scenario of that name: those that a selection of cases leaves.
class Selector {
public:
    Selector(const spec::Scenario& scenario, const std::vector<Job>& cases, const Options& options)
        : scenario_(scenario), cases_(cases), options_(options) {}

    void add(const std::string& path, std::vector<Job>& jobs) const {
        auto file = schedule::read_file(path);
        if (!file) return jobs.push_back(broken(path, file.error().message));
        if (file->scenario != scenario_.name) {
            return jobs.push_back(broken(path, other_scenario(path, file->scenario)));
        }
        for (const Job& job : cases_) {
            if (job.scenario != &scenario_ || job.spec_case.id != file->case_id) continue;
            Job replay = job;
            replay.regression =
                std::make_shared<const Regression>(Regression{path, std::move(*file)});
            return jobs.push_back(std::move(replay));
        }
        if (!still_has(file->case_id) && is_asked_for(*file)) {
            jobs.push_back(orphan(path, file->case_id));
        }
    }

private:
    bool still_has(const std::string& id) const {
        return std::any_of(scenario_.cases.begin(), scenario_.cases.end(),
                           [&](const spec::Case& candidate) { return candidate.id == id; });
    }

    bool is_asked_for(const schedule::ScheduleFile& file) const {
        if (!options_.filter.empty() && !spec::glob_matches(options_.filter, file.case_id)) {
            return false;
        }
        const auto& backends = options_.backends;
        if (backends.empty()) return true;
        const auto spec_case = spec::case_from_json(file.case_json);
        return spec_case &&
               std::find(backends.begin(), backends.end(), spec_case->backend) != backends.end();
    }

    Job settled(const std::string& path, engine::CaseStatus status, const std::string& message,
                bool wrong_file) const {
        engine::CaseResult result;
        result.scenario = scenario_.name;
        result.spec_case.id = path;
        result.regression = path;
        result.status = status;
        result.verdict = wrong_file ? "error" : "inconclusive";
        result.spec_error = wrong_file;
        result.message = message;
        Job job;
        job.spec_case = result.spec_case;
        job.settled = std::move(result);
        return job;
    }

    Job broken(const std::string& path, const std::string& message) const {
        return settled(path, engine::CaseStatus::Error, message, true);
    }

    Job orphan(const std::string& path, const std::string& id) const {
        return settled(
            path, engine::CaseStatus::Inconclusive,
            fmt::format("it no longer fits: it is of the case {}, which {} does not have "
                        "any more. Find the bug again in a case that is there and keep "
                        "that schedule, or delete this one",
                        id, scenario_.path),
            false);
    }

    std::string other_scenario(const std::string& path, const std::string& name) const {
        std::string problem = render_problem(
            path, {1, 1},
            fmt::format("this is a schedule of the scenario \"{}\", in the folder of \"{}\"", name,
                        scenario_.name),
            "move it to the folder that is called like its scenario", "");
        while (!problem.empty() && problem.back() == '\n') problem.pop_back();
        return problem;
    }

    const spec::Scenario& scenario_;
    const std::vector<Job>& cases_;
    const Options& options_;
};

}  // namespace

std::string corpus_beside(const std::string& spec_path) {
    std::error_code error;
    const fs::path spec = fs::absolute(spec_path, error).lexically_normal();
    for (fs::path folder = spec.parent_path(); !error; folder = folder.parent_path()) {
        if (has_regressions(folder / kCorpus)) return shown(folder / kCorpus);
        if (folder == folder.parent_path()) break;
    }
    return has_regressions(kCorpus) ? kCorpus : "";
}

Result<std::vector<Job>> select_regressions(const LoadedSpecs& specs, const std::vector<Job>& cases,
                                            const Options& options) {
    std::error_code ignored;
    if (!options.corpus.empty() && !fs::is_directory(options.corpus, ignored)) {
        return Error{fmt::format("--corpus {}: there is no such folder.", options.corpus)};
    }
    std::vector<Job> jobs;
    for (const LoadedSpec& spec : specs.specs) {
        if (!spec.scenario) continue;
        const std::string corpus =
            options.corpus.empty() ? corpus_beside(spec.path) : options.corpus;
        if (corpus.empty()) continue;
        const Selector selector(*spec.scenario, cases, options);
        STAGGER_TRY(const std::vector<std::string> files,
                    schedules_in(fs::path(corpus) / kRegressions / spec.scenario->name));
        for (const std::string& file : files) selector.add(file, jobs);
    }
    return jobs;
}

}  // namespace stagger::cli
