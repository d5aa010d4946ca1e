// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "harness/cli/arguments/common_options.hpp"
#include "harness/cli/campaign/exit_code.hpp"
#include "harness/cli/campaign/formats.hpp"
#include "harness/cli/campaign/page.hpp"
#include "harness/cli/campaign/session.hpp"
#include "harness/cli/campaign/specs.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/cli/commands/replaying.hpp"
#include "harness/cli/debugger/gdb.hpp"
#include "harness/cli/paths.hpp"
#include "harness/report/finding.hpp"
#include "harness/report/rows.hpp"
#include "harness/report/table.hpp"
#include "harness/schedule/schedule.hpp"
#include "harness/spec/cases.hpp"
#include "harness/spec/parse.hpp"

namespace stagger::cli {
namespace {

// The scenario and case that a schedule is replayed on.
struct Subject {
    spec::Scenario scenario;
    spec::Case spec_case;
};

std::string rendered(const spec::ParseOutcome& outcome) {
    std::string out;
    for (const spec::Diagnostic& diagnostic : outcome.diagnostics) out += diagnostic.render();
    return out;
}

Result<spec::Case> case_of(const spec::Scenario& scenario, const schedule::ScheduleFile& file,
                           bool other_spec) {
    // The case of the spec as it is now, if it still has it.
    if (other_spec) {
        for (const spec::Case& candidate : scenario.cases)
            if (candidate.id == file.case_id) return candidate;
        return Error{fmt::format("{} has no case {}, which the schedule is for.", scenario.path,
                                 file.case_id)};
    }
    return spec::case_from_json(file.case_json);
}

Result<Subject> subject_of(const std::string& path, const schedule::ScheduleFile& file,
                           const std::string& other_spec) {
    spec::ParseOutcome outcome = other_spec.empty()
                                     ? spec::parse_scenario(file.spec_source, file.spec_path)
                                     : spec::load_scenario(other_spec);
    if (!outcome.scenario || !outcome.diagnostics.empty()) return Error{rendered(outcome)};
    if (outcome.scenario->name != file.scenario)
        return Error{
            fmt::format("{} is a schedule of the scenario \"{}\", but {} is the scenario \"{}\".",
                        path, file.scenario, outcome.scenario->path, outcome.scenario->name)};
    STAGGER_TRY(spec::Case spec_case, case_of(*outcome.scenario, file, !other_spec.empty()));
    return Subject{std::move(*outcome.scenario), std::move(spec_case)};
}

// What happened this time, where it was no violation.
std::string render_course(const engine::Finding& finding, const report::Style& style) {
    return report::render_table(finding.history,
                                report::marked_rows(finding.history, finding.verdict), style);
}

// What is not as it was: what was built always, all of it where the schedule does not do what it
// did.
std::string render_differences(const engine::ReplayResult& replay) {
    std::vector<std::string> clauses = replay.differences.builds;
    if (replay.times == 0 || replay.shown < replay.times || !replay.fits)
        clauses.insert(clauses.end(), replay.differences.surroundings.begin(),
                       replay.differences.surroundings.end());
    if (clauses.empty()) return "";
    std::string text = "Not as where it was found:\n";
    for (const std::string& clause : clauses)
        text += fmt::format("  {}\n", report::printable(clause));
    return text;
}

// Gives the exit code, and the sentences that go with it.
int show(const engine::ReplayResult& replay, Console& console) {
    const engine::CaseResult& result = replay.result;
    if (result.status == engine::CaseStatus::Error || result.status == engine::CaseStatus::Skip) {
        console.error(result.message);
        console.print(render_differences(replay));
        return result.spec_error ? kUsage : kBroken;
    }
    for (const engine::Finding& finding : replay.result.findings)
        console.print((replay.shown > 0
                           ? report::render_finding(replay.result, finding, console.style())
                           : render_course(finding, console.style())) +
                      "\n");
    if (result.status == engine::CaseStatus::Inconclusive && !result.message.empty()) {
        console.print(report::printable("Inconclusive: " + result.message) + "\n");
        return kInconclusive;
    }
    const std::string_view there = replay.shown > 0 ? "is there" : "is not there";
    console.print(fmt::format("The violation {}: it showed in {} of {} replays.\n", there,
                              replay.shown, replay.times));
    if (!replay.fits)
        console.print(fmt::format("The schedule no longer fits: {}\n", replay.misfit));
    if (replay.went_otherwise)
        console.print(
            "It did not go as it does without gdb: what was done there has changed it.\n");
    console.print(render_differences(replay));
    if (replay.shown > 0) return kViolation;
    return replay.fits ? kAsExpected : kInconclusive;
}

// The execution that was shown, for those who ask for it.
int write_course(const engine::CaseResult& result, const Options& options, Console& console) {
    int code = kAsExpected;
    if (result.findings.empty()) return code;
    for (const ReplayFormat& format : replay_formats()) {
        const std::string& file = options.*format.file;
        if (file.empty()) continue;
        const std::string text = format.text(result, result.findings.front());
        const Status written = file == "-" ? console.write_stdout(text) : write_file(file, text);
        if (written) continue;
        console.error(written.error().message);
        code = kBroken;
    }
    return code;
}

// "worker[0]@7": who is looked at with gdb, and where.
engine::Hold hold_of(const std::string& text, engine::Debugger& debugger) {
    const std::size_t at = text.find('@');
    engine::Hold hold{text.substr(0, at), std::nullopt, &debugger};
    if (at != std::string::npos) hold.point = text.substr(at + 1);
    return hold;
}

int fail(int code, const Error& error, Console& console) {
    console.error(error.message);
    return code;
}

}  // namespace

void set_up_replay(Usage& usage, Options& options) {
    add_one_path(usage, options, "FILE.schedule", "A schedule that a finding left behind");
    add_replaying(usage, options);
    add_results(usage, options);
    add_surroundings(usage, options);
    usage.notes =
        "Ends with 1 if the violation is there, 0 if it is not, 2 if the schedule no longer fits.\n"
        "With --step stdin says where to: n or Enter, p, a number, q.\n"
        "--gdb replays once. POINT is a number that counts the task's points, as `point` does in\n"
        "the schedule, or a step as it is written there, such as \"store n\". Without it, the "
        "task\n"
        "is stopped where the schedule delays it, else at its first operation.";
    usage.examples =
        "  stagger replay .stagger/increment_shm-lost-update.schedule\n"
        "  stagger replay old.schedule --times 100 --minimize\n"
        "  stagger replay old.schedule --times 1 --step\n"
        "  stagger replay old.schedule --gdb 'worker[0]'\n"
        "  stagger replay old.schedule --gdb 'worker[0]@store n' --gdb-command bt\n"
        "  stagger replay old.schedule --trace trace.json --shiviz events.log\n"
        "  stagger replay old.schedule --spec specs/updates/increment.toml";
}

int run_replay(const Options& options, Console& console) {
    const std::string& path = options.paths.front();
    const Result<schedule::ScheduleFile> file = schedule::read_file(path);
    if (!file) return fail(kUsage, file.error(), console);
    const Result<Subject> subject = subject_of(path, *file, options.spec);
    if (!subject) return fail(kUsage, subject.error(), console);
    Result<Session> session = open_session(options, console);
    if (!session) return fail(kUsage, session.error(), console);
    session->campaign.seed = file->seed;
    const Status sensible = check_debugging(options);
    if (!sensible) return fail(kUsage, sensible.error(), console);
    std::optional<Gdb> gdb;
    if (!options.gdb.empty()) {
        Result<Gdb> opened = Gdb::open(options, console);
        if (!opened) return fail(kBroken, opened.error(), console);
        gdb.emplace(std::move(*opened));
        session->campaign.hold = hold_of(options.gdb, *gdb);
    }

    Result<engine::ReplayResult> replay =
        engine::replay(subject->scenario, subject->spec_case, *file, options.times.value_or(0),
                       options.minimize, session->campaign);
    close_session(*session);
    if (!replay) return fail(kBroken, replay.error(), console);
    int& code = session->exit_code;
    code = worse(code, show(*replay, console));
    if (options.step && !replay->result.findings.empty())
        walk(replay->result.findings.front(), console);
    code = worse(code, write_course(replay->result, options, console));
    if (replay->shown == 0) replay->result.findings.clear();
    locate(replay->result, subject->scenario);
    code = worse(code, write_results({replay->result}, *session, options, console));
    return worse(
        code, write_page(
                  {"replay",
                   {replay->result},
                   {{subject->scenario.name, {subject->scenario.summary, subject->scenario.path}}}},
                  *session, options, console));
}

}  // namespace stagger::cli
