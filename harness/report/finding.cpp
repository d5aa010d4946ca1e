// SPDX-License-Identifier: Apache-2.0
#include "harness/report/finding.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "harness/report/explain.hpp"
#include "harness/report/rows.hpp"
#include "harness/report/summary.hpp"
#include "harness/report/table.hpp"

namespace stagger::report {
namespace {

using engine::CaseResult;
using engine::Finding;

constexpr std::size_t kOutputLines = 30;

// Wrapped, each line behind `indent` spaces, the first one behind `lead`, which is as wide.
std::string paragraph(const std::string& text, const Style& style, std::size_t indent,
                      const std::string& lead = "") {
    std::string out;
    const std::size_t width = std::max<std::size_t>(style.width, indent + 40) - indent;
    for (const std::string& line : wrap(text, width)) {
        out += out.empty() && !lead.empty() ? lead : std::string(indent, ' ');
        out += line + "\n";
    }
    return out;
}

std::string title(const CaseResult& result, const Finding& finding, const Style& style) {
    std::string what = headline_symptom(finding);
    if (!finding.verdict.violations.empty() && !finding.verdict.violations.front().object.empty())
        what += " on " + printable(finding.verdict.violations.front().object);
    return fmt::format("{}  in {}\n", style.red(style.bold(what)),
                       style.bold(printable(report::title(result))));
}

std::string sentence(const Finding& finding, const Style& style) {
    std::string out = paragraph(printable(headline(finding)), style, 2);
    if (finding.verdict.violations.empty()) return out;
    const check::Symptom symptom = finding.verdict.violations.front().symptom;
    const std::string meaning =
        fmt::format("{}: {}", check::name(symptom), check::explanation(symptom));
    return out + style.dim(paragraph(meaning, style, 2));
}

// The other things that the same execution shows.
std::string also(const Finding& finding, const Style& style) {
    std::string out;
    for (std::size_t i = 1; i < finding.verdict.violations.size(); ++i) {
        const check::Violation& violation = finding.verdict.violations[i];
        const std::string text =
            fmt::format("also {}: {}", check::name(violation.symptom), violation.message);
        out += paragraph(printable(text), style, 4, "  ");
    }
    return out;
}

// Nobody reads on where a schedule could not be made small.
constexpr std::size_t kMostDelays = 20;

// Somebody waits for ever, or did so when it was cut off.
std::string waits(const Finding& finding, const Style& style) {
    std::string out;
    for (const std::string& sentence : who_waits(finding)) out += paragraph(sentence, style, 4);
    const bool ever = finding.history.ending == history::Ending::Deadlock;
    const std::string heading = ever ? "  who waits" : "  who waited when it was cut off";
    return out.empty() ? "" : style.bold(heading) + "\n" + out + "\n";
}

std::string delays(const Finding& finding, const std::vector<std::uint32_t>& critical,
                   const Style& style) {
    std::string out = style.bold("  the delays that matter") + "\n";
    const auto sentences = delays_that_matter(finding.schedule, finding.history, critical);
    if (sentences.empty())
        return out + paragraph("none: it happens although each task simply runs on", style, 4);
    const std::size_t shown = std::min(sentences.size(), kMostDelays);
    for (std::size_t i = 0; i < shown; ++i) out += paragraph(sentences[i], style, 4);
    if (const std::size_t rest = sentences.size() - shown; rest > 0) {
        out += paragraph(fmt::format("... and {} more, all of them in the .schedule file", rest),
                         style, 4);
    }
    const auto& decisions = finding.schedule.decisions;
    const auto strikes =
        std::count_if(decisions.begin(), decisions.end(), [](const schedule::Decision& decision) {
            return decision.choice == schedule::Choice::Fault;
        });
    if (strikes == 0) return out;
    return out + paragraph(strikes == 1 ? "without that fault it does not show"
                                        : "without those faults it does not show",
                           style, 4);
}

// What the end of a case shows, such as a leak, belongs to no execution.
bool has_schedule(const Finding& finding) {
    return finding.replays > 0 || !finding.history.tasks.empty();
}

std::string replays(const CaseResult& result, const Finding& finding, const Style& style) {
    std::string out;
    if (!has_schedule(finding)) {
        return paragraph(
            "seen once all executions were over and the backend had cleaned up: no "
            "schedule is needed for it",
            style, 2);
    }
    if (finding.found_at > 0) out = fmt::format("found at schedule {}; ", finding.found_at);
    out += fmt::format("it showed in {} of {} replays with fresh processes", finding.replayed,
                       finding.replays);
    out = paragraph(out, style, 2);
    const std::string command = replay_command(result, finding);
    // Never wrapped: it is there to be copied.
    if (command.empty()) return out;
    return out + fmt::format("  {}  {}\n", style.bold("replay it:"), command);
}

std::string output(const Finding& finding, const Style& style) {
    std::string text = printable_lines(finding.output);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    if (text.empty()) return "";
    std::string out = "\n" + style.bold("  what the processes wrote") + "\n";
    std::size_t lines = 0;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        if (++lines <= kOutputLines)
            out +=
                "    | " +
                fit(text.substr(begin, end - begin), std::max<std::size_t>(style.width, 40) - 6) +
                "\n";
        begin = end + 1;
    }
    if (lines > kOutputLines)
        out += fmt::format("    ... {} ...\n", counted(lines - kOutputLines, "more line"));
    return out;
}

}  // namespace

