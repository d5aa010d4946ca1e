// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "harness/cli/arguments/common_options.hpp"
#include "harness/cli/campaign/case_check.hpp"
#include "harness/cli/campaign/collection.hpp"
#include "harness/cli/campaign/exit_code.hpp"
#include "harness/cli/campaign/page.hpp"
#include "harness/cli/campaign/session.hpp"
#include "harness/cli/campaign/specs.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/cli/signals.hpp"
#include "harness/engine/finding.hpp"
#include "harness/fuzz/campaign.hpp"
#include "harness/report/finding.hpp"
#include "harness/report/summary.hpp"

namespace stagger::cli {
namespace {

constexpr std::string_view kEraseLine = "\r\033[K";
constexpr int kTicksBetweenLines = 50;  // ten seconds

// The status line of a campaign.
class StatusLine {
public:
    explicit StatusLine(Console& console) : console_(console) {}
    ~StatusLine() { erase(); }
    StatusLine(const StatusLine&) = delete;
    StatusLine& operator=(const StatusLine&) = delete;

    void show(const fuzz::Progress& progress) {
        if (console_.progress_mode() == ProgressMode::Bar) {
            console_.progress(std::string(kEraseLine) +
                              report::fit(text(progress), console_.progress_style().width - 1));
            drawn_ = true;
        } else if (console_.progress_mode() == ProgressMode::Plain &&
                   ++ticks_ % kTicksBetweenLines == 0) {
            console_.progress(text(progress) + "\n");
        }
    }

    void erase() {
        if (drawn_) console_.progress(kEraseLine);
        drawn_ = false;
    }

private:
    static std::string text(const fuzz::Progress& progress) {
        std::string known;
        if (progress.known > 0) known = fmt::format(" and {} known", progress.known);
        std::string code;
        if (progress.code_features) code = fmt::format(", {} of code", *progress.code_features);
        return fmt::format(
            "{} schedules, {:.0f}/s, {} features{}, {} interleavings, {}{}, nothing "
            "new for {:.0f} s",
            progress.executions, progress.rate, progress.features, code, progress.interleavings,
            report::counted(progress.findings, "finding"), known, progress.seconds_since_new);
    }

