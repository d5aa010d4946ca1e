// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/campaign/session.hpp"

#include <algorithm>
#include <cstdlib>
#include <random>

#include <unistd.h>

#include <fmt/format.h>

#include "harness/cli/campaign/collection.hpp"
#include "harness/cli/campaign/exit_code.hpp"
#include "harness/cli/campaign/formats.hpp"
#include "harness/cli/campaign/github.hpp"
#include "harness/cli/campaign/page.hpp"
#include "harness/cli/campaign/specs.hpp"
#include "harness/cli/paths.hpp"
#include "harness/cli/signals.hpp"
#include "harness/spec/cases.hpp"

namespace stagger::cli {
namespace {

// 32 bits: exact in every JSON reader, and short enough to type again.
std::uint64_t drawn_seed() {
    return std::random_device{}();
}

std::vector<std::string> strategy_names() {
    std::vector<std::string> names;
    for (const engine::StrategyInfo& strategy : engine::strategies())
        names.emplace_back(strategy.name);
    return names;
}

Status check_names(const Options& options, const engine::CampaignOptions& campaign) {
    std::string problem;
    if (options.strategy) problem = unknown_name("strategy", {*options.strategy}, strategy_names());
    if (problem.empty() && !options.backends.empty())
        problem = unknown_name("backend", options.backends, engine::backend_names(campaign));
    if (problem.empty()) return Ok{};
    return Error{problem};
}

// To a file, or to stdout where it is "-"; "" writes nothing.
int deliver(const std::string& path, const std::string& text, Console& console) {
    if (path.empty()) return kAsExpected;
    const Status written = path == "-" ? console.write_stdout(text) : write_file(path, text);
    if (written) return kAsExpected;
    console.error(written.error().message);
    return kBroken;
}

// Options that have no meaning together.
Status check_mode(const Options& options) {
    if (options.mode != spec::Mode::Free) {
        if (!options.cpus || !options.mode) return Ok{};
        return Error{
            "--cpus has no meaning with --mode controlled, where one task runs at a time."};
    }
    const std::pair<const char*, bool> given[] = {{"--strategy", options.strategy.has_value()},
                                                  {"--depth", options.depth.has_value()},
                                                  {"--lifetime", options.lifetime.has_value()}};
    for (const auto& [name, is_given] : given)
        if (is_given)
            return Error{
                fmt::format("{} has no meaning with --mode free, where nobody decides who "
                            "runs next.",
                            name)};
    return Ok{};
}

}  // namespace

Result<engine::CampaignOptions> campaign_options(const Options& options) {
    const std::string folder = program_folder();
    engine::CampaignOptions campaign;
    STAGGER_TRY(campaign.plugin_paths,
                plugin_folders(folder, options.plugins, std::getenv("STAGGER_PLUGIN_PATH")));
    campaign.plugins_given = options.plugins;
    if (const auto rivals = rival_plugins(campaign.plugin_paths))
        return Error{
            fmt::format("{} and {} are two backends of one name: a backend is known by the "
                        "name of its file. Rename one of them.",
                        rivals->first, rivals->second)};
    campaign.seed = options.seed.value_or(1);
    campaign.schedules = options.schedules;
    campaign.seconds = options.seconds;
    campaign.strategy = options.strategy;
    campaign.depth = options.depth;
    campaign.lifetime = options.lifetime;
    campaign.mode = options.mode;
    campaign.cpus = options.cpus;
    campaign.worker_path = worker_path(folder);
    campaign.cancelled = &cancelled();
    STAGGER_TRY([[maybe_unused]] const Ok checked, check_names(options, campaign));
    return campaign;
}

Result<Session> open_session(const Options& options, Console& console) {
    STAGGER_TRY([[maybe_unused]] const Ok writable, check_output_files(options));
    STAGGER_TRY([[maybe_unused]] const Ok page, check_page(options));
    STAGGER_TRY([[maybe_unused]] const Ok index, check_index(options));
    STAGGER_TRY([[maybe_unused]] const Ok sensible, check_mode(options));
    Session session;
    STAGGER_TRY(session.campaign, campaign_options(options));
    if (!options.seed) session.campaign.seed = drawn_seed();
    session.made_out_folder = access(options.out.c_str(), F_OK) != 0;
    const Status prepared = prepare_folder(options.out);
    if (prepared) {
        session.campaign.out_directory = options.out;
    } else {
        // Where nobody asked for them, as in a folder that is read-only, verdicts are what counts.
        console.error(fmt::format("{}{} No schedules of findings will be written{}.",
                                  options.out_given ? "--out: " : "", prepared.error().message,
                                  options.out_given ? "" : "; --out names another folder"));
        if (options.out_given) session.exit_code = kBroken;
    }
    return session;
}

std::vector<engine::CaseResult> run_all(const std::vector<Job>& jobs, const Session& session,
                                        const Options& options, Console& console) {
    RunSettings settings;
    settings.jobs = options.jobs;
    settings.fail_fast = options.fail_fast;
    settings.cancelled = session.campaign.cancelled;
    settings.run = [&session](const Job& job, const OnExecutions& on_executions) {
        engine::CampaignOptions campaign = session.campaign;
        campaign.on_progress = on_executions;
        engine::CaseResult result =
            job.regression
                ? engine::run_regression(*job.scenario, job.spec_case, job.regression->file,
                                         job.regression->path, campaign)
                : engine::run_case(*job.scenario, job.spec_case, campaign);
        locate(result, *job.scenario);
        return result;
    };
    Progress progress(console.progress_mode(), console.progress_style(), jobs.size(),
                      [&console](std::string_view text) { console.progress(text); });
    return run_jobs(jobs, settings, progress);
}

int write_results(const std::vector<engine::CaseResult>& results, const Session& session,
                  const Options& options, Console& console, const report::Figures& figures) {
    const report::Results all{session.campaign.seed, results, figures, folders_here(),
                              session.exit_code};
    int code = kAsExpected;
    for (const Format& format : formats()) {
        const std::string& file = options.*format.file;
        if (!file.empty()) code = worse(code, deliver(file, format.text(all), console));
    }
    tell_github(all, console);
    return code;
}

int deliver_json(const Options& options, const std::string& text, Console& console) {
    return deliver(options.json, text, console);
}

void close_session(const Session& session) {
    if (session.made_out_folder && !session.campaign.out_directory.empty())
        rmdir(session.campaign.out_directory.c_str());
}

std::string unknown_name(std::string_view kind, const std::vector<std::string>& asked,
                         const std::vector<std::string>& known) {
    for (const std::string& name : asked) {
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        const std::string nearest = spec::nearest_name(name, known);
        if (!nearest.empty())
            return fmt::format("there is no {} \"{}\"; did you mean \"{}\"?", kind, name, nearest);
        return fmt::format("there is no {} \"{}\"; there are: {}", kind, name,
                           fmt::join(known, ", "));
    }
    return "";
}

}  // namespace stagger::cli
