// SPDX-License-Identifier: Apache-2.0
#include "harness/report/walk.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "harness/base/excerpt.hpp"

namespace stagger::report {
namespace {

using history::Call;
using history::History;
using history::kNone;

std::string task_name(const History& history, std::uint32_t task) {
    return task < history.tasks.size() ? printable(history.tasks[task].name) : "?";
}

bool stores(const Call& call) {
    return call.operation == Operation::Store || call.operation == Operation::Swap;
}

}  // namespace

Walk::Walk(const engine::Finding& finding)
    : history_(finding.history), rows_(marked_rows(finding.history, finding.verdict)) {}

std::string Walk::show(std::size_t event, const Style& style) const {
    const Row& row = rows_[event];
    const std::string what = fmt::format("{}: {}", task_name(history_, row.task), row.text);
    std::string out = fmt::format("event {} of {}  {}{}\n", event + 1, rows_.size(),
                                  style.bold(what), row.critical ? style.red("  critical") : "");
    return out + tasks_at(event, style) + registers_at(event) + "\n";
}

// What each task did last; of the one whose turn it is that is above.
std::string Walk::tasks_at(std::size_t event, const Style& style) const {
    std::map<std::uint32_t, std::string> last;
    for (const Row& row : rows_) last.emplace(row.task, "nothing yet");
    for (std::size_t i = 0; i < event; ++i) last[rows_[i].task] = rows_[i].text;
    last.erase(rows_[event].task);
    std::string out;
    for (const auto& [task, text] : last)
        out += style.dim(fmt::format("  {} last: {}", task_name(history_, task), text)) + "\n";
    return out;
}

// As the stores that came back by then leave them; what others compute is not known here.
std::string Walk::registers_at(std::size_t event) const {
    std::map<std::uint32_t, std::pair<std::uint32_t, std::string>> values;  // by object
    for (std::uint32_t object = 0; object < history_.objects.size(); ++object)
        if (history_.objects[object].type == ObjectType::Register)
            values[object] = {0, excerpt(history_.objects[object].initial)};
    for (const Call& call : history_.calls) {
        const auto known = values.find(call.object);
        const bool done = call.responded != kNone && call.responded <= rows_[event].position;
        if (known == values.end() || !done || call.responded < known->second.first) continue;
        if (stores(call)) known->second = {call.responded, excerpt(call.value)};
        if (call.operation == Operation::Add || call.operation == Operation::Cas)
            known->second = {call.responded, ""};
    }
    std::string out;
    for (const auto& [object, value] : values)
        if (!value.second.empty())
            out += fmt::format("  {} = {}\n", printable(history_.objects[object].name),
                               printable(value.second));
    return out;
}

}  // namespace stagger::report