    Console& console_;
    bool drawn_ = false;
    int ticks_ = 0;
};

std::string corpus_of(const Options& options, const spec::Case& spec_case) {
    const std::filesystem::path root = options.corpus.empty()
                                           ? std::filesystem::path(options.out) / "corpus"
                                           : std::filesystem::path(options.corpus);
    return (root / engine::file_name(spec_case.id)).string();
}

void show(const fuzz::FuzzResult& outcome, const std::string& corpus, Console& console) {
    for (const engine::Finding& finding : outcome.result.findings) {
        console.print(report::render_finding(outcome.result, finding, console.style()) + "\n");
    }
    console.print(report::render_evidence(outcome.result, console.style()));
    if (outcome.known > 0) {
        console.print(fmt::format("Found again: {} that {} known before.\n",
                                  report::counted(outcome.known, "finding"),
                                  outcome.known == 1 ? "was" : "were"));
    }
    if (outcome.unconfirmed > 0) {
        console.print(fmt::format("{} did not show again with fresh processes, and {} left out.\n",
                                  report::counted(outcome.unconfirmed, "violation"),
                                  outcome.unconfirmed == 1 ? "was" : "were"));
    }
    if (outcome.result.status == engine::CaseStatus::Error) return;
    const auto& code_features = outcome.result.evidence.code_features;
    const std::string code = code_features ? fmt::format(" and {} of code", *code_features) : "";
    console.print(fmt::format(
        "{} of behaviour{}, nothing new for {:.0f} s; {} repeated, the same "
        "each time; the corpus is {}\n",
        report::counted(outcome.result.evidence.features.value_or(0), "feature"), code,
        outcome.seconds_since_new, report::counted(outcome.repeated, "schedule"), corpus));
}

report::FuzzFigures figures_of(const fuzz::FuzzResult& outcome) {
    return {.known = outcome.known,
            .unconfirmed = outcome.unconfirmed,
            .repeated = outcome.repeated,
            .seconds_since_new = outcome.seconds_since_new};
}

engine::CaseResult fuzz_case(const Job& job, const Session& session, const Options& options,
                             Console& console, report::Figures& figures) {
    if (job.settled) {
        console.print(report::render_evidence(*job.settled, console.style()));
        return *job.settled;
    }
    StatusLine line(console);
    fuzz::FuzzOptions fuzzing;
    fuzzing.engine = session.campaign;
    fuzzing.jobs = options.jobs;
    fuzzing.corpus = corpus_of(options, job.spec_case);
    fuzzing.feedback = options.feedback;
    fuzzing.stop_at_finding = options.fail_fast;
    fuzzing.on_progress = [&line](const fuzz::Progress& progress) { line.show(progress); };
    fuzzing.on_news = [&](const std::string& text) {
        line.erase();
        console.print(text + "\n");
    };
    console.print(job.spec_case.id + "\n");
    fuzz::FuzzResult outcome = fuzz::run_campaign(*job.scenario, job.spec_case, fuzzing);
    line.erase();
    show(outcome, fuzzing.corpus, console);
    figures[job.spec_case.id] = figures_of(outcome);
    locate(outcome.result, *job.scenario);
    return std::move(outcome.result);
}

int usage_failure(const Error& error, Console& console) {
    console.error(error.message);
    return kUsage;
}

}  // namespace

void set_up_fuzz(Usage& usage, Options& options) {
    add_one_path(usage, options, "SPEC", "The spec to search");
    add_selection(usage, options);
    add_definitions(usage, options);
    add_fuzzing(usage, options);
    add_results(usage, options);
    add_surroundings(usage, options);
    usage.notes =
        "Without --time or --schedules it goes on until SIGINT, SIGTERM or SIGHUP. A finding does\n"
        "not end it: findings are stored below --out, each bug once. The same command goes on "
        "from\n"
        "the corpus, and tells nothing twice. Ends with 1 if there are findings that the case "
        "does\n"
        "not name in `finds`, or if one that it names was not found.";
    usage.examples =
        "  stagger fuzz specs/updates/increment.toml --backend shm --time 1m\n"
        "  stagger fuzz specs/updates/increment.toml --backend shm --jobs 2 --corpus "
        "corpus/increment\n"
        "  stagger fuzz specs/updates/increment.toml --schedules 100000 --feedback off --fail-fast";
}

int run_fuzz(const Options& options, Console& console) {
    const Result<LoadedSpecs> specs = load_specs(options.paths);
    if (!specs) return usage_failure(specs.error(), console);
    Result<Session> session = open_session(options, console);
    if (!session) return usage_failure(session.error(), console);
    if (session->campaign.out_directory.empty()) return kBroken;
    Result<std::vector<Job>> jobs = select_jobs(*specs, selection_of(options), true);
    if (!jobs) return usage_failure(jobs.error(), console);
    if (jobs->empty()) console.error(nothing_matched(options, *specs, true));
    settle_mistaken(*jobs, session->campaign);
    if (jobs->size() > 1 && !options.seconds && !options.schedules) {
        return usage_failure(
            Error{fmt::format("{} match: choose one with --backend, --filter or -D, or say with "
                              "--time or --schedules when to go on to the next.",
                              report::counted(jobs->size(), "case"))},
            console);
    }
    console.print(fmt::format("seed {}\n", session->campaign.seed));
    std::vector<engine::CaseResult> results;
    report::Figures figures;
    for (const Job& job : *jobs) {
        if (cancelled().load()) break;
        results.push_back(fuzz_case(job, *session, options, console, figures));
    }
    if (!results.empty()) console.print(report::render_summary(results, console.table_style()));
    int& code = session->exit_code;
    code = worse(code, exit_code_of(results));
    code = worse(code, collect_findings(results, *session, options, console));
    close_session(*session);
    code = worse(code, write_results(results, *session, options, console, figures));
    return worse(code,
                 write_page({"fuzz", results, scenarios_of(*specs)}, *session, options, console));
}

}  // namespace stagger::cli
