// SPDX-License-Identifier: Apache-2.0
#include "harness/report/judgement.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "harness/recorded/calls.hpp"

namespace stagger::report {

namespace {

using json = nlohmann::ordered_json;
using recorded::Answer;
using recorded::History;
using recorded::Judgement;
using recorded::Operation;

constexpr std::size_t kShown = 12;  // operations of a list that people read

std::string place(const History& history, const Operation& operation) {
    const bool two_lines =
        operation.responded_line != 0 && operation.responded_line != operation.invoked_line;
    return two_lines ? fmt::format("{}:{}-{}", history.path, operation.invoked_line,
                                   operation.responded_line)
                     : fmt::format("{}:{}", history.path, operation.invoked_line);
}

std::string row(const History& history, const Operation& operation) {
    return printable(fmt::format("  process {}: {}  ({})", history.processes[operation.process],
                                 recorded::describe(history, operation),
                                 place(history, operation))) +
           "\n";
}

std::string key_of(const History& history, const Judgement& judgement) {
    if (judgement.key == recorded::kNone) return "";
    return fmt::format(", key {}", history.values[judgement.key].to_string());
}

std::string summary(const JudgedHistory& judged) {
    const Judgement& judgement = *judged.judgement;
    std::string parts;
    if (judgement.parts > 1) parts = fmt::format(" in {} parts", judgement.parts);
    std::string how;
    for (const recorded::Algorithm algorithm : judgement.algorithms)
        how += fmt::format("{}{}", how.empty() ? ", by " : " and ", recorded::name(algorithm));
    return fmt::format("{}, {}, model {}: {}{} judged in {:.2f} s{}.\n", judged.history->path,
                       judged.history->format, judged.model, counted(judgement.judged, "operation"),
                       parts, judged.seconds, how);
}

std::string render_violation(const JudgedHistory& judged, const Style& style) {
    const History& history = *judged.history;
    const Judgement& judgement = *judged.judgement;
    std::string out =
        fmt::format("{}{}: {}\n", style.red(fmt::format("not {}", judged.consistency)),
                    key_of(history, judgement), printable(judgement.reason));
    if (judgement.order_known) {
        const std::size_t count = judgement.order.size();
        const std::size_t first = count > kShown ? count - kShown : 0;
        out += fmt::format("\n{} of the longest prefix, in an order that is legal{}:\n",
                           counted(judgement.explained, "operation"),
                           first > 0 ? fmt::format(" (the last {})", kShown) : "");
        for (std::size_t i = first; i < count; ++i)
            out += row(history, history.operations[judgement.order[i]]);
        if (count == 0) out += "  none\n";
    }
    if (judgement.stuck != recorded::kNone) {
        out += "\nWhat cannot follow:\n" + row(history, history.operations[judgement.stuck]);
        if (!judgement.concurrent.empty()) out += "\nOpen at the same time:\n";
        for (std::size_t i = 0; i < std::min(kShown, judgement.concurrent.size()); ++i)
            out += row(history, history.operations[judgement.concurrent[i]]);
        if (judgement.concurrent.size() > kShown)
            out += fmt::format("  and {} more\n", judgement.concurrent.size() - kShown);
    }
    return out + "\n";
}

std::string_view name(Answer answer) {
    return answer == Answer::Ok ? "ok" : answer == Answer::Violation ? "violation" : "inconclusive";
}

json to_json(const History& history, std::uint32_t index) {
    const Operation& operation = history.operations[index];
    json out = {{"process", history.processes[operation.process]},
                {"operation", recorded::describe(history, operation)},
                {"file", history.path},
                {"line", operation.invoked_line}};
    if (operation.responded_line != 0) out["response_line"] = operation.responded_line;
    return out;
}

json to_json(const History& history, const std::vector<std::uint32_t>& operations) {
    json out = json::array();
    for (const std::uint32_t index : operations) out.push_back(to_json(history, index));
    return out;
}

}  // namespace

std::string render_judgement(const JudgedHistory& judged, const Style& style) {
    const Judgement& judgement = *judged.judgement;
    switch (judgement.answer) {
        case Answer::Ok:
            return fmt::format("{}: {}", style.green(judged.consistency), summary(judged));
        case Answer::Inconclusive:
            return fmt::format("{}{}: {}.\n{}", style.yellow("inconclusive"),
                               key_of(*judged.history, judgement), printable(judgement.reason),
                               summary(judged));
        case Answer::Violation:
            return render_violation(judged, style) + summary(judged);
    }
    return "";
}

std::string judgement_json(const JudgedHistory& judged) {
    const History& history = *judged.history;
    const Judgement& judgement = *judged.judgement;
    json out = {{"format", 1},
                {"history", history.path},
                {"recorded_as", history.format},
                {"model", judged.model},
                {"consistency", judged.consistency},
                {"verdict", name(judgement.answer)},
                {"operations", history.operations.size()},
                {"judged", judgement.judged},
                {"parts", judgement.parts},
                {"seconds", judged.seconds},
                {"reading_seconds", judged.reading_seconds}};
    out["algorithms"] = json::array();
    for (const recorded::Algorithm algorithm : judgement.algorithms)
        out["algorithms"].push_back(recorded::name(algorithm));
    if (judgement.answer != Answer::Ok) out["reason"] = judgement.reason;
    if (judgement.key != recorded::kNone) out["key"] = history.values[judgement.key].to_string();
    if (judgement.stuck != recorded::kNone) {
        out["cannot_follow"] = json::array({to_json(history, judgement.stuck)});
        out["concurrent"] = to_json(history, judgement.concurrent);
    }
    if (judgement.order_known) out["prefix"] = to_json(history, judgement.order);
    return out.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace stagger::report
