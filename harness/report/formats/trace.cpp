// SPDX-License-Identifier: Apache-2.0
#include "harness/report/formats/trace.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/report/finding.hpp"
#include "harness/report/origins.hpp"
#include "harness/report/rows.hpp"
#include "harness/report/summary.hpp"
#include "harness/report/text.hpp"

namespace stagger::report {
namespace {

using Json = nlohmann::ordered_json;
using history::Call;
using history::History;
using history::kNone;

// One behind the last position: where everything has ended.
std::uint32_t end_of(const History& history) {
    std::uint32_t last = 0;
    const auto see = [&last](std::uint32_t position) {
        if (position != kNone) last = std::max(last, position);
    };
    for (const Call& call : history.calls) {
        see(call.invoked);
        see(call.responded);
    }
    for (const auto* spans : {&history.sections, &history.blocks}) {
        for (const history::Span& span : *spans) {
            see(span.entered);
            see(span.left);
        }
    }
    for (const history::Complaint& complaint : history.complaints) see(complaint.position);
    return last + 1;
}

class Writer {
public:
    explicit Writer(const engine::Finding& finding)
        : history_(finding.history),
          critical_(critical_calls(finding.verdict)),
          origins_(origins_of(finding.history)),
          end_(end_of(finding.history)) {}

    Json events() {
        name_tracks();
        for (const history::Span& span : history_.sections) add_span("section", span);
        for (const history::Span& span : history_.blocks) add_span("as_one", span);
        for (std::uint32_t i = 0; i < history_.calls.size(); ++i) add_call(i);
        for (std::uint32_t i = 0; i < history_.calls.size(); ++i) add_arrow(i);
        for (const history::Complaint& complaint : history_.complaints)
            add_mark(complaint.task, complaint.position, complaint.text);
        for (const history::Strike& strike : history_.strikes)
            add_mark(strike.task, strike.position, fault_text(strike.kind, strike.variant));
        add_waits();
        add_virtual_time();
        return std::move(events_);
    }

private:
    Json event(std::string_view phase, std::uint32_t task, double at) const {
        const bool known = task < history_.tasks.size();
        return {{"ph", phase},
                {"pid", known ? history_.tasks[task].process + 1 : 0},
                {"tid", task + 1},
                {"ts", at}};
    }

    void name_track(std::uint32_t task, const std::string& key, const Json& arguments) {
        Json meta = event("M", task, 0);
        meta["name"] = key;
        meta["args"] = arguments;
        events_.push_back(std::move(meta));
    }

    void name_tracks() {
        std::map<std::uint32_t, std::string> processes;
        for (std::uint32_t task = 0; task < history_.tasks.size(); ++task) {
            const std::string name = printable(history_.tasks[task].name);
            if (processes.emplace(history_.tasks[task].process, name).second)
                name_track(task, "process_name", {{"name", name}});
            name_track(task, "thread_name", {{"name", name}});
            name_track(task, "thread_sort_index", {{"sort_index", task}});
        }
    }

    Json& add_slice(std::uint32_t task, std::uint32_t from, std::uint32_t to,
                    const std::string& name, std::string_view category) {
        Json slice = event("X", task, from);
        slice["dur"] = to - from;
        slice["name"] = printable(name);
        slice["cat"] = category;
        events_.push_back(std::move(slice));
        return events_.back();
    }

    void add_span(const std::string& kind, const history::Span& span) {
        const std::uint32_t left = span.left == kNone ? end_ : span.left;
        add_slice(span.task, span.entered, left, kind + " " + span.name, kind);
    }

    std::uint32_t end_of_call(const Call& call) const {
        return call.responded == kNone ? end_ : call.responded;
    }

    void add_call(std::uint32_t index) {
        const Call& call = history_.calls[index];
        Json& slice = add_slice(call.task, call.invoked, end_of_call(call),
                                call_text(history_, call), "operation");
        slice["args"] = {{"begins at step", call.invoked},
                         {"begins at virtual ns", call.invoked_at}};
        if (call.responded != kNone) {
            slice["args"]["returns at step"] = call.responded;
            slice["args"]["returns at virtual ns"] = call.responded_at;
        }
        const bool critical = std::binary_search(critical_.begin(), critical_.end(), index);
        slice["args"]["critical"] = critical;
        if (critical) slice["cname"] = "terrible";
        add_blocked(index);
    }

    // What let it go on, or what it took, came only later: until then it waited.
    void add_blocked(std::uint32_t index) {
        const Call& call = history_.calls[index];
        const Origin& origin = origins_[index];
        const bool waits = origin.link == Link::Order || origin.link == Link::Message;
        if (!waits || history_.calls[origin.call].invoked <= call.invoked) return;
        add_slice(call.task, call.invoked, history_.calls[origin.call].invoked,
                  "waits at " + call_label(history_, call), "blocked");
    }

    // Who waited at the end.
    void add_waits() {
        for (const history::Wait& wait : history_.waits) {
            std::uint32_t from = 0;
            for (const Call& call : history_.calls) {
                if (call.task != wait.task) continue;
                from = std::max(from, call.responded == kNone ? call.invoked : call.responded);
            }
            add_slice(wait.task, from, end_, "waits at " + wait.what, "blocked");
        }
    }

    // Each end inside the slice that it belongs to, wherever the two overlap.
    void add_arrow(std::uint32_t index) {
        const Origin& origin = origins_[index];
        if (origin.call == kNone) return;
        const Call& from = history_.calls[origin.call];
        const Call& to = history_.calls[index];
        if (from.task == to.task) return;
        constexpr std::string_view kNames[] = {"", "", "read from", "message", "let go on"};
        const auto add = [&](std::string_view phase, std::uint32_t task, double at) -> Json& {
            Json end = event(phase, task, at);
            end["id"] = index + 1;
            end["name"] = kNames[static_cast<std::size_t>(origin.link)];
            end["cat"] = "flow";
            events_.push_back(std::move(end));
            return events_.back();
        };
        add("s", from.task, from.invoked + 0.5);
        add("f", to.task, to.responded - 0.25)["bp"] = "e";
    }

    void add_mark(std::uint32_t task, std::uint32_t position, const std::string& text) {
        Json mark = event("i", task, position);
        mark["s"] = "t";
        mark["name"] = printable(text);
        mark["cat"] = "mark";
        events_.push_back(std::move(mark));
    }

    void add_virtual_time() {
        std::map<std::uint32_t, std::int64_t> times;
        for (const Call& call : history_.calls) {
            times[call.invoked] = call.invoked_at;
            if (call.responded != kNone) times[call.responded] = call.responded_at;
        }
        for (const auto& [position, at] : times) {
            Json counter = event("C", 0, position);
            counter["name"] = "virtual time";
            counter["args"] = {{"us", static_cast<double>(at) / 1000}};
            events_.push_back(std::move(counter));
        }
    }

    const History& history_;
    const std::vector<std::uint32_t> critical_;
    const std::vector<Origin> origins_;
    const std::uint32_t end_;
    Json events_ = Json::array();
};

}  // namespace

std::string to_trace(const engine::CaseResult& result, const engine::Finding& finding) {
    const Json out = {{"displayTimeUnit", "ns"},
                      {"otherData",
                       {{"case", title(result)},
                        {"finding", headline(finding)},
                        {"time", "a microsecond is a step; virtual time is a counter"}}},
                      {"traceEvents", Writer(finding).events()}};
    return out.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace stagger::report
