// SPDX-License-Identifier: Apache-2.0
#include "harness/spec/places.hpp"

#include <optional>

#include "harness/base/document.hpp"

namespace stagger::spec {

namespace {

using document::Entry;
using document::Node;

// A text as the command line and options see it: 8 is "8".
std::string text_of(const Node& node) {
    if (node.text()) return *node.text();
    const auto value = document::to_value(node);
    const Value* literal = std::get_if<Value>(&value);
    return literal ? literal->to_string() : "";
}

// Where `text` stands in `node`, or in an array or a table that it is.
std::optional<Position> find(const Node& node, const std::string& text) {
    if (const auto* items = node.items()) {
        for (const Node& item : *items)
            if (const auto found = find(item, text)) return found;
        return std::nullopt;
    }
    if (const auto* entries = node.entries()) {
        for (const Entry& entry : *entries)
            if (const auto found = find(entry.value, text)) return found;
        return std::nullopt;
    }
    return text_of(node) == text ? std::optional(node.position) : std::nullopt;
}

const Node* at(const Node* table, std::string_view key) {
    const Entry* entry = table ? table->find(key) : nullptr;
    return entry ? &entry->value : nullptr;
}

// A scenario's text, and the two tables of it that say what a case is: its own, and the file.
class Text {
public:
    Text(const Scenario& scenario, Position own) : parsed_(document::parse(scenario.source)) {
        file_ = std::get_if<Node>(&parsed_);
        const Node* cases = at(file_, "case");
        if (!cases || !cases->items()) return;
        for (const Node& one : *cases->items())
            if (one.position == own) case_ = &one;
    }

    const Node* file() const { return file_; }
    const Node* own() const { return case_; }

private:
    std::variant<Node, document::Problem> parsed_;
    const Node* file_ = nullptr;
    const Node* case_ = nullptr;
};

void note_places(const std::vector<Step>& steps, std::vector<Position>& places) {
    for (const Step& step : steps) {
        if (step.site < places.size()) places[step.site] = step.position;
        note_places(step.body, places);
        note_places(step.otherwise, places);
    }
}

}  // namespace

Position place_of_name(const Scenario& scenario) {
    const Text text(scenario, {});
    const Node* name = at(text.file(), "name");
    return name ? name->position : Position{};
}

Position place_of_param(const Scenario& scenario, const std::string& name) {
    const Text text(scenario, {});
    const Node* params = at(text.file(), "params");
    const Entry* param = params ? params->find(name) : nullptr;
    return param ? param->position : Position{};
}

Position place_of_options(const Scenario& scenario, const std::string& backend) {
    const Text text(scenario, {});
    const Node* options = at(text.file(), "options");
    const Entry* own = options ? options->find(backend) : nullptr;
    return own ? own->position : Position{};
}

Position place_of_finds(const Scenario& scenario, const Case& one, const std::string& symptom) {
    const Text text(scenario, one.position);
    const Node* finds = at(text.own(), "finds");
    return finds ? find(*finds, symptom).value_or(one.position) : one.position;
}

std::vector<Position> places_of_steps(const Scenario& scenario) {
    std::vector<Position> places(scenario.site_count);
    for (const Role& role : scenario.roles) note_places(role.steps, places);
    return places;
}

Position place_of_strategy(const Scenario& scenario, const Case& one) {
    const Text text(scenario, one.position);
    for (const Node* table : {text.own(), text.file()})
        if (const Node* strategy = at(at(table, "explore"), "strategy")) return strategy->position;
    return one.position;
}

Position place_of_backend(const Scenario& scenario, const Case& one, const std::string& backend) {
    const Text text(scenario, one.position);
    const Node* backends = at(text.own(), "backend");
    const auto found = backends ? find(*backends, backend) : std::nullopt;
    return found.value_or(one.position);
}

Position place_of_option(const Scenario& scenario, const Case& one, const std::string& backend,
                         const std::string& option) {
    const Text text(scenario, one.position);
    const std::string& value = one.options.at(backend).at(option);
    for (const Node* table : {text.own(), text.file()}) {
        const Node* options = at(table, "options");
        for (const Node* given : {at(at(options, backend), option), at(options, option)})
            if (const auto found = given ? find(*given, value) : std::nullopt) return *found;
    }
    return one.position;
}

}  // namespace stagger::spec
