// SPDX-License-Identifier: Apache-2.0
//
// What an expression must give where it stands: true or false, a time, a number of rounds, an index
// that exists. What is known without running a scenario is judged here.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <lua.hpp>
#include <set>

#include "harness/base/excerpt.hpp"
#include "harness/spec/builder.hpp"
#include "harness/spec/evaluator.hpp"
#include "harness/spec/lua_value.hpp"

namespace stagger::spec {

namespace {

// Indices are tried for every process of every case, which a file can make millions of.
constexpr int kMostTries = 5'000;

void complain_about_value(const Entry& entry, std::string_view wanted, const Value& value,
                          Builder& builder) {
    builder.problems.add(
        entry.value.position,
        fmt::format("{} must be {}, this is {}", quoted(entry.key), wanted, excerpt(value)));
}

bool is_time(const Value& value) {
    const double seconds = value.real()      ? *value.real()
                           : value.integer() ? static_cast<double>(*value.integer())
                                             : std::nan("");
    return seconds >= 0 && seconds <= kMostSeconds;
}

bool fits(const Value& index, const Object& object) {
    return index.integer() && *index.integer() >= 0 &&
           *index.integer() < std::int64_t{object.count};
}

// Tries the indices of one role after the other, each for as many tasks as the cases have.
class IndexCheck {
public:
    explicit IndexCheck(Builder& builder) : builder_(builder) {}

    void check(const CertainIndex& index) {
        names_.clear();
        for (const NameUse& use : scan_expression(index.expression.source).names)
            names_.insert(use.name);
        std::set<std::string> tried;
        for (const Case& one : builder_.scenario.cases) {
            if (tries_ >= kMostTries) return;
            ++tries_;
            if (tried.insert(variant(index, one)).second && !holds(index, one)) return;
        }
    }

private:
    const Role& role(const CertainIndex& index) const {
        return builder_.scenario.roles[index.role];
    }

    // What of the case the index can depend on.
    std::string variant(const CertainIndex& index, const Case& one) const {
        std::string text = std::to_string(processes_of(role(index), one.params));
        for (const auto& [name, value] : one.params)
            if (names_.contains(name)) text += "," + value.to_string();
        return text;
    }

    bool holds(const CertainIndex& index, const Case& one) {
        evaluator_.clear();
        for (const auto& [name, value] : one.params) evaluator_.set(name, value);
        const std::uint32_t processes =
            names_.contains("self") ? processes_of(role(index), one.params) : 1;
        const std::uint32_t threads = names_.contains("thread") ? role(index).threads : 1;
        for (std::uint32_t self = 0; self < processes; ++self) {
            for (std::uint32_t thread = 0; thread < threads; ++thread) {
                if (++tries_ >= kMostTries) return true;
                if (!holds(index, one, self, thread)) return false;
            }
        }
        return true;
    }

    bool holds(const CertainIndex& index, const Case& one, std::uint32_t self,
               std::uint32_t thread) {
        evaluator_.set("self", std::int64_t{self});
        evaluator_.set("thread", std::int64_t{thread});
        const auto value = evaluator_.evaluate(index.expression);
        const Object& object = builder_.scenario.objects[index.object];
        if (value && fits(*value, object)) return true;
        std::string where;
        if (names_.contains("self")) where += fmt::format(" in {}[{}]", role(index).name, self);
        if (names_.contains("thread")) where += fmt::format(" in thread {}", thread);
        if (builder_.scenario.cases.size() > 1) where += fmt::format(", in the case {}", one.id);
        builder_.problems.add(
            index.expression.position,
            fmt::format("{}[{}] does not exist{}{}: the index of {} goes from 0 to {}", object.name,
                        index.expression.source,
                        value ? fmt::format(", being {}[{}]", object.name, excerpt(*value)) : "",
                        where, object.name, object.count - 1));
        return false;
    }

    Builder& builder_;
    Evaluator evaluator_;
    std::set<std::string> names_;  // that the index uses
    int tries_ = 0;
};

}  // namespace

std::optional<Value> constant_of(const Expression& expression, Builder& builder) {
    const ScannedExpression scanned = scan_expression(expression.source);
    const auto& names = scanned.names;
    if (scanned.calls || std::any_of(names.begin(), names.end(),
                                     [](const NameUse& use) { return use.name != "math"; }))
        return std::nullopt;
    if (builder.lua.compile(expression.source)) return std::nullopt;
    if (const auto complaint = builder.lua.run()) {
        builder.problems.add(expression.position,
                             fmt::format("this expression always fails: {}", complaint->message));
        return std::nullopt;
    }
    auto value = to_value(builder.lua.lua(), -1);
    lua_pop(builder.lua.lua(), 1);
    return value ? std::optional<Value>(std::move(*value)) : std::nullopt;
}

std::optional<Expression> read_truth(const Entry& entry, Builder& builder) {
    auto expression = read_expression(entry, builder);
    if (!expression) return std::nullopt;
    const auto value = constant_of(*expression, builder);
    if (value && !value->boolean()) complain_about_value(entry, "true or false", *value, builder);
    return expression;
}

std::optional<Expression> read_time(const Entry& entry, Builder& builder) {
    auto expression = read_expression(entry, builder);
    if (!expression) return std::nullopt;
    const auto value = constant_of(*expression, builder);
    if (value && !is_time(*value)) complain_about_value(entry, kWantedTime, *value, builder);
    return expression;
}

std::optional<Expression> read_rounds(const Entry& entry, Builder& builder) {
    auto expression = read_expression(entry, builder);
    if (!expression) return std::nullopt;
    const auto value = constant_of(*expression, builder);
    if (value && !(value->integer() && *value->integer() >= 0))
        complain_about_value(entry, "a whole number, 0 or more", *value, builder);
    return expression;
}

void check_indices(Builder& builder) {
    if (builder.indices.empty()) return;
    IndexCheck check(builder);
    for (const CertainIndex& index : builder.indices) check.check(index);
}

}  // namespace stagger::spec
