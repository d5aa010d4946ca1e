// SPDX-License-Identifier: Apache-2.0
#include "harness/report/formats/github.hpp"

#include <fmt/format.h>

#include "harness/report/finding.hpp"
#include "harness/report/formats/junit.hpp"
#include "harness/report/summary.hpp"
#include "harness/report/text.hpp"

namespace stagger::report {
namespace {

using engine::CaseResult;
using engine::CaseStatus;

// GitHub refuses a summary of more than a mebibyte.
constexpr std::size_t kMostSummary = 900'000;

// As its runner undoes it; `property`: between commas.
std::string escaped(const std::string& text, bool property) {
    std::string out;
    for (const char c : text) {
        const bool special = c == '%' || c == '\r' || c == '\n';
        if (special || (property && (c == ':' || c == ',')))
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        else
            out += c;
    }
    return out;
}

std::string annotation(std::string_view level, const std::string& file, Position position,
                       const std::string& title, const std::string& message) {
    std::string properties;
    const auto add = [&](std::string_view name, const std::string& value) {
        if (value.empty()) return;
        properties +=
            fmt::format("{}{}={}", properties.empty() ? " " : ",", name, escaped(value, true));
    };
    add("file", file);
    if (!file.empty() && position.line > 0) {
        add("line", std::to_string(position.line));
        if (position.column > 0) add("col", std::to_string(position.column));
    }
    add("title", printable(title));
    return fmt::format("::{}{}::{}\n", level, properties, escaped(printable_lines(message), false));
}

bool is_quiet(const CaseResult& result) {
    return result.status == CaseStatus::Pass || result.status == CaseStatus::Skip;
}

std::string of_finding(const CaseResult& result, const engine::Finding& finding,
                       const std::string& file) {
    std::string message = headline(finding);
    if (const std::string command = replay_command(result, finding); !command.empty())
        message += "\nReplay it: " + command;
    const std::string heading = headline_symptom(finding) + " in " + title(result);
    return annotation("error", file, place_of(result, finding), heading, message);
}

std::string of_problem(const std::string& level, const spec::Diagnostic& problem,
                       const Folders& folders) {
    const std::string hint = problem.hint.empty() ? "" : "\nhint: " + problem.hint;
    return annotation(level, path_from_root(problem.path, folders), problem.position,
                      level + " in the spec", problem.message + hint);
}

std::string of_case(const CaseResult& result, const Folders& folders) {
    const std::string file = path_from_root(result.spec_file, folders);
    std::string out;
    for (const spec::Diagnostic& problem : result.problems)
        out += of_problem("error", problem, folders);
    for (const spec::Diagnostic& warning : result.warnings)
        out += of_problem("warning", warning, folders);
    if (is_quiet(result)) return out;
    for (const engine::Finding& finding : result.findings) out += of_finding(result, finding, file);
    if (!out.empty()) return out;
    const bool warning = result.status == CaseStatus::Inconclusive;
    return annotation(warning ? "warning" : "error", file, result.spec_case.position,
                      heading(result), reason(result));
}

std::string cell(const std::string& text) {
    std::string out;
    for (const char c : xml_escaped(text)) out += c == '|' ? std::string("\\|") : std::string(1, c);
    return out;
}

std::string details(const CaseResult& result) {
    std::string text;
    for (const engine::Finding& finding : result.findings)
        text += render_finding(result, finding, Style{}) + "\n";
    text += render_evidence(result, Style{});
    return fmt::format("<details><summary>{}</summary>\n\n<pre>{}</pre>\n</details>\n\n",
                       xml_escaped(heading(result)), xml_escaped(text));
}

}  // namespace

std::string github_annotations(const Results& results) {
    std::string out;
    for (const CaseResult& result : results.cases) out += of_case(result, results.folders);
    return out;
}

std::string github_summary(const Results& results) {
    const Parts parts = parted(results.cases);
    std::string out = "### Stagger: ";
    if (!parts.regressions.empty())
        out += render_totals(count(parts.regressions), "regression") + "; ";
    out += render_totals(count(parts.cases)) + fmt::format("\n\nseed {}\n\n", results.seed);
    std::string rows;
    std::string texts;
    for (const CaseResult& result : results.cases) {
        if (is_quiet(result)) continue;
        const std::string row =
            fmt::format("| {} | {} | {} | {} |\n", name(result.status), cell(title(result)),
                        cell(result.verdict), cell(reason(result)));
        const std::string text = details(result);
        if (out.size() + rows.size() + texts.size() + row.size() + text.size() > kMostSummary) {
            texts += "There is more than fits here: see the log.\n";
            break;
        }
        rows += row;
        texts += text;
    }
    if (rows.empty()) return out;
    return out + "| status | case | verdict | why |\n|---|---|---|---|\n" + rows + "\n" + texts;
}

}  // namespace stagger::report
