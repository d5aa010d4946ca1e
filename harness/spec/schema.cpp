// SPDX-License-Identifier: Apache-2.0
#include "harness/spec/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "harness/base/symptoms.hpp"
#include "harness/spec/language.hpp"
#include "harness/spec/meaning.hpp"

namespace stagger::spec {
namespace {

using Json = nlohmann::ordered_json;  // a schema is read by people, too

constexpr const char* kIdentifier = "^[A-Za-z_][A-Za-z0-9_]{0,63}$";

Json reference(std::string_view definition) {
    return {{"$ref", fmt::format("#/definitions/{}", definition)}};
}

Json one_of_these(const std::vector<std::string>& names) {
    return {{"type", "string"}, {"enum", names}};
}

Json text(const char* pattern) {
    return {{"type", "string"}, {"pattern", pattern}};
}

Json any_of(std::initializer_list<Json> ways) {
    return {{"anyOf", Json::array_t(ways)}};
}

// One, or an array of them.
Json some(const Json& one, std::size_t least = 0) {
    return any_of({one, {{"type", "array"}, {"items", one}, {"minItems", least}}});
}

Json whole_number(const KeyInfo& key) {
    Json out{{"type", "integer"}, {"minimum", key.least}};
    if (key.most < kUnbounded) out["maximum"] = key.most;
    return out;
}

Json seconds() {
    return {{"type", "number"}, {"minimum", 0}, {"maximum", kMostSeconds}};
}

// A table whose keys are the user's own names.
Json named(const Json& value, const char* pattern = kIdentifier) {
    return {{"type", "object"},
            {"propertyNames", {{"pattern", pattern}}},
            {"additionalProperties", value}};
}

Json option_value() {
    return {{"type", {"string", "number", "boolean"}}};
}

// Of all backends, or in a table for one of them. `value` is what stands behind a name.
Json options(const Json& value, const Json& libc) {
    const Json of_one{{"type", "object"}, {"additionalProperties", value}};
    return {{"type", "object"},
            {"properties", {{"libc", libc}}},
            {"additionalProperties", any_of({value, of_one})}};
}

Json libc_choice() {
    return one_of_these({"real", "modelled"});
}

Json victims() {
    const Json victim = text("^[A-Za-z_][A-Za-z0-9_]*(\\[[0-9]+\\])?$");
    return any_of(
        {{{"type", "boolean"}}, victim, {{"type", "array"}, {"items", victim}, {"minItems", 1}}});
}

Json backends() {
    const Json name = text("^[A-Za-z0-9_.-]+$");
    return some(any_of({name, named(name)}), 1);
}

Json into() {
    const Json variable = text(kIdentifier);
    return any_of(
        {variable, {{"type", "array"}, {"items", variable}, {"minItems", 2}, {"maxItems", 2}}});
}

Json number_or_text(Json number) {
    return any_of({std::move(number), {{"type", "string"}, {"minLength", 1}}});
}

std::vector<std::string> type_names() {
    std::vector<std::string> names;
    for (const TypeInfo& facts : types()) names.emplace_back(name(facts.type));
    return names;
}

class Schema {
public:
    explicit Schema(const std::vector<std::string>& strategies) : strategies_(strategies) {}

    Json whole() const {
        Json out{{"$schema", "http://json-schema.org/draft-07/schema#"},
                 {"title", "A scenario of Stagger"}};
        out.update(table(Part::File));
        out["definitions"] = {
            {"object", object()},
            {"role", table(Part::Role)},
            {"step", step()},
            {"steps", {{"type", "array"}, {"items", reference("step")}, {"minItems", 1}}},
            {"expect", table(Part::Expect)},
            {"explore", table(Part::Explore)},
            {"case", table(Part::Case)},
            {"faults", table(Part::Faults)},
            {"faults_of_case", faults_of_case()},
            {"symptom", one_of_these({kSymptomNames.begin(), kSymptomNames.end()})}};
        return out;
    }

private:
    static Json described(const KeyInfo& key, const Json& value) {
        const std::string otherwise =
            key.otherwise.empty() ? "" : fmt::format(" (otherwise: {})", key.otherwise);
        Json out{{"description", std::string(key.summary) + otherwise}};
        if (value.contains("$ref"))
            out["allOf"] = {value};  // what stands beside a $ref counts for nothing
        else
            out.update(value);
        return out;
    }

