// SPDX-License-Identifier: Apache-2.0
#include "harness/report/summary.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "harness/report/finding.hpp"

namespace stagger::report {
namespace {

using engine::CaseResult;
using engine::CaseStatus;

// A chance of missing a bug that is as good as a coin's is no reassurance, and is left out.
constexpr double kWorthSaying = 0.5;

// A bound that a person can read at a glance: one digit, rounded up, times `scale` (100: percent).
// Never below the probability itself, and never zero, since nothing here was proved.
std::string below(double probability, double scale) {
    if (probability >= 0.9) return fmt::format("<= {}", scale);
    double digit = 0.0001;
    while (digit * 9 < probability) digit *= 10;
    const double bound = std::floor(probability / digit + 1) * digit;
    return fmt::format("< {:.6g}", std::min(bound, 1.0) * scale);
}

// How much was looked at, without what that is worth.
std::string seen_text(const CaseResult& result) {
    return fmt::format("{}, {}{}, {}", counted(result.schedules, "schedule"),
                       result.evidence.interleavings_saturated ? "at least " : "",
                       counted(result.evidence.interleavings, "interleaving"),
                       counted(result.evidence.contended_points, "contended point"));
}

// The same in the space that a table leaves, beside a column with the number of schedules.
std::string brief_evidence(const CaseResult& result) {
    const engine::Evidence& evidence = result.evidence;
    const std::string worth =
        evidence.complete ? "complete"
                          : fmt::format("next is new: {}%", below(evidence.chance_of_new, 100));
    return fmt::format("{}{}, {}", evidence.interleavings_saturated ? "at least " : "",
                       counted(evidence.interleavings, "interleaving"), worth);
}

// A pass without a finding has nothing but its evidence.
std::string table_reason(const CaseResult& result) {
    const bool bare =
        result.status == CaseStatus::Pass && result.findings.empty() && result.regression.empty();
    return bare && result.schedules > 0 ? brief_evidence(result) : reason(result);
}

std::string painted(CaseStatus status, std::string_view text, const Style& style) {
    switch (status) {
        case CaseStatus::Pass:
            return style.green(text);
        case CaseStatus::Fail:
        case CaseStatus::Error:
            return style.red(text);
        case CaseStatus::Inconclusive:
            return style.yellow(text);
        case CaseStatus::Skip:
            return style.dim(text);
    }
    return std::string(text);
}

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

constexpr std::size_t kLeastReason = 40;  // less than that says nothing

struct Columns {
    std::size_t id = 4, verdict = 7, schedules = 9, rate = 7, status = 6;

    // The id is never cut, since people copy it into --filter.
    explicit Columns(const std::vector<CaseResult>& results) {
        for (const CaseResult& result : results) {
            id = std::max(id, display_width(printable(title(result))));
            verdict = std::max(verdict, display_width(printable(result.verdict)));
            schedules = std::max(schedules, std::to_string(result.schedules).size());
            rate = std::max(rate, report::rate(result).size());
            status = std::max(status, name(result.status).size());
        }
    }

