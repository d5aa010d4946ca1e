// SPDX-License-Identifier: Apache-2.0
#include "harness/report/formats/results.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "harness/report/finding.hpp"
#include "harness/report/rows.hpp"
#include "harness/report/summary.hpp"

namespace stagger::report {
namespace {

using engine::CaseResult;
using engine::Finding;

Position step_at(const CaseResult& result, std::uint32_t site) {
    return site < result.steps.size() ? result.steps[site] : Position{};
}

}  // namespace

std::string path_from_root(const std::string& path, const Folders& folders) {
    namespace fs = std::filesystem;
    if (folders.root.empty()) return path;
    const fs::path whole = (fs::path(folders.working) / path).lexically_normal();
    const fs::path below = whole.lexically_relative(folders.root);
    const bool outside = below.empty() || *below.begin() == ".." || *below.begin() == ".";
    return outside ? path : below.string();
}

Position place_of(const CaseResult& result, const history::Call& call) {
    return step_at(result, call.site);
}

Position place_of(const CaseResult& result, const Finding& finding) {
    const history::History& history = finding.history;
    for (const std::uint32_t call : critical_calls(finding.verdict)) {
        if (call >= history.calls.size()) continue;
        const Position place = place_of(result, history.calls[call]);
        if (place.line > 0) return place;
    }
    for (const history::Complaint& complaint : history.complaints)
        if (const Position place = step_at(result, complaint.site); place.line > 0) return place;
    for (const history::Wait& wait : history.waits)
        if (const Position place = step_at(result, wait.site); place.line > 0) return place;
    for (const history::Call& call : history.calls) {
        const Position place = place_of(result, call);
        if (call.task == history.culprit && call.responded == history::kNone && place.line > 0)
            return place;
    }
    return result.spec_case.position;
}

std::string heading(const CaseResult& result) {
    std::string what(name(result.status));
    if (result.status == engine::CaseStatus::Inconclusive) what = result.verdict;
    if (!result.findings.empty()) what = headline_symptom(result.findings.front());
    return fmt::format("{} in {}", what, title(result));
}

}  // namespace stagger::report
