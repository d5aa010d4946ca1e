// SPDX-License-Identifier: Apache-2.0
#include "harness/report/formats/tap.hpp"

#include <fmt/format.h>

#include "harness/report/finding.hpp"
#include "harness/report/summary.hpp"
#include "harness/report/text.hpp"

namespace stagger::report {
namespace {

using engine::CaseResult;
using engine::CaseStatus;

// What stands behind a `#` would be read as a directive.
std::string description(const CaseResult& result) {
    std::string out;
    for (const char c : printable(title(result)))
        out += c == '#' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return out;
}

// A text of YAML in double quotes.
std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : printable(text)) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

// A block of YAML that keeps its lines as they are; it is indented by more than its key.
std::string block(const std::string& text) {
    std::string out = "|\n";
    const std::string lines = printable_lines(text);
    for (std::size_t at = 0; at < lines.size();) {
        const std::size_t end = std::min(lines.find('\n', at), lines.size());
        out += "    " + lines.substr(at, end - at) + "\n";
        at = end + 1;
    }
    return out;
}

std::string diagnosis(const CaseResult& result) {
    std::string details;
    for (const engine::Finding& finding : result.findings)
        details += render_finding(result, finding, Style{}) + "\n";
    details += render_evidence(result, Style{});
    std::string out = "  ---\n";
    out += fmt::format("  message: {}\n", quoted(reason(result)));
    out += fmt::format("  status: {}\n", name(result.status));
    out += fmt::format("  verdict: {}\n", quoted(result.verdict));
    out += fmt::format("  details: {}", block(details));
    return out + "  ...\n";
}

std::string line_of(std::size_t number, const CaseResult& result) {
    const std::string point = fmt::format("ok {} - {}", number, description(result));
    switch (result.status) {
        case CaseStatus::Pass:
            return point + "\n";
        case CaseStatus::Skip:
            return fmt::format("{} # SKIP {}\n", point, reason(result));
        case CaseStatus::Fail:
        case CaseStatus::Inconclusive:
        case CaseStatus::Error:
            return "not " + point + "\n" + diagnosis(result);
    }
    return "";
}

}  // namespace

std::string to_tap(const std::vector<CaseResult>& results) {
    // Version 14 adds nothing that is needed here, and not every reader knows it.
    std::string out = fmt::format("TAP version 13\n1..{}", results.size());
    out += results.empty() ? " # SKIP no case was run\n" : "\n";
    for (std::size_t i = 0; i < results.size(); ++i) out += line_of(i + 1, results[i]);
    return out;
}

}  // namespace stagger::report
