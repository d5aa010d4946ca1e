// SPDX-License-Identifier: Apache-2.0
#include "harness/report/formats/sarif.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/check/check.hpp"
#include "harness/report/explain.hpp"
#include "harness/report/finding.hpp"
#include "harness/report/rows.hpp"
#include "harness/report/summary.hpp"
#include "harness/report/text.hpp"

namespace stagger::report {
namespace {

using Json = nlohmann::ordered_json;
using engine::CaseResult;
using engine::CaseStatus;
using engine::Finding;

// Of a long history that many steps are enough to follow it.
constexpr std::size_t kMostSteps = 200;

struct Rule {
    std::string_view id, text;
    std::string_view level;
};

// What is no symptom, and is told at a line all the same.
constexpr std::array<Rule, 5> kOthers{{
    {"spec-error", "The spec is wrong, so that nothing could be run.", "error"},
    {"spec-warning", "The spec says what is allowed, and can hardly be meant.", "warning"},
    {"known-bug-not-found", "A case names a bug in `finds` that was not found.", "error"},
    {"inconclusive", "Something could not be judged.", "warning"},
    {"no-evidence", "The tasks never touched a common object, so nothing was tested.", "warning"},
}};

std::vector<Rule> all_rules() {
    std::vector<Rule> rules;
    for (std::size_t i = 0; i < check::symptom_names().size(); ++i) {
        const auto symptom = static_cast<check::Symptom>(i);
        rules.push_back({check::name(symptom), check::explanation(symptom), "error"});
    }
    rules.insert(rules.end(), kOthers.begin(), kOthers.end());
    return rules;
}

// "lost-update" as "LostUpdate"
std::string upper_camel(std::string_view id) {
    std::string out;
    bool upper = true;
    for (const char c : id) {
        if (c != '-') out += upper ? static_cast<char>(c - 'a' + 'A') : c;
        upper = c == '-';
    }
    return out;
}

Json rules_json() {
    Json rules = Json::array();
    for (const Rule& rule : all_rules()) {
        rules.push_back({{"id", rule.id},
                         {"name", upper_camel(rule.id)},
                         {"shortDescription", {{"text", rule.id}}},
                         {"fullDescription", {{"text", rule.text}}},
                         {"help", {{"text", rule.text}}},
                         {"defaultConfiguration", {{"level", rule.level}}}});
    }
    return rules;
}

std::size_t rule_index(std::string_view id) {
    const std::vector<Rule> rules = all_rules();
    const auto found =
        std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) { return rule.id == id; });
    return static_cast<std::size_t>(found - rules.begin());
}

