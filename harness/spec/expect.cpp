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

using Read = std::optional<Expression> (*)(const Entry&, Builder&);

// One expression, or an array of them. An empty array takes back what was there before.
void read_expressions(const Entry& entry, Read read, std::vector<Expression>& to,
                      Builder& builder) {
    const bool had_some = !to.empty();
    to.clear();
    if (!entry.value.items()) {
        if (auto expression = read(entry, builder)) to.push_back(*expression);
        return;
    }
    if (entry.value.items()->empty() && !had_some)
        builder.problems.add(entry.value.position,
                             fmt::format("{} is empty, so it expects nothing", quoted(entry.key)),
                             "[] in a case takes back what the file expects");
    for (const Node& item : *entry.value.items())
        if (auto expression = read({entry.key, item.position, item}, builder))
            to.push_back(*expression);
}

// One that is true whatever happens expects nothing either.
std::optional<Expression> read_final(const Entry& entry, Builder& builder) {
    auto expression = read_truth(entry, builder);
    if (!expression) return std::nullopt;
    const auto value = constant_of(*expression, builder);
    if (value && value->boolean())
        builder.problems.add(
            entry.value.position,
            fmt::format("{} is {} whatever happens", quoted(entry.key), value->to_string()),
            "say what holds at the end, about objects and variables: final = \"n == 102\"");
    return expression;
}

// The parts of an outcome between commas, those in the brackets of a list or map aside.
std::vector<std::string> parts_of(const std::string& outcome) {
    std::vector<std::string> parts{""};
    int depth = 0;
    for (const char c : outcome) {
        depth += c == '[' || c == '{' ? 1 : c == ']' || c == '}' ? -1 : 0;
        if (c == ',' && depth == 0)
            parts.emplace_back();
        else
            parts.back() += c;
    }
    return parts;
}

// Text may have commas of its own; what starts like a number and the like has none.
bool is_surely_one(const std::string& part) {
    const std::string bare = part.substr(std::min(part.find_first_not_of(' '), part.size()));
    return bare == "true" || bare == "false" || bare == "nil" ||
           (!bare.empty() && bare.find_first_not_of("0123456789.-+e") == std::string::npos);
}

void check_outcome(const std::string& outcome, std::size_t observed, Position position,
                   Builder& builder) {
    const auto parts = parts_of(outcome);
    const bool plain = std::all_of(parts.begin(), parts.end(), is_surely_one);
    const bool too_many = parts.size() > observed && plain;
    if (parts.size() < observed || too_many)
        builder.problems.add(
            position,
            fmt::format("the outcome {} has {} value{}, and `observe` has {}", quoted(outcome),
                        parts.size(), parts.size() == 1 ? "" : "s", observed),
            "an outcome is the observed values in order, with commas between: \"0,1\"");
    else if (plain && outcome.find(' ') != std::string::npos)
        builder.problems.add(
            position,
            fmt::format("the outcome {} has blanks, which never come about", quoted(outcome)),
            "there is nothing but a comma between two values: \"0,1\"");
}

// What is written to it is there for everybody who looks; of others, one takes what another gives.
bool can_be_seen(ObjectType type) {
    return type == ObjectType::Register || type == ObjectType::List || type == ObjectType::Map;
}

void read_visible(const Entry& entry, Expect& expect, Builder& builder) {
    expect.visible.clear();
    const auto* entries = read_table(entry.value, "`visible`", builder.problems);
    if (!entries) return;
    for (const Entry& bound : *entries) {
        const Object* object = builder.find_object(bound.key);
        if (!object)
            builder.problems.add(bound.position,
                                 fmt::format("there is no object {}{}", quoted(bound.key),
                                             did_you_mean(bound.key, builder.object_names())));
        else if (!can_be_seen(object->type))
            builder.problems.add(bound.position,
                                 fmt::format("nobody reads a {}, so nothing of it can be visible",
                                             name(object->type)),
                                 "`visible` is for registers, lists and maps");
        if (auto seconds = read_seconds(bound, builder.problems))
            expect.visible[bound.key] = *seconds;
    }
}

