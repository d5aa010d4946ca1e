// SPDX-License-Identifier: Apache-2.0
//
// The data of the page. Keys that would say nothing (false, 0, "") are left out; assets/data.js
// knows what they mean then.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/report/explain.hpp"
#include "harness/report/finding.hpp"
#include "harness/report/html/diagram.hpp"
#include "harness/report/html/page.hpp"
#include "harness/report/summary.hpp"
#include "harness/report/text.hpp"

namespace stagger::report::html {
namespace {

using Json = nlohmann::ordered_json;
using engine::CaseResult;
using engine::Finding;
using history::kNone;

constexpr std::size_t kMostText = 300;      // columns of one operation
constexpr std::size_t kMostMessage = 6000;  // bytes of a message or of what processes wrote
constexpr std::size_t kMostDelays = 40;
constexpr std::int64_t kWorthTelling = 1'000'000;  // virtual nanoseconds

std::string short_text(const std::string& text) {
    return fit(text, kMostText);
}

std::string message_text(const std::string& text) {
    if (text.size() <= kMostMessage) return printable_lines(text);
    return printable_lines(text.substr(0, kMostMessage)) +
           fmt::format("\n... and {} more", counted(text.size() - kMostMessage, "byte"));
}

void put(Json& out, const char* key, const std::string& text) {
    if (!text.empty()) out[key] = text;
}
void put(Json& out, const char* key, bool flag) {
    if (flag) out[key] = true;
}

std::string_view kind_name(RowKind kind) {
    static constexpr std::string_view kNames[] = {"call",  "begin", "return",    "open",  "enter",
                                                  "leave", "fault", "complaint", "ending"};
    return kNames[static_cast<std::size_t>(kind)];
}

std::string_view link_name(Link link) {
    if (link == Link::Value) return "read";
    return link == Link::Message ? "message" : "wake";
}

// ---- the diagram -------------------------------------------------------------------------------

Json row_json(const DiagramRow& row, const std::vector<Bar>& bars) {
    if (row.folded > 0) return Json{{"folded", row.folded}};
    Json out;
    out["lane"] = row.lane;
    out["kind"] = kind_name(row.kind);
    if (row.bar != kNone) out["bar"] = row.bar;
    const bool said = row.bar != kNone && bars[row.bar].text == row.text;
    if (!said) out["text"] = short_text(row.text);
    put(out, "critical", row.critical);
    return out;
}

Json bar_json(const Bar& bar, const history::History& history) {
    const history::Call& call = history.calls[bar.call];
    Json out;
    out["lane"] = bar.lane;
    out["rows"] = {bar.first, bar.last};
    out["text"] = short_text(bar.text);
    // Every point advances the clock a little; only where somebody slept does it tell anything.
    if (call.responded_at >= kWorthTelling) out["time"] = {call.invoked_at, call.responded_at};
    if (bar.waits_until != kNone) out["waits"] = bar.waits_until;
    put(out, "origin", short_text(bar.origin));
    put(out, "within", short_text(bar.within));
    put(out, "critical", bar.critical);
    put(out, "open", bar.open);
    put(out, "stuck", bar.stuck);
    return out;
}

Json step_json(const OrderStep& step) {
    Json out;
    out["text"] = short_text(step.text);
    if (!step.bars.empty()) out["bars"] = step.bars;
    return out;
}

Json order_json(const DrawnOrder& order) {
    Json out;
    out["about"] = order.about;
    put(out, "blocks", order.blocks);
    put(out, "given_up", order.given_up);
    if (order.skipped > 0) out["skipped"] = order.skipped;
    out["steps"] = Json::array();
    for (const OrderStep& step : order.steps) out["steps"].push_back(step_json(step));
    if (!order.stuck.text.empty()) out["stuck"] = step_json(order.stuck);
    return out;
}

Json diagram_json(const Finding& finding, const spec::Case& spec_case) {
    const Diagram diagram = draw(finding, spec_case);
    Json out;
    out["lanes"] = diagram.lanes;
    out["left_out"] = diagram.left_out;
    for (const char* key : {"rows", "bars", "brackets", "arrows", "orders"})
        out[key] = Json::array();
    for (const DiagramRow& row : diagram.rows) out["rows"].push_back(row_json(row, diagram.bars));
    for (const Bar& bar : diagram.bars) out["bars"].push_back(bar_json(bar, finding.history));
    for (const Bracket& bracket : diagram.brackets) {
        Json one{{"lane", bracket.lane},
                 {"rows", {bracket.first, bracket.last}},
                 {"name", short_text(bracket.name)}};
        put(one, "section", bracket.section);
        out["brackets"].push_back(std::move(one));
    }
    for (const Arrow& arrow : diagram.arrows)
        out["arrows"].push_back({arrow.from, arrow.to, link_name(arrow.link)});
    for (const DrawnOrder& order : diagram.orders) out["orders"].push_back(order_json(order));
    return out;
}

// ---- findings ----------------------------------------------------------------------------------

Json delays_json(const Finding& finding) {
    const std::vector<std::uint32_t> critical = critical_calls(finding.verdict);
    Json out = Json::array();
    const auto delays = delays_that_matter(finding.schedule, finding.history, critical);
    for (const std::string& delay : delays)
        if (out.size() < kMostDelays) out.push_back(short_text(printable(delay)));
    if (delays.size() > kMostDelays) {
        out.push_back(fmt::format("... and {} more, all of them in the .schedule file",
                                  delays.size() - kMostDelays));
    }
    return out;
}

Json also_json(const Finding& finding) {
    Json out = Json::array();
    for (std::size_t i = 1; i < finding.verdict.violations.size(); ++i) {
        const check::Violation& violation = finding.verdict.violations[i];
        out.push_back({check::name(violation.symptom), message_text(violation.message)});
    }
    return out;
}

// In words; the diagram is added where there is room for it.
Json finding_json(const CaseResult& result, const Finding& finding) {
    const auto& violations = finding.verdict.violations;
    Json out;
    out["symptom"] = headline_symptom(finding);
    out["message"] = message_text(headline(finding));
    if (!violations.empty()) {
        put(out, "object", printable(violations.front().object));
        out["meaning"] = check::explanation(violations.front().symptom);
    }
    out["also"] = also_json(finding);
    out["delays"] = delays_json(finding);
    put(out, "free", finding.free_only);
    out["waits"] = who_waits(finding);
    put(out, "for_ever", finding.history.ending == history::Ending::Deadlock);
    out["found_at"] = finding.found_at;
    out["replayed"] = {finding.replayed, finding.replays};
    put(out, "command", printable(replay_command(result, finding)));
    put(out, "output", message_text(finding.output));
    return out;
}

// ---- cases -------------------------------------------------------------------------------------

std::string backend_text(const spec::Case& spec_case) {
    std::string out;
    for (const auto& [object, backend] : spec_case.object_backends)
        out += fmt::format("{}{} on {}", out.empty() ? "" : ", ", object, backend);
    if (spec_case.backend.empty() || out.empty()) return out.empty() ? spec_case.backend : out;
    return fmt::format("{}, the rest on {}", out, spec_case.backend);
}

Json settings_json(const spec::Case& spec_case) {
    Json out = Json::array();
    for (const auto& [name, value] : spec_case.params)
        out.push_back({name, short_text(printable(value.to_string()))});
    for (const auto& [backend, options] : spec_case.options)
        for (const auto& [name, value] : options)
            out.push_back({fmt::format("{} {}", backend, name), printable(value)});
    if (spec_case.real_libc) out.push_back({"libc", "real"});
    for (const auto& [kind, victims] : spec_case.faults.victims)
        out.push_back({fmt::format("fault {}", name(kind)), spec::victims_text(victims)});
    return out;
}

Json evidence_json(const CaseResult& result) {
    const engine::Evidence& evidence = result.evidence;
    Json out;
    if (result.schedules > 0 && result.regression.empty()) out["text"] = evidence_text(result);
    out["interleavings"] = evidence.interleavings;
    put(out, "saturated", evidence.interleavings_saturated);
    put(out, "complete", evidence.complete);
    out["classes"] = evidence.classes;
    out["contended"] = evidence.contended_points;
    // Where nothing was sampled, or it was sampled until a finding, the estimate says nothing.
    if (result.schedules > 0 && result.findings.empty() && !evidence.complete)
        out["chance_of_new"] = evidence.chance_of_new;
    // Limits of a search that claims to be complete, or that was meant to be.
    const bool searched = result.strategy == "exhaustive" && result.findings.empty();
    if ((evidence.complete || searched) && !evidence.limits.empty())
        out["limits"] = evidence.limits;
    Json outcomes = Json::array();
    for (const auto& [outcome, times] : evidence.outcomes)
        outcomes.push_back({printable(outcome), times});
    if (!outcomes.empty()) out["outcomes"] = std::move(outcomes);
    if (!evidence.strikes.empty()) out["strikes"] = evidence.strikes;
    Json growth = Json::array();
    for (const engine::Growth& point : evidence.growth)
        growth.push_back({point.schedules, point.interleavings, point.features});
    if (!growth.empty()) out["growth"] = std::move(growth);
    return out;
}

Json case_json(const CaseResult& result) {
    const spec::Case& spec_case = result.spec_case;
    Json out;
    out["id"] = printable(title(result));
    out["scenario"] = printable(result.scenario);
    if (!result.regression.empty()) out["regression"] = printable(spec_case.id);
    out["backend"] = printable(backend_text(spec_case));
    out["status"] = name(result.status);
    out["verdict"] = printable(result.verdict);
    if (!spec_case.finds.empty()) out["expected"] = spec_case.finds;
    out["reason"] = short_text(reason(result));
    const bool said =
        !result.findings.empty() && result.message == headline(result.findings.front());
    if (!said) put(out, "message", message_text(result.message));
    put(out, "nearest_miss", message_text(result.nearest_miss));
    if (Json settings = settings_json(spec_case); !settings.empty())
        out["settings"] = std::move(settings);
    put(out, "strategy", result.strategy);
    out["schedules"] = result.schedules;
    out["seconds"] = std::round(result.seconds * 1000) / 1000;
    out["evidence"] = evidence_json(result);
    out["findings"] = Json::array();
    for (const Finding& finding : result.findings)
        out["findings"].push_back(finding_json(result, finding));
    return out;
}

// Diagrams while there is room, those of failed cases first.
void add_diagrams(const std::vector<CaseResult>& results, Json& cases, std::size_t room) {
    for (const bool failed : {true, false}) {
        for (std::size_t i = 0; i < results.size(); ++i) {
            if ((results[i].status == engine::CaseStatus::Fail) != failed) continue;
            for (std::size_t j = 0; j < results[i].findings.size(); ++j) {
                Json diagram = diagram_json(results[i].findings[j], results[i].spec_case);
                const std::size_t size =
                    diagram.dump(-1, ' ', false, Json::error_handler_t::replace).size();
                if (size > room) continue;
                room -= size;
                cases[i]["findings"][j]["diagram"] = std::move(diagram);
            }
        }
    }
}

Json totals_json(const std::vector<CaseResult>& results) {
    const Totals totals = count(results);
    return {{"all", totals.cases},    {"pass", totals.passed},
            {"fail", totals.failed},  {"inconclusive", totals.inconclusive},
            {"error", totals.errors}, {"skip", totals.skipped}};
}

}  // namespace

std::string page_data(const Run& run, std::size_t most_diagram_bytes) {
    const Parts parts = parted(run.results);
    Json out;
    out["format"] = 1;
    out["version"] = STAGGER_VERSION;
    out["command"] = run.command;
    out["seed"] = run.seed;
    put(out, "stopped", run.stopped);
    out["totals"] = totals_json(parts.cases);
    out["regressions"] = totals_json(parts.regressions);
    out["scenarios"] = Json::object();
    for (const auto& [name, note] : run.scenarios)
        out["scenarios"][printable(name)] = {printable_lines(note.summary), printable(note.path)};
    out["cases"] = Json::array();
    for (const CaseResult& result : run.results) out["cases"].push_back(case_json(result));
    add_diagrams(run.results, out["cases"], most_diagram_bytes);
    return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace stagger::report::html