// A path as a reference of RFC 3986; an absolute one as the URI of a file.
std::string uri_of(const std::string& path) {
    constexpr std::string_view kPlain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    std::string out = path.starts_with('/') ? "file://" : "";
    for (const char c : path) {
        if (kPlain.find(c) != std::string_view::npos)
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

class Writer {
public:
    explicit Writer(const Results& results) : results_(results) {}

    std::string write() {
        Json found = Json::array();
        Json notifications = Json::array();
        for (const CaseResult& result : results_.cases) {
            for (Json& one : results_of(result)) found.push_back(std::move(one));
            if (is_failure(result)) notifications.push_back(notification(result));
        }
        Json run;
        run["tool"]["driver"] = {{"name", "Stagger"},
                                 {"version", STAGGER_VERSION},
                                 {"semanticVersion", STAGGER_VERSION},
                                 {"rules", rules_json()}};
        Json invocation = {{"executionSuccessful", notifications.empty()},
                           {"exitCode", results_.exit_code}};
        if (!notifications.empty())
            invocation["toolExecutionNotifications"] = std::move(notifications);
        run["invocations"] = Json::array({std::move(invocation)});
        run["columnKind"] = "unicodeCodePoints";
        run["results"] = std::move(found);
        run["properties"] = {{"seed", results_.seed}};
        const Json log = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                          {"version", "2.1.0"},
                          {"runs", Json::array({std::move(run)})}};
        return log.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
    }

private:
    // Stagger or a backend failed, and the spec is not to blame.
    static bool is_failure(const CaseResult& result) {
        return result.status == CaseStatus::Error && result.problems.empty() &&
               result.warnings.empty();
    }

    Json location(const std::string& file, Position position) const {
        Json physical;
        physical["artifactLocation"]["uri"] = uri_of(path_from_root(file, results_.folders));
        if (position.line > 0) {
            physical["region"]["startLine"] = position.line;
            if (position.column > 0) physical["region"]["startColumn"] = position.column;
        }
        return {{"physicalLocation", std::move(physical)}};
    }

    Json result_at(std::string_view rule, std::string_view level, const std::string& text,
                   const std::string& file, Position position) const {
        Json out;
        out["ruleId"] = rule;
        out["ruleIndex"] = rule_index(rule);
        out["level"] = level;
        out["message"]["text"] = printable_lines(text);
        out["locations"] = Json::array();
        if (!file.empty()) out["locations"].push_back(location(file, position));
        return out;
    }

    Json notification(const CaseResult& result) const {
        Json out = {{"level", "error"},
                    {"message", {{"text", title(result) + ": " + reason(result)}}}};
        if (!result.spec_file.empty())
            out["locations"] = Json::array({location(result.spec_file, result.spec_case.position)});
        return out;
    }

    Json problem_json(std::string_view rule, std::string_view level,
                      const spec::Diagnostic& problem) const {
        const std::string hint = problem.hint.empty() ? "" : "\nhint: " + problem.hint;
        return result_at(rule, level, problem.message + hint, problem.path, problem.position);
    }

    std::vector<Json> results_of(const CaseResult& result) const {
        std::vector<Json> out;
        for (const spec::Diagnostic& problem : result.problems)
            out.push_back(problem_json("spec-error", "error", problem));
        for (const spec::Diagnostic& warning : result.warnings)
            out.push_back(problem_json("spec-warning", "warning", warning));
        for (const Finding& finding : result.findings) out.push_back(finding_json(result, finding));
        if (!out.empty()) return out;
        const std::string text = fmt::format("{}: {}", title(result), reason(result));
        const auto add = [&](std::string_view rule, std::string_view level) {
            out.push_back(
                result_at(rule, level, text, result.spec_file, result.spec_case.position));
        };
        if (result.status == CaseStatus::Fail) add("known-bug-not-found", "error");
        if (result.status == CaseStatus::Inconclusive)
            add(result.verdict == "no-evidence" ? "no-evidence" : "inconclusive", "warning");
        return out;
    }

    Json finding_json(const CaseResult& result, const Finding& finding) const {
        const std::string symptom = headline_symptom(finding);
        const bool known = result.status == CaseStatus::Pass;
        const std::string& file = result.spec_file;
        Json out = result_at(symptom, known ? "note" : "error", message(result, finding), file,
                             place_of(result, finding));
        const std::string object =
            finding.verdict.violations.empty() ? "" : finding.verdict.violations.front().object;
        out["partialFingerprints"]["caseSymptomObject/v1"] =
            fmt::format("{}|{}|{}", title(result), symptom, object);
        if (!file.empty()) {
            if (Json related = related_locations(result, finding); !related.empty())
                out["relatedLocations"] = std::move(related);
            if (Json flow = code_flow(result, finding); !flow.empty())
                out["codeFlows"] = Json::array({std::move(flow)});
        }
        if (known)
            out["suppressions"] = Json::array(
                {{{"kind", "inSource"}, {"justification", "The case names it in `finds`."}}});
        out["properties"] = {{"case", title(result)},
                             {"schedule", finding.schedule_path},
                             {"replayed", finding.replayed},
                             {"replays", finding.replays}};
        return out;
    }

    static std::string message(const CaseResult& result, const Finding& finding) {
        std::string text = fmt::format("{} In the case {}.", headline(finding), title(result));
        for (const std::string& delay :
             delays_that_matter(finding.schedule, finding.history, critical_calls(finding.verdict)))
            text += "\nThe delay that matters: " + delay;
        const std::string command = replay_command(result, finding);
        return command.empty() ? text : text + "\nReplay it: " + command;
    }

    static std::string call_message(const history::History& history, const history::Call& call) {
        const std::string task =
            call.task < history.tasks.size() ? history.tasks[call.task].name : "?";
        return printable(task) + ": " + call_text(history, call);
    }

    // The critical operations, at their steps.
    Json related_locations(const CaseResult& result, const Finding& finding) const {
        Json out = Json::array();
        for (const std::uint32_t index : critical_calls(finding.verdict)) {
            if (index >= finding.history.calls.size()) continue;
            const history::Call& call = finding.history.calls[index];
            const Position place = place_of(result, call);
            if (place.line == 0) continue;
            Json one = location(result.spec_file, place);
            one["id"] = out.size();
            one["message"]["text"] = call_message(finding.history, call);
            out.push_back(std::move(one));
        }
        return out;
    }

    // What each task did, in the order of all.
    Json code_flow(const CaseResult& result, const Finding& finding) const {
        std::map<std::uint32_t, Json> flows;
        std::size_t order = 0;
        const auto critical = critical_calls(finding.verdict);
        for (std::uint32_t i = 0; i < finding.history.calls.size() && order < kMostSteps; ++i) {
            const history::Call& call = finding.history.calls[i];
            const Position place = place_of(result, call);
            if (place.line == 0) continue;
            Json step = {{"location", location(result.spec_file, place)},
                         {"executionOrder", ++order}};
            step["location"]["message"]["text"] = call_message(finding.history, call);
            const bool is_critical = std::binary_search(critical.begin(), critical.end(), i);
            step["importance"] = is_critical ? "essential" : "important";
            flows[call.task].push_back(std::move(step));
        }
        Json threads = Json::array();
        for (auto& [task, steps] : flows) {
            const bool named = task < finding.history.tasks.size();
            threads.push_back({{"id", named ? finding.history.tasks[task].name : "?"},
                               {"locations", std::move(steps)}});
        }
        return threads.empty() ? Json::object() : Json{{"threadFlows", std::move(threads)}};
    }

    const Results& results_;
};

}  // namespace

std::string to_sarif(const Results& results) {
    return Writer(results).write();
}

}  // namespace stagger::report