void read_outcomes(const Entry& entry, Expect& expect, Builder& builder) {
    const auto classes = choices_of(key_of(Part::Expect, "outcomes"));
    expect.outcomes.clear();
    const auto* entries = read_table(entry.value, "`outcomes`", builder.problems);
    if (!entries) return;
    for (const Entry& outcome : *entries) {
        const auto text = read_text(outcome, builder.problems);
        if (!text) continue;
        const auto found = std::find(classes.begin(), classes.end(), *text);
        if (found != classes.end())
            expect.outcomes[outcome.key] = static_cast<OutcomeClass>(found - classes.begin());
        else
            builder.problems.add(outcome.value.position,
                                 fmt::format("there is no outcome class {}{}", quoted(*text),
                                             did_you_mean(*text, classes)),
                                 fmt::format("one of {}", fmt::join(classes, ", ")));
    }
}

// One of a few words, in the order of T's enumerators; nothing after a complaint.
template <typename T>
std::optional<T> read_choice(const Entry& entry, Builder& builder) {
    const auto text = read_text(entry, builder.problems);
    if (!text) return std::nullopt;
    const auto names = choices_of(key_of(Part::Explore, entry.key));
    const auto found = std::find(names.begin(), names.end(), *text);
    if (found != names.end()) return static_cast<T>(found - names.begin());
    builder.problems.add(
        entry.value.position,
        fmt::format("there is no {} {}{}", entry.key, quoted(*text), did_you_mean(*text, names)),
        fmt::format("one of {}", fmt::join(names, ", ")));
    return std::nullopt;
}

void read_time_limit(const Entry& entry, Explore& explore, Builder& builder) {
    explore.seconds = read_seconds(entry, builder.problems);
    if (!explore.seconds || *explore.seconds > 0) return;
    builder.problems.add(entry.value.position, "\"time\" must be more than 0 seconds");
}

void read_cpus(const Entry& entry, Explore& explore, Builder& builder) {
    const bool one = entry.value.integer() && *entry.value.integer() == 1;
    const std::string* text = entry.value.text();
    if (one || (text && (*text == "1" || *text == "all")))
        explore.cpus = one ? "1" : *text;
    else
        builder.problems.add(entry.value.position, "\"cpus\" is 1 or \"all\"");
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
    check_keys(*entries, Part::Expect, "[expect]", builder.problems);
    for (const Entry& entry : *entries) {
        if (entry.key == "final") read_expressions(entry, read_final, expect.final, builder);
        if (entry.key == "observe")
            read_expressions(entry, read_expression, expect.observe, builder);
        if (entry.key == "visible") read_visible(entry, expect, builder);
        if (entry.key == "outcomes") read_outcomes(entry, expect, builder);
        if (entry.key == "allow") expect.allow = read_symptoms(entry, builder);
    }
    check_names_at_end(builder);
    const Entry* outcomes = node.find("outcomes");
    if (!outcomes || expect.observe.empty() || !builder.problems.none()) return;
    for (const Entry& outcome : *outcomes->value.entries())
        check_outcome(outcome.key, expect.observe.size(), outcome.position, builder);
}

void check_outcomes(const Expect& expect, Position position, Builder& builder) {
    if (!expect.observe.empty())
        for (const auto& [outcome, kind] : expect.outcomes)
            check_outcome(outcome, expect.observe.size(), position, builder);
    if (expect.observe.empty() == expect.outcomes.empty()) return;
    builder.problems.add(position,
                         expect.observe.empty() ? "`outcomes` needs `observe`: which values?"
                                                : "`observe` needs `outcomes`: what may they be?",
                         "observe = [\"p0.r\", \"p1.r\"], outcomes = { \"0,1\" = \"acceptable\" }");
}

void read_explore(const Node& node, Explore& explore, Builder& builder) {
    const auto* entries = read_table(node, "[explore]", builder.problems);
    if (!entries) return;
    check_keys(*entries, Part::Explore, "[explore]", builder.problems);
    for (const Entry& entry : *entries) {
        const std::string& key = entry.key;
        const auto count = [&] {
            return read_count(entry, key_of(Part::Explore, key), builder.problems);
        };
        if (key == "schedules") explore.schedules = count();
        if (key == "step_limit") explore.step_limit = count();
        if (key == "time") read_time_limit(entry, explore, builder);
        if (key == "strategy") explore.strategy = read_text(entry, builder.problems);
        if (key == "depth")
            if (const auto depth = count()) explore.depth = static_cast<std::uint32_t>(*depth);
        if (key == "cpus") read_cpus(entry, explore, builder);
        if (key == "mode") explore.mode = read_choice<Mode>(entry, builder);
        if (key == "lifetime") explore.lifetime = read_choice<Lifetime>(entry, builder);
        if (key == "servers") explore.servers = read_choice<Servers>(entry, builder);
    }
}

}  // namespace stagger::spec