std::string headline(const Finding& finding) {
    if (!finding.verdict.violations.empty()) return finding.verdict.violations.front().message;
    if (!finding.history.detail.empty()) return finding.history.detail;
    return "The execution went wrong in a way that no oracle could name.";
}

std::string headline_symptom(const Finding& finding) {
    if (finding.verdict.violations.empty()) return "violation";
    return std::string(check::name(finding.verdict.violations.front().symptom));
}

std::string render_finding(const CaseResult& result, const Finding& finding, const Style& style) {
    const std::vector<std::uint32_t> critical = critical_calls(finding.verdict);
    std::string out = title(result, finding, style);
    out += sentence(finding, style) + "\n";
    const std::vector<Row> rows = marked_rows(finding.history, finding.verdict);
    if (!rows.empty()) out += render_table(finding.history, rows, style) + "\n";
    out += waits(finding, style);
    if (has_schedule(finding)) out += delays(finding, critical, style) + "\n";
    out += also(finding, style);
    out += replays(result, finding, style);
    return out + output(finding, style);
}

std::string replay_command(const CaseResult& result, const Finding& finding) {
    if (finding.schedule_path.empty()) return "";
    std::string command = "stagger replay " + shell_quoted(finding.schedule_path);
    if (!result.spec_path.empty()) command += " --spec " + shell_quoted(result.spec_path);
    for (const std::string& plugin : result.plugins) command += " --plugin " + shell_quoted(plugin);
    return command;
}

std::vector<std::string> who_waits(const Finding& finding) {
    std::vector<std::string> sentences;
    for (const history::Wait& wait : finding.history.waits) {
        if (wait.task >= finding.history.tasks.size()) continue;
        const std::vector<std::string> held = held_at_end(finding.history, wait.task);
        const std::string holds =
            held.empty() ? "" : fmt::format("holds {} and ", fmt::join(held, ", "));
        sentences.push_back(printable(fmt::format(
            "{} {}waits at `{}`", finding.history.tasks[wait.task].name, holds, wait.what)));
    }
    return sentences;
}

std::string shell_quoted(const std::string& path) {
    constexpr std::string_view kPlain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+=./,:@%";
    if (!path.empty() && path.find_first_not_of(kPlain) == std::string::npos) return path;
    std::string quoted = "'";
    for (const char c : path) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

}  // namespace stagger::report
