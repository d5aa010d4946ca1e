// SPDX-License-Identifier: Apache-2.0
//
// [expect] and [explore], which mean the same at file level and in a case.
#include <fmt/format.h>

#include <algorithm>

#include "harness/base/symptoms.hpp"
#include "harness/spec/builder.hpp"
#include "harness/spec/cases.hpp"

namespace stagger::spec {

namespace {

constexpr std::string_view kExpectKeys[] = {"final", "visible", "observe", "outcomes", "allow"};
constexpr std::string_view kExploreKeys[] = {"schedules", "time", "strategy", "depth",
                                             "mode",      "cpus", "lifetime", "step_limit", "servers"};
constexpr std::uint64_t kMaxDepth = 1'000;

// One expression, or an array of them.
std::vector<Expression> read_expressions(const Entry& entry, Builder& builder) {
    std::vector<Expression> out;
    if (!entry.value.items()) {
        if (auto expression = read_expression(entry, builder)) out.push_back(*expression);
        return out;
    }
    for (const Node& item : *entry.value.items())
        if (auto expression = read_expression({entry.key, item.position, item}, builder))
            out.push_back(*expression);
    return out;
}

void read_visible(const Entry& entry, Expect& expect, Builder& builder) {
    expect.visible.clear();
    const auto* entries = read_table(entry.value, "`visible`", builder.problems);
    if (!entries) return;
    for (const Entry& bound : *entries) {
        if (!builder.find_object(bound.key))
            builder.problems.add(bound.position,
                                 fmt::format("there is no object {}{}", quoted(bound.key),
                                             did_you_mean(bound.key, builder.object_names())));
        if (auto seconds = read_seconds(bound, builder.problems))
            expect.visible[bound.key] = *seconds;
    }
}

void read_outcomes(const Entry& entry, Expect& expect, Builder& builder) {
    constexpr std::pair<std::string_view, OutcomeClass> kClasses[] = {
        {"acceptable", OutcomeClass::Acceptable},
        {"interesting", OutcomeClass::Interesting},
        {"forbidden", OutcomeClass::Forbidden}};
    expect.outcomes.clear();
    const auto* entries = read_table(entry.value, "`outcomes`", builder.problems);
    if (!entries) return;
    for (const Entry& outcome : *entries) {
        const auto text = read_text(outcome, builder.problems);
        if (!text) continue;
        const auto* found = std::find_if(std::begin(kClasses), std::end(kClasses),
                                         [&](const auto& one) { return one.first == *text; });
        if (found != std::end(kClasses))
            expect.outcomes[outcome.key] = found->second;
        else
            builder.problems.add(
                outcome.value.position,
                fmt::format("there is no outcome class {}{}", quoted(*text),
                            did_you_mean(*text, {"acceptable", "interesting", "forbidden"})),
                "one of acceptable, interesting, forbidden");
    }
}

// One of a few words; nothing after a complaint.
template <typename T>
std::optional<T> read_choice(const Entry& entry,
                             const std::vector<std::pair<std::string, T>>& choices,
                             Builder& builder) {
    const auto text = read_text(entry, builder.problems);
    if (!text) return std::nullopt;
    std::vector<std::string> names;
    for (const auto& [name, value] : choices) {
        if (name == *text) return value;
        names.push_back(name);
    }
    builder.problems.add(
        entry.value.position,
        fmt::format("there is no {} {}{}", entry.key, quoted(*text), did_you_mean(*text, names)),
        fmt::format("one of {}", fmt::join(names, ", ")));
    return std::nullopt;
}

}  // namespace

std::vector<std::string> read_symptoms(const Entry& entry, Builder& builder) {
    const std::vector<std::string> known(kSymptomNames.begin(), kSymptomNames.end());
    std::vector<std::string> out;
    for (const auto& [text, position] : read_texts(entry, builder.problems)) {
        if (std::find(known.begin(), known.end(), text) != known.end())
            out.push_back(text);
        else
            builder.problems.add(
                position,
                fmt::format("there is no symptom {}{}", quoted(text), did_you_mean(text, known)),
                nearest_name(text, known).empty() ? fmt::format("one of {}", fmt::join(known, ", "))
                                                  : "");
    }
    return out;
}

void read_expect(const Node& node, Expect& expect, Builder& builder) {
    const auto* entries = read_table(node, "[expect]", builder.problems);
    if (!entries) return;
    check_keys(*entries, kExpectKeys, "[expect]", builder.problems);
    for (const Entry& entry : *entries) {
        if (entry.key == "final") expect.final = read_expressions(entry, builder);
        if (entry.key == "observe") expect.observe = read_expressions(entry, builder);
        if (entry.key == "visible") read_visible(entry, expect, builder);
        if (entry.key == "outcomes") read_outcomes(entry, expect, builder);
        if (entry.key == "allow") expect.allow = read_symptoms(entry, builder);
    }
    check_names_at_end(builder);
}

void check_outcomes(const Expect& expect, Position position, Builder& builder) {
    if (expect.observe.empty() == expect.outcomes.empty()) return;
    builder.problems.add(position,
                         expect.observe.empty() ? "`outcomes` needs `observe`: which values?"
                                                : "`observe` needs `outcomes`: what may they be?",
                         "observe = [\"p0.r\", \"p1.r\"], outcomes = { \"0,1\" = \"acceptable\" }");
}

void read_explore(const Node& node, Explore& explore, Builder& builder) {
    const auto* entries = read_table(node, "[explore]", builder.problems);
    if (!entries) return;
    check_keys(*entries, kExploreKeys, "[explore]", builder.problems);
    for (const Entry& entry : *entries) {
        const std::string& key = entry.key;
        if (key == "schedules")
            explore.schedules = read_count(entry, 1, kUnbounded, builder.problems);
        if (key == "step_limit")
            explore.step_limit = read_count(entry, 1, kUnbounded, builder.problems);
        if (key == "time") explore.seconds = read_seconds(entry, builder.problems);
        if (key == "strategy") explore.strategy = read_text(entry, builder.problems);
        if (key == "depth")
            if (auto depth = read_count(entry, 0, kMaxDepth, builder.problems))
                explore.depth = static_cast<std::uint32_t>(*depth);
        if (key == "cpus") {
            if (entry.value.integer() && *entry.value.integer() >= 0)
                explore.cpus = std::to_string(*entry.value.integer());
            else
                explore.cpus = read_text(entry, builder.problems);
        }
        if (key == "mode")
            explore.mode = read_choice<Mode>(
                entry, {{"controlled", Mode::Controlled}, {"free", Mode::Free}}, builder);
        if (key == "lifetime")
            explore.lifetime = read_choice<Lifetime>(
                entry, {{"warm", Lifetime::Warm}, {"fresh", Lifetime::Fresh}}, builder);
        if (key == "servers")
            explore.servers = read_choice<Servers>(
                entry, {{"atomic", Servers::Atomic}, {"explored", Servers::Explored}}, builder);
    }
}

}  // namespace stagger::spec
