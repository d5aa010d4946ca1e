// SPDX-License-Identifier: Apache-2.0
#include "harness/spec/cases.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/document.hpp"
#include "harness/spec/builder.hpp"
#include "harness/spec/matrix.hpp"

namespace stagger::spec {

namespace {

Status check_params(const Scenario& scenario, const Selection& selection) {
    std::vector<std::string> names;
    for (const auto& [name, value] : scenario.params) names.push_back(name);
    for (const auto& [name, value] : selection.params) {
        const auto original = scenario.params.find(name);
        if (original == scenario.params.end())
            return Error{fmt::format("{}: there is no parameter {}{}", scenario.path, quoted(name),
                                     did_you_mean(name, names))};
        if (!same_kind(original->second, value))
            return Error{fmt::format("{}: parameter {} is {} ({}), not {} ({})", scenario.path,
                                     quoted(name), kind_name(original->second),
                                     original->second.to_string(), kind_name(value),
                                     value.to_string())};
    }
    return Ok{};
}

bool uses_backend(const Case& one, const std::vector<std::string>& backends) {
    const auto wanted = [&](const std::string& name) {
        return std::find(backends.begin(), backends.end(), name) != backends.end();
    };
    return backends.empty() || wanted(one.backend) ||
           std::any_of(one.object_backends.begin(), one.object_backends.end(),
                       [&](const auto& entry) { return wanted(entry.second); });
}

bool matches_filter(const Case& one, const Selection& selection) {
    return selection.filter.empty() || glob_matches(selection.filter, one.id);
}

bool has_params(const Case& one, const std::map<std::string, Value>& params) {
    return std::all_of(params.begin(), params.end(), [&](const auto& wanted) {
        const auto found = one.params.find(wanted.first);
        return found != one.params.end() && found->second == wanted.second;
    });
}

Case make_case(const Scenario& scenario, const Selection& selection, const std::string& backend) {
    Case made = case_on(scenario.defaults, backend);
    std::map<std::string, std::string> settings;
    for (const auto& [name, value] : selection.params) {
        made.params[name] = value;
        settings[name] = setting_text(value);
    }
    made.id = case_id(scenario.name, backend, settings);
    return made;
}

}  // namespace

Result<std::vector<Case>> select_cases(const Scenario& scenario, const Selection& selection,
                                       bool make) {
    if (auto status = check_params(scenario, selection); !status.ok()) return status.error();
    std::vector<Case> selected;
    for (const Case& one : scenario.cases)
        if (uses_backend(one, selection.backends) && has_params(one, selection.params) &&
            matches_filter(one, selection))
            selected.push_back(one);
    if (!selected.empty() || !make) return selected;
    for (const std::string& backend :
         selection.backends.empty() ? built_in_backends() : selection.backends) {
        Case made = make_case(scenario, selection, backend);
        if (const auto problem = problem_of_counts(scenario, made.params))
            return Error{fmt::format("{}: {}", scenario.path, problem->message)};
        if (matches_filter(made, selection)) selected.push_back(std::move(made));
    }
    return selected;
}

std::set<std::string> backends_of(const Case& one) {
    std::set<std::string> used;
    if (!one.backend.empty()) used.insert(one.backend);
    for (const auto& [object, backend] : one.object_backends) used.insert(backend);
    return used;
}

const std::string& backend_of(const Case& one, const std::string& object) {
    const auto own = one.object_backends.find(object);
    return own != one.object_backends.end() ? own->second : one.backend;
}

Result<std::pair<std::string, Value>> parse_definition(const std::string& text) {
    const std::size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    if (equals == std::string::npos || !is_identifier(name))
        return Error{fmt::format("-D takes name=value, not {}", quoted(text))};
    const std::string value = text.substr(equals + 1);
    auto parsed = document::parse("value = " + value);
    if (const auto* node = std::get_if<document::Node>(&parsed)) {
        const auto& entries = *node->entries();
        if (entries.size() == 1 && entries[0].key == "value") {
            auto literal = document::to_value(entries[0].value);
            if (auto* found = std::get_if<Value>(&literal))
                return std::pair(name, std::move(*found));
        }
    }
    // What is no literal is text that needs no quotes on a command line; it must be UTF-8 still.
    const bool plain = std::none_of(value.begin(), value.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == '\'' || c == '"';
    });
    auto as_text = document::parse("value = '" + value + "'");
    if (!plain || std::holds_alternative<document::Problem>(as_text))
        return Error{fmt::format("-D {}: the value {} is neither a number, a boolean, nor text",
                                 name, quoted(value))};
    return std::pair(name, Value(value));
}

}  // namespace stagger::spec
