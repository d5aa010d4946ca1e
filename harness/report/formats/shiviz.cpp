// SPDX-License-Identifier: Apache-2.0
#include "harness/report/formats/shiviz.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/report/origins.hpp"
#include "harness/report/rows.hpp"
#include "harness/report/text.hpp"

namespace stagger::report {
namespace {

using history::Call;
using history::History;
using history::kNone;

// By task, how many of its events happened before or are this one.
using Clock = std::map<std::uint32_t, std::uint64_t>;

enum class What : std::uint8_t { Begin, Return, Whole };

struct Event {
    std::uint32_t position, call;
    What what;
};

// In their order. A call during which nothing else happened is one event.
std::vector<Event> events_of(const History& history) {
    std::vector<Event> events;
    for (std::uint32_t i = 0; i < history.calls.size(); ++i) {
        events.push_back({history.calls[i].invoked, i, What::Begin});
        if (history.calls[i].responded != kNone)
            events.push_back({history.calls[i].responded, i, What::Return});
    }
    std::stable_sort(events.begin(), events.end(),
                     [](const Event& a, const Event& b) { return a.position < b.position; });
    std::vector<Event> joined;
    for (const Event& event : events) {
        if (event.what == What::Return && joined.back().call == event.call)
            joined.back().what = What::Whole;
        else
            joined.push_back(event);
    }
    return joined;
}

void merge(Clock& clock, const Clock& other) {
    for (const auto& [task, count] : other) clock[task] = std::max(clock[task], count);
}

class Log {
public:
    explicit Log(const History& history) : history_(history), origins_(origins_of(history)) {}

    std::string write() {
        std::string out = "(?<host>\\S*) (?<clock>{.*})\\n(?<event>.*)\n\n";
        for (const Event& event : events_of(history_)) out += line_of(event);
        return out;
    }

private:
    std::string line_of(const Event& event) {
        const Call& call = history_.calls[event.call];
        Clock& clock = clocks_[call.task];
        ++clock[call.task];
        if (event.what != What::Begin) learn(event.call, clock);
        if (event.what != What::Return) began_[event.call] = clock;
        return fmt::format("{} {}\n{}\n", name(call.task), text_of(clock), text_of(event));
    }

    void learn(std::uint32_t index, Clock& clock) {
        // The parent looks once all have ended.
        if (history_.calls[index].operation == Operation::Snapshot)
            for (const auto& [task, other] : clocks_) merge(clock, other);
        const auto origin = began_.find(origins_[index].call);
        if (origin != began_.end()) merge(clock, origin->second);
    }

    std::string text_of(const Event& event) const {
        const Call& call = history_.calls[event.call];
        switch (event.what) {
            case What::Begin:
                return "begins " + printable(call_label(history_, call));
            case What::Return:
                return "returns " + call_text(history_, call);
            case What::Whole:
                return call_text(history_, call);
        }
        return "";
    }

    std::string text_of(const Clock& clock) const {
        nlohmann::ordered_json out = nlohmann::ordered_json::object();
        for (const auto& [task, count] : clock) out[name(task)] = count;
        return out.dump();
    }

    std::string name(std::uint32_t task) const {
        return task < history_.tasks.size() ? printable(history_.tasks[task].name) : "?";
    }

    const History& history_;
    const std::vector<Origin> origins_;
    std::map<std::uint32_t, Clock> clocks_;  // by task
    std::map<std::uint32_t, Clock> began_;   // by call
};

}  // namespace

std::string to_shiviz(const History& history) {
    return Log(history).write();
}

}  // namespace stagger::report