    Json table(Part part) const {
        Json out{{"type", "object"}, {"properties", Json::object()}};
        for (const KeyInfo& key : keys_of(part)) {
            out["properties"][std::string(key.name)] = described(key, value(key));
            if (key.required) out["required"].push_back(key.name);
        }
        out["additionalProperties"] = false;
        return out;
    }

    Json value(const KeyInfo& key) const {
        switch (key.takes) {
            case Takes::Text:
                return {{"type", "string"}, {"minLength", 1}};
            case Takes::Name:
                return text("^[A-Za-z0-9_.-]{1,100}$");
            case Takes::Identifier:
                return text(kIdentifier);
            case Takes::Reference:
                return text("^\\s*[A-Za-z_][A-Za-z0-9_]*\\s*(\\[.*\\]\\s*)?$");
            case Takes::Boolean:
                return {{"type", "boolean"}};
            case Takes::True:
                return {{"type", "boolean"}, {"enum", {true}}};
            case Takes::Count:
                return whole_number(key);
            case Takes::CountOrParam:
                return any_of({whole_number(key), text(kIdentifier)});
            case Takes::Seconds:
                return {{"type", "number"}, {"exclusiveMinimum", 0}, {"maximum", kMostSeconds}};
            case Takes::Choice:
                return one_of_these(choices_of(key));
            case Takes::Strategy:
                return one_of_these(strategies_);
            case Takes::Cpus:
                return {{"enum", {1, "1", "all"}}};
            case Takes::ObjectType:
                return one_of_these(type_names());
            case Takes::Initial:
                return {{"type", {"number", "boolean", "string", "array", "object"}}};
            case Takes::Into:
                return into();
            default:
                return key.takes < Takes::Symptoms ? expression(key) : structure(key);
        }
    }

    // What is, or has, Lua.
    static Json expression(const KeyInfo& key) {
        switch (key.takes) {
            case Takes::Truth:
                return number_or_text({{"type", "boolean"}});
            case Takes::Truths:
                return some({{"type", "string"}, {"minLength", 1}});
            case Takes::Time:
                return number_or_text(seconds());
            case Takes::Rounds:
                return number_or_text({{"type", "integer"}, {"minimum", 0}});
            case Takes::Bytes:
                return number_or_text(whole_number(key));
            case Takes::Expressions:
                return some(any_expression());
            case Takes::Assignments: {
                Json out = named(any_expression());
                out["minProperties"] = 1;
                return out;
            }
            case Takes::Steps:
                return reference("steps");
            default:
                return any_expression();
        }
    }
    static Json any_expression() { return number_or_text({{"type", {"number", "boolean"}}}); }

    static Json structure(const KeyInfo& key) {
        switch (key.takes) {
            case Takes::Symptoms:
                return some(reference("symptom"));
            case Takes::Visible:
                return named(seconds());
            case Takes::Outcomes:
                return {{"type", "object"},
                        {"additionalProperties", one_of_these(choices_of(key))}};
            case Takes::Victims:
                return victims();
            case Takes::Params:
                return named({{"type", {"number", "boolean", "string", "array", "object"}}});
            case Takes::ParamMatrix:
                return named({{"not", {{"type", "array"}, {"maxItems", 0}}}});
            case Takes::Options:
                return options(option_value(), libc_choice());
            case Takes::OptionMatrix:
                return options(some(option_value(), 1), some(libc_choice(), 1));
            case Takes::Backends:
                return backends();
            case Takes::Objects:
                return named(reference("object"));
            case Takes::Roles: {
                Json out = named(reference("role"));
                out["minProperties"] = 1;
                return out;
            }
            case Takes::Expect:
                return reference("expect");
            case Takes::Explore:
                return reference("explore");
            case Takes::Faults:
                return reference("faults");
            case Takes::VictimMatrix:
                return reference("faults_of_case");
            case Takes::Cases:
                return {{"type", "array"}, {"items", reference("case")}};
            default:
                return Json::object();
        }
    }

    Json faults_of_case() const {
        Json out{{"type", "object"}, {"properties", Json::object()}};
        for (const KeyInfo& key : keys_of(Part::Faults))
            out["properties"][std::string(key.name)] = described(key, some(value(key), 1));
        out["additionalProperties"] = false;
        return out;
    }

    // Which of type, initial, capacity and size go together.
    Json object() const {
        Json out = table(Part::Object);
        for (const TypeInfo& facts : types()) {
            Json then{{"properties", Json::object()}};
            then["properties"]["initial"] = initial(facts.initial);
            if (facts.type == ObjectType::Barrier)
                then["required"] = {"capacity"};
            else if (!facts.has_room)
                then["properties"]["capacity"] = false;
            if (!facts.has_values) then["properties"]["size"] = false;
            out["allOf"].push_back({{"if",
                                     {{"properties", {{"type", {{"const", name(facts.type)}}}}},
                                      {"required", {"type"}}}},
                                    {"then", std::move(then)}});
        }
        return out;
    }

