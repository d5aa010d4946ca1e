// SPDX-License-Identifier: Apache-2.0
#include "harness/report/formats/junit.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "harness/report/finding.hpp"
#include "harness/report/summary.hpp"
#include "harness/report/text.hpp"

namespace stagger::report {
namespace {

using engine::CaseResult;
using engine::CaseStatus;

struct Suite {
    std::string name;
    std::vector<const CaseResult*> cases;
};

// By name, in the order in which the scenarios first appear.
std::vector<Suite> suites_of(const std::vector<CaseResult>& results) {
    std::vector<Suite> suites;
    for (const CaseResult& result : results) {
        auto suite = std::find_if(suites.begin(), suites.end(), [&](const Suite& candidate) {
            return candidate.name == result.scenario;
        });
        if (suite == suites.end()) suite = suites.insert(suite, {result.scenario, {}});
        suite->cases.push_back(&result);
    }
    return suites;
}

std::string counts(const Totals& totals, double seconds) {
    return fmt::format(R"(tests="{}" failures="{}" errors="{}" time="{:.3f}")", totals.cases,
                       totals.failed, totals.errors + totals.inconclusive, seconds);
}

double seconds_of(const std::vector<CaseResult>& results) {
    double seconds = 0;
    for (const CaseResult& result : results) seconds += result.seconds;
    return seconds;
}

// Everything that a person needs who sees nothing but the CI system's page.
std::string details(const CaseResult& result) {
    const Style plain{};
    std::string out;
    for (const engine::Finding& finding : result.findings)
        out += render_finding(result, finding, plain) + "\n";
    return out + render_evidence(result, plain);
}

std::string problem(std::string_view element, const CaseResult& result) {
    return fmt::format("      <{0} type=\"{1}\" message=\"{2}\">{3}</{0}>\n", element,
                       xml_escaped(result.verdict), xml_escaped(reason(result)),
                       xml_escaped(details(result)));
}

std::string outcome(const CaseResult& result) {
    switch (result.status) {
        case CaseStatus::Pass:
            return fmt::format("      <system-out>{}</system-out>\n", xml_escaped(reason(result)));
        case CaseStatus::Fail:
            return problem("failure", result);
        case CaseStatus::Inconclusive:
        case CaseStatus::Error:
            return problem("error", result);
        case CaseStatus::Skip:
            return fmt::format("      <skipped message=\"{}\"/>\n", xml_escaped(reason(result)));
    }
    return "";
}

std::string render(const Suite& suite) {
    std::vector<CaseResult> results;
    results.reserve(suite.cases.size());
    for (const CaseResult* result : suite.cases) results.push_back(*result);
    const std::string name = xml_escaped(suite.name);
    const Totals totals = count(results);
    const std::string& file = results.front().spec_file;
    std::string out =
        fmt::format("  <testsuite name=\"{}\" {} skipped=\"{}\"{}>\n", name,
                    counts(totals, seconds_of(results)), totals.skipped,
                    file.empty() ? "" : fmt::format(" file=\"{}\"", xml_escaped(file)));
    for (const CaseResult& result : results) {
        out += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\">\n", name,
                           xml_escaped(title(result)), result.seconds);
        out += outcome(result) + "    </testcase>\n";
    }
    return out + "  </testsuite>\n";
}

// U+FFFE and U+FFFF may not be in a document at all (XML 1.0, 2.2).
std::string without_non_characters(std::string text) {
    constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
    for (const std::string_view bad : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
        for (std::size_t at = text.find(bad); at != std::string::npos; at = text.find(bad, at))
            text.replace(at, bad.size(), kReplacement);
    }
    return text;
}

}  // namespace

std::string to_junit(const std::vector<CaseResult>& results) {
    std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    out += fmt::format("<testsuites name=\"stagger\" {}>\n",
                       counts(count(results), seconds_of(results)));
    for (const Suite& suite : suites_of(results)) out += render(suite);
    return out + "</testsuites>\n";
}

std::string xml_escaped(std::string_view text) {
    std::string out;
    for (const char c : without_non_characters(printable_lines(text))) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&apos;";
                break;
            // As an attribute's value, a bare line break would turn into a space.
            case '\n':
                out += "&#10;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

}  // namespace stagger::report
