// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "harness/spec/language.hpp"
#include "harness/spec/meaning.hpp"
#include "harness/spec/schema.hpp"

namespace stagger::spec {
namespace {

// What stands behind a key, in the words of the page.
std::string taken(const KeyInfo& key) {
    const bool bounded = key.most < kUnbounded;
    const std::string count = bounded ? fmt::format("{} to {}", key.least, key.most)
                                      : fmt::format("{} or more", key.least);
    switch (key.takes) {
        case Takes::Text:
        case Takes::Name:
            return "text";
        case Takes::Identifier:
        case Takes::ObjectType:
        case Takes::Strategy:
            return "name";
        case Takes::Reference:
            return "object";
        case Takes::Boolean:
        case Takes::True:
            return "boolean";
        case Takes::Count:
            return count;
        case Takes::CountOrParam:
            return count + ", or parameter";
        case Takes::Seconds:
            return "seconds";
        case Takes::Expression:
            return "expression";
        case Takes::Truth:
            return "condition";
        case Takes::Time:
            return "expression: seconds";
        case Takes::Rounds:
            return "expression: whole number";
        case Takes::Bytes:
            return "expression: " + count;
        case Takes::Expressions:
            return "expressions";
        case Takes::Truths:
            return "conditions";
        case Takes::Choice: {
            std::string out;
            for (const std::string& choice : choices_of(key))
                out += fmt::format("{}`\"{}\"`", out.empty() ? "" : ", ", choice);
            return out;
        }
        case Takes::Cpus:
            return "`1`, `\"all\"`";
        case Takes::Initial:
        case Takes::Params:
        case Takes::ParamMatrix:
            return "literal data";
        case Takes::Into:
            return "variable, or two";
        case Takes::Assignments:
            return "expressions by name";
        case Takes::Steps:
            return "steps";
        case Takes::Symptoms:
            return "symptoms";
        case Takes::Victims:
        case Takes::VictimMatrix:
            return "roles, processes, `true`";
        case Takes::Options:
        case Takes::OptionMatrix:
            return "values by name";
        case Takes::Backends:
            return "backends";
        case Takes::Visible:
            return "seconds by object";
        case Takes::Outcomes:
        case Takes::Objects:
        case Takes::Roles:
        case Takes::Expect:
        case Takes::Explore:
        case Takes::Faults:
            return "table";
        case Takes::Cases:
            return "tables";
    }
    return "";
}

// A bar ends a cell, whatever stands around it.
std::string cell(std::string_view text) {
    std::string out;
    for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
    return out;
}

std::string keys_table(Part part) {
    std::string out = "| key | takes | meaning | default |\n|---|---|---|---|\n";
    for (const KeyInfo& key : keys_of(part))
        out += fmt::format("| `{}` | {} | {} | {} |\n", key.name, cell(taken(key)),
                           cell(key.summary), key.required ? "required" : cell(key.otherwise));
    return out;
}

// "`cas` (`expected`, `value`; gives whether it did)"
std::string operation_text(const OperationInfo& operation) {
    constexpr std::pair<Arguments, const char*> kShown[] = {{kKey, "`key`"},
                                                            {kExpected, "`expected`"},
                                                            {kValue, "`value`"},
                                                            {kWith, "`with`"},
                                                            {kTimeout, "`timeout`"}};
    std::string about;
    for (const auto& [bit, key] : kShown)
        if (operation.arguments & bit) about += (about.empty() ? "" : ", ") + std::string(key);
    if (operation.operation == Operation::StreamRead) about = "`bytes`, " + about;
    if (const std::string_view note = note_on(operation.operation); !note.empty())
        about += (about.empty() ? "" : "; ") + std::string(note);
    return fmt::format("`{}`{}", operation.key, about.empty() ? "" : " (" + about + ")");
}

std::string types_table() {
    std::string out = "| type | what it is | operations |\n|---|---|---|\n";
    for (const TypeInfo& facts : types()) {
        std::string operations;
        for (const OperationInfo& operation : all_operations())
            if (operation.type == facts.type)
                operations += (operations.empty() ? "" : ", ") + operation_text(operation);
        if (facts.type == ObjectType::Map)
            operations += "; and, on a list inside the map, `append`, `pop`, `read` with a `key`";
        out += fmt::format("| `{}` | {} | {} |\n", name(facts.type), facts.summary, operations);
    }
    return out;
}

std::string controls_table() {
    std::string out = "| step | meaning |\n|---|---|\n";
    for (const ControlInfo& control : controls())
        out += fmt::format("| `{}` | {} |\n", control.example, cell(control.summary));
    return out +
           "| `{ actor = \"name\", value = \"x\", into = \"r\" }` | calls a C or C++ function "
           "that the case's backend exports by that name; `value` and `timeout` are its to "
           "use. Such cases get fresh processes for each execution, unless `lifetime` says "
           "otherwise |\n";
}

}  // namespace

std::vector<ReferenceTable> reference_tables() {
    return {{"file", keys_table(Part::File)},
            {"objects", keys_table(Part::Object)},
            {"types", types_table()},
            {"processes", keys_table(Part::Role)},
            {"steps", keys_table(Part::Step)},
            {"control-steps", controls_table()},
            {"expect", keys_table(Part::Expect)},
            {"cases", keys_table(Part::Case)},
            {"explore", keys_table(Part::Explore)},
            {"faults", keys_table(Part::Faults)}};
}

}  // namespace stagger::spec