    std::size_t taken() const { return id + verdict + schedules + rate + status + 10; }
    bool fit(std::size_t width) const { return taken() + kLeastReason <= width; }
    std::size_t reason(std::size_t width) const { return width - taken(); }
};

std::string table_row(const Columns& columns, const CaseResult& result, const Style& style) {
    const std::string status = pad(name(result.status), columns.status);
    return fmt::format("{}  {}  {}  {}  {}  {}\n", painted(result.status, status, style),
                       pad(printable(title(result)), columns.id),
                       pad(printable(result.verdict), columns.verdict),
                       pad_left(std::to_string(result.schedules), columns.schedules),
                       pad_left(rate(result), columns.rate),
                       fit(table_reason(result), columns.reason(style.width)));
}

std::string table(const Columns& columns, const std::vector<CaseResult>& results,
                  const Style& style) {
    std::string out = style.bold(fmt::format(
        "{}  {}  {}  {}  {}  {}", pad("STATUS", columns.status), pad("CASE", columns.id),
        pad("VERDICT", columns.verdict), pad_left("SCHEDULES", columns.schedules),
        pad_left("PER SEC", columns.rate), "WHY"));
    out += "\n";
    for (const CaseResult& result : results) out += table_row(columns, result, style);
    return out;
}

// Where the columns do not fit side by side: two lines for each, so that ids stay whole.
std::string stacked(const Columns& columns, const std::vector<CaseResult>& results,
                    const Style& style) {
    std::string out;
    const std::size_t indent = columns.status + 2;
    for (const CaseResult& result : results) {
        const std::string status = pad(name(result.status), columns.status);
        out += fmt::format("{}  {}\n", painted(result.status, status, style),
                           printable(title(result)));
        const std::string text =
            fmt::format("{}: {}, {}", printable(result.verdict),
                        counted(result.schedules, "schedule"), table_reason(result));
        const std::size_t width = std::max(style.width, indent + kLeastReason) - indent;
        out += std::string(indent, ' ') + report::fit(text, width) + "\n";
    }
    return out;
}

// Verdicts above that say less than they seem to.
std::string unseen_by(const std::vector<CaseResult>& results, const Style& style) {
    std::set<std::string> unseen;
    for (const CaseResult& result : results)
        unseen.insert(result.evidence.unseen.begin(), result.evidence.unseen.end());
    std::string out;
    for (const std::string& what : unseen) {
        const std::string text =
            "Out of sight: " + printable(what) + ". No race in there can be found.";
        out += "\n";
        for (const std::string& line : wrap(text, std::max<std::size_t>(style.width, 42)))
            out += style.yellow(line) + "\n";
    }
    if (!out.empty())
        out +=
            "In CMake, stagger_add_backend(BACKEND SOURCE...) and stagger_instrument(LIBRARY) "
            "compile them so.\n";
    return out;
}

}  // namespace

std::string_view name(CaseStatus status) {
    switch (status) {
        case CaseStatus::Pass:
            return "pass";
        case CaseStatus::Fail:
            return "fail";
        case CaseStatus::Inconclusive:
            return "inconclusive";
        case CaseStatus::Error:
            return "error";
        case CaseStatus::Skip:
            return "skip";
    }
    return "error";
}

Totals count(const std::vector<CaseResult>& results) {
    Totals totals;
    totals.cases = results.size();
    for (const CaseResult& result : results) {
        switch (result.status) {
            case CaseStatus::Pass:
                ++totals.passed;
                break;
            case CaseStatus::Fail:
                ++totals.failed;
                break;
            case CaseStatus::Inconclusive:
                ++totals.inconclusive;
                break;
            case CaseStatus::Error:
                ++totals.errors;
                break;
            case CaseStatus::Skip:
                ++totals.skipped;
                break;
        }
    }
    return totals;
}

Parts parted(const std::vector<CaseResult>& results) {
    Parts parts;
    for (const CaseResult& result : results) {
        (result.regression.empty() ? parts.cases : parts.regressions).push_back(result);
    }
    return parts;
}

const std::string& title(const CaseResult& result) {
    return result.regression.empty() ? result.spec_case.id : result.regression;
}

std::string render_totals(const Totals& totals, std::string_view noun) {
    std::string out = fmt::format("{}: {} passed", counted(totals.cases, noun), totals.passed);
    const auto add = [&out](std::uint64_t number, std::string_view what) {
        if (number > 0) out += fmt::format(", {} {}", number, what);
    };
    add(totals.failed, "failed");
    add(totals.inconclusive, "inconclusive");
    add(totals.errors, totals.errors == 1 ? "error" : "errors");
    add(totals.skipped, "skipped");
    return out;
}

std::string rate(const CaseResult& result) {
    if (result.schedules == 0 || result.seconds <= 0) return "";
    return fmt::format("{:.0f}", static_cast<double>(result.schedules) / result.seconds);
}

std::string evidence_text(const CaseResult& result) {
    const engine::Evidence& evidence = result.evidence;
    std::string out = seen_text(result);
    if (evidence.complete) {
        return out + fmt::format("; complete: {} class{} of interleavings", evidence.classes,
                                 evidence.classes == 1 ? "" : "es");
    }
    // What was found needs no odds of having been missed, and where nothing was tested there are
    // none.
    if (result.schedules == 0 || !result.findings.empty() || result.verdict == "no-evidence")
        return out;
    out += fmt::format("; chance that the next shows something new {}%",
                       below(evidence.chance_of_new, 100));
    for (const auto& [depth, probability] : evidence.missed) {
        if (probability < kWorthSaying)
            out +=
                fmt::format("; a bug of depth {} missed with p {}", depth, below(probability, 1));
    }
    return out;
}

std::string reason(const CaseResult& result) {
    if (!result.message.empty() && (result.status != CaseStatus::Pass || result.findings.empty()))
        return printable(first_line(result.message));
    if (!result.findings.empty()) {
        const std::uint64_t found_at = result.findings.front().found_at;
        const std::string at = found_at > 0 ? fmt::format("found at schedule {}: ", found_at) : "";
        return at + printable(headline(result.findings.front()));
    }
    return evidence_text(result);
}

std::string render_line(const CaseResult& result, const Style& style) {
    std::string out = painted(result.status, pad(name(result.status), 12), style);
    out += "  " + printable(title(result));
    if (result.verdict != "ok") out += "  " + printable(result.verdict);
    if (result.schedules > 0) out += "  " + counted(result.schedules, "schedule");
    if (const std::string per_second = rate(result); !per_second.empty())
        out += fmt::format(", {}/s", per_second);
    if (result.status != CaseStatus::Pass) out += "  " + reason(result);
    return out;
}

std::string render_summary(const std::vector<CaseResult>& results, const Style& style) {
    const Columns columns(results);
    std::string out = columns.fit(style.width) ? table(columns, results, style)
                                               : stacked(columns, results, style);
    double seconds = 0;
    std::uint64_t schedules = 0;
    for (const CaseResult& result : results) {
        seconds += result.seconds;
        schedules += result.schedules;
    }
    const Parts parts = parted(results);
    out += "\n";
    if (!parts.regressions.empty()) {
        out += render_totals(count(parts.regressions), "regression") + "; ";
    }
    out += fmt::format("{}; {} in {:.1f} s of exploring\n", render_totals(count(parts.cases)),
                       counted(schedules, "schedule"), seconds);
    return out + unseen_by(results, style);
}

std::string render_evidence(const CaseResult& result, const Style& style) {
    std::string out = fmt::format("{}  {}\n", style.bold(printable(title(result))),
                                  painted(result.status, printable(result.verdict), style));
    const auto add = [&](const std::string& text) {
        for (const std::string& line : wrap(text, std::max<std::size_t>(style.width, 42) - 2))
            out += "  " + line + "\n";
    };
    // A message of several lines is laid out by who wrote it: a spec's errors with their carets.
    if (result.message.find('\n') != std::string::npos) {
        out += printable_lines(result.message) + "\n";
    } else if (result.findings.empty() || result.message != headline(result.findings.front())) {
        add(printable(result.message));
    }
    if (result.schedules > 0 && result.regression.empty()) add(evidence_text(result));
    // Of a search that was to be complete and found nothing also where it is not.
    const bool searched = result.strategy == "exhaustive" && result.findings.empty();
    if (result.evidence.complete || searched) {
        for (const std::string& limit : result.evidence.limits) add("limit: " + limit);
    } else {
        for (const std::string& what : result.evidence.unseen) add("out of sight: " + what);
    }
    for (const auto& [fault, times] : result.evidence.strikes)
        add(times > 0
                ? fmt::format("fault {}: struck {}", fault, counted(times, "time"))
                : fmt::format("fault {}: never struck, since nothing that was done there gives "
                              "it a chance",
                              fault));
    for (const auto& [outcome, times] : result.evidence.outcomes)
        add(fmt::format("outcome {}: {}", printable(outcome), counted(times, "time")));
    if (!result.nearest_miss.empty()) add("the nearest miss: " + printable(result.nearest_miss));
    return out;
}

}  // namespace stagger::report
