// SPDX-License-Identifier: Apache-2.0
#include "harness/spec/shown_values.hpp"

#include <set>

#include <fmt/format.h>

#include "harness/base/excerpt.hpp"
#include "harness/spec/expression.hpp"

namespace stagger::spec {
namespace {

// Null where there is nothing.
const Value* part_of(const Value& whole, const Access& access) {
    if (const Value::Map* map = whole.map()) {
        const auto entry = map->find(access.index ? Value(*access.index) : Value(access.field));
        return entry == map->end() ? nullptr : &entry->second;
    }
    const Value::List* list = whole.list();
    if (list == nullptr || !access.index || *access.index < 1) return nullptr;
    const auto at = static_cast<std::size_t>(*access.index) - 1;
    return at < list->size() ? &(*list)[at] : nullptr;
}

bool is_literal(const Access& access) {
    return access.index.has_value() || !access.field.empty();
}

// "clerk[0].ticket = 1"; "" where that has no value.
std::string shown(const NameUse& use, const Value& value) {
    std::string name = use.name;
    const Value* part = &value;
    for (const Access& access : use.path) {
        if (!is_literal(access)) break;
        const Value* inner = part_of(*part, access);
        if (inner == nullptr) break;
        name += access.index ? fmt::format("[{}]", *access.index) : "." + access.field;
        part = inner;
    }
    return part->is_nil() ? "" : fmt::format("{} = {}", name, excerpt(*part));
}

}  // namespace

std::string shown_values(const Evaluator& evaluator, const std::string& source) {
    std::string text;
    std::set<std::string> known;
    for (const NameUse& use : scan_expression(source).names) {
        const std::string one = shown(use, evaluator.get(use.name));
        if (one.empty() || !known.insert(one).second) continue;
        text += (text.empty() ? "" : ", ") + one;
    }
    return text;
}

}  // namespace stagger::spec
