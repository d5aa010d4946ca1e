// SPDX-License-Identifier: Apache-2.0
//
// Steps: inline tables with exactly one operation key, which names what the step does.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "harness/spec/builder.hpp"
#include "harness/spec/step_reader.hpp"

namespace stagger::spec {

namespace {

using ReadControl = void (StepReader::*)(const Entry&, Step&);

ReadControl reader_of(StepKind kind) {
    switch (kind) {
        case StepKind::Let:
            return &StepReader::read_let;
        case StepKind::If:
        case StepKind::While:
        case StepKind::Assert:
            return &StepReader::read_condition;
        case StepKind::Repeat:
        case StepKind::Sleep:
            return &StepReader::read_amount;
        case StepKind::Break:
            return &StepReader::read_break;
        case StepKind::Join:
            return &StepReader::read_join;
        case StepKind::Section:
        case StepKind::AsOne:
        case StepKind::Operation:
            return &StepReader::read_name;
    }
    return &StepReader::read_name;
}

bool is_operation(std::string_view key) {
    const auto all = all_operations();
    return std::any_of(all.begin(), all.end(),
                       [&](const OperationInfo& operation) { return operation.key == key; });
}

bool is_modifier(std::string_view key) {
    const auto keys = keys_of(Part::Step);
    return std::any_of(keys.begin(), keys.end(),
                       [&](const KeyInfo& known) { return known.name == key; });
}

std::vector<std::string> all_step_keys() {
    std::vector<std::string> names;
    for (const OperationInfo& operation : all_operations()) names.emplace_back(operation.key);
    for (const ControlInfo& control : controls()) names.emplace_back(control.key);
    return names;
}

}  // namespace

std::vector<Step> StepReader::read_block(const Entry& entry) {
    std::vector<Step> steps;
    if (!entry.value.items()) {
        builder_.problems.add(entry.value.position,
                              fmt::format("{} must be an array of steps, this is {}",
                                          quoted(entry.key), entry.value.kind_name()),
                              "steps = [ { load = \"n\", into = \"x\" } ]");
        return steps;
    }
    if (entry.value.items()->empty())
        builder_.problems.add(entry.value.position, "there are no steps here");
    for (const Node& item : *entry.value.items()) {
        if (builder_.problems.full() || !count_step(item.position)) break;
        if (const auto* entries = read_table(item, "a step", builder_.problems))
            steps.push_back(read_step(item, *entries));
    }
    return steps;
}

bool StepReader::count_step(Position position) {
    if (builder_.scenario.site_count + ++count_ <= kMaxSteps) return true;
    builder_.problems.add(position, fmt::format("more than {} steps", kMaxSteps),
                          "use `repeat` for steps that run again");
    return false;
}

// The one key that says what the step does, or null after a complaint.
const Entry* StepReader::find_operation_key(const Node& node, const Node::Entries& entries) {
    const Entry* found = nullptr;
    for (const Entry& entry : entries) {
        if (!is_operation(entry.key) && !find_control(entry.key)) continue;
        if (found) {
            builder_.problems.add(entry.position,
                                  fmt::format("a step does one thing; this one has {} and {}",
                                              quoted(found->key), quoted(entry.key)),
                                  "make two steps of it: { ... }, { ... }");
            return nullptr;
        }
        found = &entry;
    }
    if (!found) complain_about_missing_operation(node, entries);
    return found;
}

void StepReader::complain_about_missing_operation(const Node& node, const Node::Entries& entries) {
    for (const Entry& entry : entries) {
        if (is_modifier(entry.key)) continue;
        if (const std::string later = comes_later(entry.key); !later.empty()) {
            builder_.problems.add(entry.position, later);
            return;
        }
        const std::string* text = entry.value.text();
        const Object* object =
            text ? builder_.find_object(text->substr(0, text->find('['))) : nullptr;
        if (object) return complain_about_lacking(*object, entry);
        builder_.problems.add(entry.position,
                              fmt::format("there is no operation {}{}", quoted(entry.key),
                                          did_you_mean(entry.key, all_step_keys())));
        return;
    }
    builder_.problems.add(node.position, "this step does nothing",
                          "a step has one operation: { load = \"n\", into = \"x\" }");
}

void StepReader::complain_about_lacking(const Object& object, const Entry& entry) {
    std::vector<std::string> names;
    for (const OperationInfo& operation : all_operations())
        if (find_operation(object.type, operation.key) == &operation)
            names.emplace_back(operation.key);
    const std::string near = did_you_mean(entry.key, names);
    builder_.problems.add(entry.position,
                          fmt::format("{} has no operation {}{}", with_article(name(object.type)),
                                      quoted(entry.key), near),
                          fmt::format("{} has {}", object.name, fmt::join(names, ", ")));
}

Step StepReader::read_step(const Node& node, const Node::Entries& entries) {
    Step step;
    step.position = node.position;
    const Entry* operation = find_operation_key(node, entries);
    if (!operation) return step;
    step.position = operation->position;
    table_ = &node;
    const Entry* when = node.find("when");
    if (when) ++doubts_;
    if (when) step.when = read_truth(*when, builder_);
    if (const ControlInfo* control = find_control(operation->key)) {
        std::vector<std::string_view> keys = words_of(control->keys);
        keys.push_back(control->key);
        check_step_keys(entries, keys, control->key);
        step.kind = control->kind;
        step.label = control->key;
        (this->*reader_of(control->kind))(*operation, step);
        read_control_parts(step);
    } else if (operation->key == name(Operation::Run)) {
        read_actor(*operation, entries, step);
    } else {
        read_operation(*operation, entries, step);
    }
    if (when) --doubts_;
    return step;
}

void StepReader::check_step_keys(const Node::Entries& entries, std::vector<std::string_view> keys,
                                 std::string_view what) {
    keys.push_back("when");
    const std::vector<std::string> names(keys.begin(), keys.end());
    for (const Entry& entry : entries) {
        if (std::find(keys.begin(), keys.end(), entry.key) != keys.end()) continue;
        const std::string later = is_modifier(entry.key) ? "" : comes_later(entry.key);
        if (!later.empty())
            builder_.problems.add(entry.position, later);
        else
            builder_.problems.add(entry.position,
                                  fmt::format("a step with {} takes no key {}{}", quoted(what),
                                              quoted(entry.key), did_you_mean(entry.key, names)),
                                  fmt::format("it takes {}", fmt::join(names, ", ")));
    }
}

std::vector<Step> read_steps(const Entry& entry, std::uint32_t role, Builder& builder) {
    return StepReader(role, builder).read_block(entry);
}

}  // namespace stagger::spec
