// SPDX-License-Identifier: Apache-2.0
#include "harness/report/formats/json.hpp"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "harness/report/explain.hpp"
#include "harness/report/finding.hpp"
#include "harness/report/formats/results.hpp"
#include "harness/report/origins.hpp"
#include "harness/report/rows.hpp"
#include "harness/report/summary.hpp"

namespace stagger::report {
namespace {

using Json = nlohmann::ordered_json;
using engine::CaseResult;

Json to_json_value(const Value& value);

// JSON has text keys only: a map with others becomes a list of pairs.
Json map_to_json(const Value::Map& map) {
    const bool text_keys =
        std::all_of(map.begin(), map.end(), [](const auto& entry) { return entry.first.text(); });
    Json out = text_keys ? Json::object() : Json::array();
    for (const auto& [key, value] : map) {
        if (text_keys) {
            out[*key.text()] = to_json_value(value);
        } else {
            out.push_back(Json::array({to_json_value(key), to_json_value(value)}));
        }
    }
    return out;
}

Json to_json_value(const Value& value) {
    if (const bool* boolean = value.boolean()) return *boolean;
    if (const std::int64_t* integer = value.integer()) return *integer;
    // JSON has no infinity and no NaN.
    if (const double* real = value.real())
        return std::isfinite(*real) ? Json(*real) : Json(value.to_string());
    if (const std::string* text = value.text()) return *text;
    if (const Value::Map* map = value.map()) return map_to_json(*map);
    if (value.is_nil()) return nullptr;
    Json list = Json::array();
    for (const Value& item : *value.list()) list.push_back(to_json_value(item));
    return list;
}

// A name; or, where objects live on backends of their own, a map from object to backend.
Json backend_json(const spec::Case& spec_case) {
    if (spec_case.object_backends.empty()) return spec_case.backend;
    Json out = Json::object();
    if (!spec_case.backend.empty()) out["*"] = spec_case.backend;
    for (const auto& [object, backend] : spec_case.object_backends) out[object] = backend;
    return out;
}

Json params_json(const spec::Case& spec_case) {
    Json out = Json::object();
    for (const auto& [name, value] : spec_case.params) out[name] = to_json_value(value);
    return out;
}

Json options_json(const spec::Case& spec_case) {
    Json out = Json::object();
    if (spec_case.real_libc) out["libc"] = "real";  // Stagger's own, of no backend
    for (const auto& [backend, options] : spec_case.options) {
        out[backend] = Json::object();
        for (const auto& [name, value] : options) out[backend][name] = value;
    }
    return out;
}

Json evidence_json(const CaseResult& result) {
    const engine::Evidence& evidence = result.evidence;
    Json out;
    out["interleavings"] = evidence.interleavings;
    out["interleavings_saturated"] = evidence.interleavings_saturated;
    out["contended_points"] = evidence.contended_points;
    out["complete"] = evidence.complete;
    out["classes"] = evidence.classes;
    out["limits"] = evidence.limits;
    out["chance_of_new"] = evidence.chance_of_new;
    out["missed"] = Json::object();
    for (const auto& [depth, probability] : evidence.missed)
        out["missed"][std::to_string(depth)] = probability;
    out["outcomes"] = Json::object();
    for (const auto& [outcome, times] : evidence.outcomes) out["outcomes"][outcome] = times;
    if (!evidence.strikes.empty()) out["strikes"] = evidence.strikes;
    out["message"] = result.message;
    out["nearest_miss"] = result.nearest_miss;
    return out;
}

// Who wrote or sent what the operation came back with; "" where that cannot be told.
std::string from_whom(const history::History& history, const Origin& origin) {
    if (origin.link == Link::Initial) return "initial";
    if (origin.link != Link::Value && origin.link != Link::Message) return "";
    const std::uint32_t task = history.calls[origin.call].task;
    return task < history.tasks.size() ? history.tasks[task].name : "";
}

// In the order in which they took effect; what never returned comes last.
Json operations_json(const history::History& history, const std::vector<std::uint32_t>& critical) {
    std::vector<std::uint32_t> order(history.calls.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return history.calls[a].responded < history.calls[b].responded;
    });
    const std::vector<Origin> origins = origins_of(history);
    Json out = Json::array();
    for (const std::uint32_t i : order) {
        const history::Call& call = history.calls[i];
        Json operation;
        operation["task"] = call.task < history.tasks.size() ? history.tasks[call.task].name : "";
        operation["operation"] = name(call.operation);
        operation["object"] =
            call.object < history.objects.size() ? history.objects[call.object].name : "";
        operation["text"] = call_text(history, call);
        operation["invoked"] = call.invoked;
        operation["responded"] =
            call.responded == history::kNone ? Json(nullptr) : Json(call.responded);
        operation["critical"] = std::binary_search(critical.begin(), critical.end(), i);
        if (const std::string from = from_whom(history, origins[i]); !from.empty())
            operation["from"] = from;
        out.push_back(std::move(operation));
    }
    return out;
}

// As the spec has them: a role, several, or true for all.
Json faults_json(const spec::Faults& faults) {
    Json out = Json::object();
    for (const auto& [kind, victims] : faults.victims) {
        Json names = Json::array();
        for (const spec::Victim& victim : victims) names.push_back(spec::victims_text({victim}));
        const bool one = victims.size() == 1;
        out[std::string(name(kind))] = victims.empty() ? Json(true) : one ? names[0] : names;
    }
    if (faults.max != 1) out["max"] = faults.max;
    return out;
}

// The strikes without which the finding does not show.
Json strikes_json(const engine::Finding& finding) {
    Json out = Json::array();
    for (const schedule::Decision& decision : finding.schedule.decisions) {
        if (decision.choice != schedule::Choice::Fault) continue;
        out.push_back({{"fault", decision.target},
                       {"task", decision.task},
                       {"point", decision.point},
                       {"label", decision.label}});
    }
    return out;
}

Json place_json(const std::string& file, Position position) {
    return {{"file", file}, {"line", position.line}, {"column", position.column}};
}

Json problems_json(const std::vector<spec::Diagnostic>& problems) {
    Json out = Json::array();
    for (const spec::Diagnostic& problem : problems) {
        Json one = place_json(problem.path, problem.position);
        one["message"] = problem.message;
        one["hint"] = problem.hint;
        out.push_back(std::move(one));
    }
    return out;
}

Json finding_json(const CaseResult& result) {
    if (result.findings.empty()) return nullptr;
    const engine::Finding& finding = result.findings.front();
    const std::vector<std::uint32_t> critical = critical_calls(finding.verdict);
    const auto& violations = finding.verdict.violations;
    Json out;
    out["symptom"] = headline_symptom(finding);
    out["object"] = violations.empty() ? "" : violations.front().object;
    out["message"] = headline(finding);
    if (const Position place = place_of(result, finding); place.line > 0)
        out["place"] = place_json(result.spec_file, place);
    out["delays"] = delays_that_matter(finding.schedule, finding.history, critical);
    if (Json strikes = strikes_json(finding); !strikes.empty()) out["faults"] = std::move(strikes);
    out["operations"] = operations_json(finding.history, critical);
    out["schedule_file"] = finding.schedule_path;
    out["replayed"] = finding.replayed;
    out["replays"] = finding.replays;
    return out;
}

Json fuzzing_json(const CaseResult& result, const FuzzFigures& figures) {
    Json out;
    out["features"] = result.evidence.features.value_or(0);
    if (result.evidence.code_features) out["code_features"] = *result.evidence.code_features;
    out["interleavings"] = result.evidence.interleavings;
    out["executions_per_second"] =
        result.seconds > 0 ? static_cast<double>(result.schedules) / result.seconds : 0.0;
    out["seconds_since_new"] = figures.seconds_since_new;
    out["repeated"] = figures.repeated;
    out["known"] = figures.known;
    out["unconfirmed"] = figures.unconfirmed;
    return out;
}

// What was to come, and what came.
void put_verdict(const CaseResult& result, Json& out) {
    const std::vector<std::string>& finds = result.spec_case.finds;
    out["expected"] = finds.empty() ? Json("ok") : Json(finds);
    out["verdict"] = result.verdict;
    out["symptoms"] = result.symptoms;
    out["status"] = name(result.status);
}

Json case_json(const CaseResult& result, const Figures& figures) {
    const spec::Case& spec_case = result.spec_case;
    Json out;
    out["id"] = spec_case.id;
    out["scenario"] = result.scenario;
    out["backend"] = backend_json(spec_case);
    out["params"] = params_json(spec_case);
    out["options"] = options_json(spec_case);
    out["faults"] = faults_json(spec_case.faults);
    put_verdict(result, out);
    out["strategy"] = result.strategy;
    out["schedules"] = result.schedules;
    out["seconds"] = result.seconds;
    out["first_finding_at"] =
        result.first_finding_at ? Json(*result.first_finding_at) : Json(nullptr);
    out["evidence"] = evidence_json(result);
    const auto fuzzed = figures.find(spec_case.id);
    if (fuzzed != figures.end()) out["fuzzing"] = fuzzing_json(result, fuzzed->second);
    if (!result.problems.empty()) out["problems"] = problems_json(result.problems);
    if (!result.warnings.empty()) out["warnings"] = problems_json(result.warnings);
    out["finding"] = finding_json(result);
    return out;
}

Json regression_json(const CaseResult& result) {
    Json out;
    out["file"] = result.regression;
    out["case"] = result.spec_case.id;
    out["scenario"] = result.scenario;
    put_verdict(result, out);
    out["message"] = result.message;
    out["schedules"] = result.schedules;
    out["seconds"] = result.seconds;
    out["finding"] = finding_json(result);
    return out;
}

}  // namespace

std::string to_json(std::uint64_t seed, const std::vector<CaseResult>& results,
                    const Figures& figures) {
    const Parts parts = parted(results);
    const Totals totals = count(parts.cases);
    Json out;
    out["format"] = kJsonFormat;
    out["seed"] = seed;
    out["summary"] = {{"cases", totals.cases},   {"passed", totals.passed},
                      {"failed", totals.failed}, {"inconclusive", totals.inconclusive},
                      {"errors", totals.errors}, {"skipped", totals.skipped}};
    out["cases"] = Json::array();
    for (const CaseResult& result : parts.cases) out["cases"].push_back(case_json(result, figures));
    out["regressions"] = Json::array();
    for (const CaseResult& result : parts.regressions) {
        out["regressions"].push_back(regression_json(result));
    }
    // Text from scenarios and backends may hold any bytes; those that are no UTF-8 are replaced.
    return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace stagger::report