    static Json initial(InitialKind kind) {
        switch (kind) {
            case InitialKind::None:
                return false;
            case InitialKind::Any:
                return true;
            case InitialKind::List:
                return {{"type", "array"}};
            case InitialKind::Map:
                return {{"type", "object"}};
            case InitialKind::Count:
                return {{"type", "integer"}, {"minimum", 0}, {"maximum", kMostInitial}};
            case InitialKind::Boolean:
                return {{"type", "boolean"}};
        }
        return true;
    }

    // Exactly one of the keys says what a step does, and which others it may have.
    Json step() const {
        Json out = table(Part::Step);
        for (const ControlInfo& control : controls()) {
            const KeyInfo key{
                .name = control.key, .takes = control.takes, .summary = control.summary};
            add_way(out, control.key, described(key, value(key)), keys_of_control(control));
        }
        std::map<std::string_view, std::vector<const OperationInfo*>> spellings;
        for (const OperationInfo& operation : all_operations())
            spellings[operation.key].push_back(&operation);
        for (const auto& [spelling, operations] : spellings) {
            const std::string summary = summary_of(operations);
            const KeyInfo key{.name = spelling, .takes = Takes::Reference, .summary = summary};
            add_way(out, spelling, described(key, value(key)), keys_of_operation(operations));
        }
        return out;
    }

    // What a key that says what a step does makes of its other keys.
    static void add_way(Json& step, std::string_view key, Json value, Json others) {
        const std::string name(key);
        step["properties"][name] = std::move(value);
        step["oneOf"].push_back({{"required", {name}}});
        others["propertyNames"]["enum"].push_back(name);
        others["propertyNames"]["enum"].push_back("when");
        step["dependencies"][name] = std::move(others);
    }

    static Json keys_of_control(const ControlInfo& control) {
        Json out{{"propertyNames", {{"enum", Json::array()}}}};
        for (const std::string_view key : words_of(control.keys)) {
            out["propertyNames"]["enum"].push_back(key);
            if (key == "steps" || key == "limit") out["required"].push_back(key);
        }
        return out;
    }

    // Objects of several types may have an operation of that name: what all of them need is needed,
    // what any of them takes is taken.
    static Json keys_of_operation(const std::vector<const OperationInfo*>& operations) {
        Json out{{"propertyNames", {{"enum", {"into"}}}}};
        std::uint8_t taken = kNoArguments, needed = 0xff;
        bool gives_result = false, actor = false, in_map = false;
        for (const OperationInfo* operation : operations) {
            const bool replaceable = (operation->arguments & kBytes) != 0;
            taken = static_cast<std::uint8_t>(taken | operation->arguments);
            needed = static_cast<std::uint8_t>(needed & operation->arguments &
                                               ~(kTimeout | kBytes | (replaceable ? kValue : 0)));
            gives_result |= operation->gives_result;
            actor |= operation->operation == Operation::Run;
            in_map |= operation->type == ObjectType::List;
        }
        constexpr std::pair<Arguments, const char*> kKeys[] = {
            {kKey, "key"},         {kValue, "value"}, {kExpected, "expected"},
            {kTimeout, "timeout"}, {kWith, "with"},   {kBytes, "bytes"}};
        for (const auto& [bit, key] : kKeys) {
            if ((taken & bit) || (bit == kKey && in_map))
                out["propertyNames"]["enum"].push_back(key);
            if ((needed & bit) && !actor) out["required"].push_back(key);
        }
        if (!gives_result) out["properties"]["into"] = {{"type", "array"}};
        return out;
    }

    static std::string summary_of(const std::vector<const OperationInfo*>& operations) {
        std::string out;
        for (const OperationInfo* operation : operations) {
            const std::string_view note = note_on(operation->operation);
            if (operation->operation == Operation::Run)
                out += "calls a function of a plugin";
            else
                out += fmt::format("{}of a {}{}{}", out.empty() ? "" : "; ", name(operation->type),
                                   note.empty() ? "" : ": ", note);
        }
        return out;
    }

    const std::vector<std::string>& strategies_;
};

}  // namespace

std::string json_schema(const std::vector<std::string>& strategies) {
    return Schema(strategies).whole().dump(2) + "\n";
}

}  // namespace stagger::spec
