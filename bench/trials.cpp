// SPDX-License-Identifier: Apache-2.0
#include "bench/trials.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <numeric>
#include <thread>

#include "bench/installation.hpp"
#include "harness/spec/cases.hpp"
#include "harness/spec/parse.hpp"

namespace stagger::bench {
namespace {

namespace fs = std::filesystem;

struct KnownBug {
    const spec::Scenario* scenario;
    spec::Case spec_case;
};

std::vector<std::string> spec_files(const std::vector<std::string>& paths) {
    std::vector<std::string> files;
    for (const std::string& path : paths) {
        std::error_code error;
        if (!fs::is_directory(path, error)) {
            files.push_back(path);
            continue;
        }
        std::vector<std::string> inside;
        for (const auto& entry : fs::recursive_directory_iterator(path, error))
            if (entry.path().extension() == ".toml") inside.push_back(entry.path().string());
        std::sort(inside.begin(), inside.end());
        files.insert(files.end(), inside.begin(), inside.end());
    }
    return files;
}

Result<std::vector<spec::Scenario>> load(const std::vector<std::string>& paths) {
    std::vector<spec::Scenario> scenarios;
    for (const std::string& file : spec_files(paths)) {
        auto outcome = spec::load_scenario(file);
        if (!outcome.scenario) return Error{outcome.diagnostics.front().render()};
        scenarios.push_back(std::move(*outcome.scenario));
    }
    return scenarios;
}

Result<std::vector<KnownBug>> known_bugs(const std::vector<spec::Scenario>& scenarios,
                                         const std::string& filter) {
    std::vector<KnownBug> bugs;
    for (const spec::Scenario& scenario : scenarios) {
        STAGGER_TRY(auto cases, spec::select_cases(scenario, {{}, {}, filter}, false));
        for (spec::Case& one : cases)
            if (!one.finds.empty()) bugs.push_back({&scenario, std::move(one)});
    }
    if (bugs.empty()) return Error{"no case here has `finds`, so there is nothing to look for"};
    return bugs;
}

struct Trial {
    const KnownBug* bug;
    Score* score;
    std::uint64_t seed;  // from 1
};

// Trials of a score write to slots of their own; the caller guards its `problem`.
std::string run(const Trial& trial, const Settings& settings) {
    engine::CampaignOptions options = installed();
    options.seed = trial.seed;
    options.mode = settings.mode;
    if (settings.mode == spec::Mode::Controlled) options.strategy = trial.score->strategy;
    options.schedules = settings.schedules;
    options.search_only = true;
    const auto result = engine::run_case(*trial.bug->scenario, trial.bug->spec_case, options);
    const std::size_t slot = trial.seed - 1;
    trial.score->seconds[slot] = result.seconds;
    if (result.status == engine::CaseStatus::Pass) trial.score->found_at[slot] = result.schedules;
    const bool tried =
        result.status == engine::CaseStatus::Pass || result.status == engine::CaseStatus::Fail;
    return tried ? "" : result.message;
}

std::vector<Score> empty_scores(const std::vector<KnownBug>& bugs,
                                const std::vector<std::string>& strategies, std::uint64_t seeds) {
    std::vector<Score> scores;
    for (const KnownBug& bug : bugs) {
        for (const std::string& strategy : strategies) {
            Score score;
            score.id = bug.spec_case.id;
            score.strategy = strategy;
            score.found_at.resize(seeds);
            score.seconds.resize(seeds);
            scores.push_back(std::move(score));
        }
    }
    return scores;
}

void run_all(const std::vector<Trial>& trials, const Settings& settings, const OnTrial& on_trial) {
    std::atomic<std::size_t> next{0};
    std::mutex guard;
    std::uint64_t done = 0;
    const auto work = [&] {
        for (std::size_t i = next++; i < trials.size(); i = next++) {
            const std::string problem = run(trials[i], settings);
            const std::lock_guard lock(guard);
            if (!problem.empty()) trials[i].score->problem = problem;
            on_trial(++done, trials.size());
        }
    };
    std::vector<std::thread> jobs;
    for (std::uint32_t i = 1; i < settings.jobs; ++i) jobs.emplace_back(work);
    work();
    for (std::thread& job : jobs) job.join();
}

}  // namespace

Summary summary(const Score& score, std::uint64_t schedules) {
    Summary mean;
    for (const auto& found : score.found_at) {
        mean.schedules += static_cast<double>(found.value_or(schedules));
        mean.misses += found ? 0 : 1;
    }
    mean.schedules /= static_cast<double>(score.found_at.size());
    mean.seconds = std::accumulate(score.seconds.begin(), score.seconds.end(), 0.0) /
                   static_cast<double>(score.seconds.size());
    return mean;
}

std::vector<std::string> searching_strategies() {
    std::vector<std::string> names;
    for (const engine::StrategyInfo& strategy : engine::strategies())
        if (strategy.name != "replay") names.emplace_back(strategy.name);
    return names;
}

Result<std::vector<Score>> run_trials(const Settings& settings, const OnTrial& on_trial) {
    STAGGER_TRY(const auto scenarios, load(settings.paths));
    STAGGER_TRY(const auto bugs, known_bugs(scenarios, settings.filter));
    const auto strategies =
        settings.strategies.empty() ? searching_strategies() : settings.strategies;
    std::vector<Score> scores = empty_scores(bugs, strategies, settings.seeds);
    std::vector<Trial> trials;
    for (std::size_t i = 0; i < scores.size(); ++i)
        for (std::uint64_t seed = 1; seed <= settings.seeds; ++seed)
            trials.push_back({&bugs[i / strategies.size()], &scores[i], seed});
    run_all(trials, settings, on_trial);
    return scores;
}

OnTrial count_on_terminal(const std::string& doing) {
    if (isatty(STDERR_FILENO) != 1) return [](std::uint64_t, std::uint64_t) {};
    return [doing](std::uint64_t done, std::uint64_t all) {
        fmt::print(stderr, "\r{}: {} of {} trials{}", doing, done, all, done < all ? "" : "\n");
    };
}

}  // namespace stagger::bench
