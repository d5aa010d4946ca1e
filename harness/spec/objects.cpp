// SPDX-License-Identifier: Apache-2.0
//
// [params] and [objects] of a spec, and the names that all things in it share.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/spec/builder.hpp"

namespace stagger::spec {

namespace {

std::vector<std::string> type_names() {
    std::vector<std::string> names;
    for (const TypeInfo& facts : types()) names.emplace_back(name(facts.type));
    return names;
}

bool initial_fits(InitialKind wanted, const Value& value) {
    switch (wanted) {
        case InitialKind::Any:
            return true;
        case InitialKind::List:
            return value.list() != nullptr;
        case InitialKind::Map:
            return value.map() != nullptr;
        case InitialKind::Count:
            return value.integer() && *value.integer() >= 0 && *value.integer() <= kMostInitial;
        case InitialKind::Boolean:
            return value.boolean() != nullptr;
        case InitialKind::None:
            return false;
    }
    return false;
}

void read_initial(const Entry& entry, Object& object, Builder& builder) {
    const TypeInfo& facts = facts_of(object.type);
    if (facts.initial == InitialKind::None) {
        builder.problems.add(entry.position,
                             fmt::format("{} has no `initial`", with_article(name(object.type))));
        return;
    }
    auto value = read_literal(entry.value, builder.problems);
    if (!value) return;
    if (!initial_fits(facts.initial, *value)) {
        builder.problems.add(entry.value.position,
                             fmt::format("`initial` of {} must be {}",
                                         with_article(name(object.type)), facts.wanted_initial));
        return;
    }
    object.initial = std::move(*value);
}

void read_capacity(const Entry* entry, Object& object, Builder& builder) {
    const bool barrier = object.type == ObjectType::Barrier;
    if (!entry) {
        if (barrier)
            builder.problems.add(object.position, "a barrier needs `capacity`: how many tasks meet",
                                 object.name + " = { type = \"barrier\", capacity = 2 }");
        return;
    }
    if (!barrier && !facts_of(object.type).has_room) {
        builder.problems.add(entry->position,
                             fmt::format("{} has no `capacity`", with_article(name(object.type))),
                             "queues, streams, topics and barriers have one");
        return;
    }
    const auto capacity =
        barrier ? read_count(*entry, 1, kMaxTasks, builder.problems)
                : read_count(*entry, key_of(Part::Object, "capacity"), builder.problems);
    object.capacity = capacity.value_or(1);
    const Value::List* values = object.initial.list();
    if (capacity && values && values->size() > *capacity)
        builder.problems.add(
            entry->value.position,
            fmt::format("`initial` puts {} values into a queue for {}", values->size(), *capacity));
}

bool read_type(const Entry& object_entry, Object& object, Builder& builder) {
    const Entry* entry = object_entry.value.find("type");
    if (!entry) {
        builder.problems.add(object_entry.position,
                             fmt::format("object {} needs a `type`", quoted(object_entry.key)),
                             fmt::format("one of {}", fmt::join(type_names(), ", ")));
        return false;
    }
    const auto text = read_text(*entry, builder.problems);
    if (!text) return false;
    const auto type = object_type(*text);
    if (type && *type != ObjectType::Actor) {
        object.type = *type;
        return true;
    }
    if (type)
        builder.problems.add(entry->value.position,
                             "an actor is a function of a plugin, and needs no declaration",
                             "a step calls it by name: { actor = \"walk\", value = \"x\" }");
    else
        builder.problems.add(entry->value.position,
                             fmt::format("there is no object type {}{}", quoted(*text),
                                         did_you_mean(*text, type_names())),
                             fmt::format("one of {}", fmt::join(type_names(), ", ")));
    return false;
}

void read_object(const Entry& entry, Builder& builder) {
    Object object;
    object.name = entry.key;
    object.position = entry.position;
    object.first = builder.scenario.flat_object_count();
    check_name(entry.key, "an object", entry.position, builder);
    const auto* entries = read_table(entry.value, "an object", builder.problems);
    if (entries) {
        check_keys(*entries, Part::Object, "an object", builder.problems);
        if (read_type(entry, object, builder)) {
            if (const Entry* initial = entry.value.find("initial"))
                read_initial(*initial, object, builder);
            read_capacity(entry.value.find("capacity"), object, builder);
        } else {
            builder.untyped.insert(entry.key);
        }
        if (const Entry* size = entry.value.find("size")) {
            object.value_size =
                read_count(*size, key_of(Part::Object, "size"), builder.problems).value_or(0);
            if (!facts_of(object.type).has_values)
                builder.problems.add(size->position,
                                     fmt::format("{} holds no values that could have a `size`",
                                                 with_article(name(object.type))));
        }
        if (const Entry* count = entry.value.find("count"))
            object.count = static_cast<std::uint32_t>(
                read_count(*count, key_of(Part::Object, "count"), builder.problems).value_or(1));
    }
    // It is kept even when it is wrong, so that its uses are not reported as unknown.
    builder.scenario.objects.push_back(std::move(object));
}

}  // namespace

const Object* Builder::find_object(std::string_view name) const {
    for (const Object& object : scenario.objects)
        if (object.name == name) return &object;
    return nullptr;
}

const Role* Builder::find_role(std::string_view name) const {
    for (const Role& role : scenario.roles)
        if (role.name == name) return &role;
    return nullptr;
}

std::vector<std::string> Builder::object_names() const {
    std::vector<std::string> names;
    for (const Object& object : scenario.objects)
        if (object.type != ObjectType::Actor) names.push_back(object.name);
    return names;
}

std::vector<std::string> Builder::role_names() const {
    std::vector<std::string> names;
    for (const Role& role : scenario.roles) names.push_back(role.name);
    return names;
}

std::vector<std::string> Builder::param_names() const {
    std::vector<std::string> names;
    for (const auto& [name, value] : scenario.params) names.push_back(name);
    return names;
}

bool check_name(const std::string& name, std::string_view what, Position position,
                Builder& builder) {
    constexpr std::array<std::string_view, 5> kReserved = {"self", "thread", "i", "parent",
                                                           "server"};
    const auto refuse = [&](std::string message, std::string hint) {
        builder.problems.add(position, std::move(message), std::move(hint));
        return false;
    };
    const auto& library = library_names();
    if (!is_identifier(name) || name.size() > 64)
        return refuse(fmt::format("{} cannot be the name of {}", quoted(name), what),
                      "names have letters, digits and _, start with no digit, and are short");
    if (is_lua_keyword(name))
        return refuse(
            fmt::format("{} is a word of Lua, and cannot be the name of {}", quoted(name), what),
            "choose another name");
    if (std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end() ||
        std::find(library.begin(), library.end(), name) != library.end())
        return refuse(fmt::format("{} has a meaning of its own, and cannot be the name of {}",
                                  quoted(name), what),
                      "choose another name");
    const std::string_view other = builder.scenario.params.count(name) ? "a parameter"
                                   : builder.find_object(name)         ? "an object"
                                   : builder.find_role(name)           ? "a process"
                                                                       : "";
    if (other.empty()) return true;
    return refuse(fmt::format("{} is already the name of {}, and cannot be that of {}",
                              quoted(name), other, what),
                  "choose another name");
}

void read_params(const Node& node, Builder& builder) {
    const auto* entries = read_table(node, "[params]", builder.problems);
    if (!entries) return;
    for (const Entry& entry : *entries) {
        check_name(entry.key, "a parameter", entry.position, builder);
        auto value = read_literal(entry.value, builder.problems);
        builder.scenario.params.emplace(entry.key, value ? std::move(*value) : Value());
    }
}

void read_objects(const Node& node, Builder& builder) {
    const auto* entries = read_table(node, "[objects]", builder.problems);
    if (!entries) return;
    for (const Entry& entry : *entries) {
        read_object(entry, builder);
        if (builder.scenario.flat_object_count() <= kMaxObjects) continue;
        builder.problems.add(entry.position, fmt::format("more than {} objects", kMaxObjects));
        return;
    }
}

bool same_kind(const Value& original, const Value& given) {
    const auto number = [](const Value& value) { return value.integer() || value.real(); };
    return kind_name(original) == kind_name(given) || (number(original) && number(given));
}

std::string_view kind_name(const Value& value) {
    if (value.boolean()) return "a boolean";
    if (value.integer() || value.real()) return "a number";
    if (value.text()) return "text";
    if (value.list()) return "a list";
    return value.map() ? "a map" : "nothing";
}

}  // namespace stagger::spec
