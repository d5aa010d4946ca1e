// SPDX-License-Identifier: Apache-2.0
//
// Expressions of a spec: from TOML to checked Lua, and the names they may use.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "harness/spec/builder.hpp"

namespace stagger::spec {

namespace {

// Requires: sorted names.
bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::binary_search(names.begin(), names.end(), name);
}

std::string number_source(std::int64_t number) {
    // Lua reads the digits before the sign, and these do not fit.
    if (number == std::numeric_limits<std::int64_t>::min()) return "math.mininteger";
    return fmt::format("{}", number);
}

std::string number_source(double number) {
    if (std::isnan(number)) return "(0/0)";
    if (std::isinf(number)) return number > 0 ? "(1/0)" : "(-1/0)";
    return fmt::format("{}", number);
}

void append(std::vector<std::string>& to, const std::vector<std::string>& from) {
    to.insert(to.end(), from.begin(), from.end());
}

// Other languages spell some operators differently.
std::string hint_for(const std::string& complaint) {
    for (std::string_view operation : {"'='", "'!'", "'&'", "'|'", "'+'"})
        if (complaint.find(operation) != std::string::npos)
            return "Lua writes == for equal, ~= for not equal, and, or, not";
    return "";
}

// A literal number or boolean needs neither a compiler nor a check of names.
std::optional<std::string> literal_source(const Node& node) {
    if (node.boolean()) return *node.boolean() ? "true" : "false";
    if (node.integer()) return number_source(*node.integer());
    if (node.real()) return number_source(*node.real());
    return std::nullopt;
}

void complain_about_step_name(const NameUse& use, Position position,
                              const std::vector<std::string>& allowed, Builder& builder) {
    const std::string name = quoted(use.name);
    if (builder.find_object(use.name)) {
        builder.problems.add(position, fmt::format("{} is an object: load it first", use.name),
                             "a step such as { load = \"n\", into = \"x\" } puts what it holds "
                             "into a variable");
    } else if (builder.find_role(use.name)) {
        builder.problems.add(position, fmt::format("{} is a process: its variables can be read in "
                                                   "`final` and `observe` only",
                                                   use.name));
    } else {
        builder.problems.add(
            position, fmt::format("unknown name {}{}", name, did_you_mean(use.name, allowed)),
            "a variable is set by `let` or `into`; text needs its own quotes "
            "inside: \"'ready'\"");
    }
}

// math.random, table.move: libraries have less here than elsewhere.
void check_library_access(const NameUse& use, Position expression, Builder& builder) {
    const auto& members = library_members(use.name);
    if (members.empty() || use.path.empty() || use.path[0].field.empty()) return;
    const Access& access = use.path[0];
    if (std::find(members.begin(), members.end(), access.field) != members.end()) return;
    builder.problems.add(builder.problems.inside(expression, access.offset, access.field),
                         fmt::format("{} has no {}{}", use.name, quoted(access.field),
                                     did_you_mean(access.field, members)),
                         fmt::format("it has {}", fmt::join(members, ", ")));
}

// m in `final`, where m is a mutex.
void complain_about_contents(const Object& object, Position position, Builder& builder) {
    builder.problems.add(
        position,
        fmt::format("{} is {}, and holds nothing that could be looked at", object.name,
                    with_article(name(object.type))),
        "that nobody is stuck is expected anyway; `final` and `observe` are about what is stored");
}

// worker[0].x, worker[0][1].x, p0.r: does the task exist, and does it set the variable?
void check_role_access(const NameUse& use, const Role& role, Position expression,
                       Builder& builder) {
    // How many there are is a matter of the case where a parameter says it.
    const bool sized = !role.count_param.empty();
    const std::uint32_t bounds[] = {sized ? kMaxTasks : role.count, role.threads};
    const std::size_t needed = role.threads > 1 ? 2 : 1;
    std::size_t indices = 0;
    for (const Access& access : use.path) {
        const Position at = builder.problems.inside(expression, access.offset, access.field);
        if (!access.field.empty()) {
            const bool complete =
                indices == needed || (indices == 0 && !sized && role.count * role.threads == 1);
            const std::string example =
                fmt::format("{}[0]{}.{}", role.name, needed == 2 ? "[0]" : "", access.field);
            if (!contains(role.variables, access.field))
                builder.problems.add(
                    at, fmt::format("{} sets no variable {}{}", role.name, quoted(access.field),
                                    did_you_mean(access.field, role.variables)));
            else if (!complete)
                builder.problems.add(
                    at,
                    fmt::format("{} has several tasks: which one's {}?", role.name, access.field),
                    "write " + example);
            return;
        }
        if (indices < needed && access.index &&
            (*access.index < 0 || *access.index >= bounds[indices]))
            builder.problems.add(
                builder.problems.inside(expression, access.offset, std::to_string(*access.index)),
                fmt::format("there is no {} {} of {}: they are 0 to {}",
                            indices == 0 ? "process" : "thread", *access.index, role.name,
                            bounds[indices] - 1));
        ++indices;
    }
}

// "n, worker[0].x": of this scenario, what could stand in `final`.
std::string examples_at_end(const Builder& builder) {
    std::vector<std::string> examples;
    for (const Object& object : builder.scenario.objects)
        if (examples.empty() && has_content(object.type))
            examples.push_back(object.name + (object.count > 0 ? "[0]" : ""));
    for (const Role& role : builder.scenario.roles) {
        if (role.variables.empty()) continue;
        examples.push_back(fmt::format("{}[0]{}.{}", role.name, role.threads > 1 ? "[0]" : "",
                                       role.variables.front()));
        break;
    }
    return fmt::format("{}", fmt::join(examples, ", "));
}

void complain_about_end_name(const NameUse& use, Position position,
                             const std::vector<std::string>& allowed, Builder& builder) {
    for (const Role& role : builder.scenario.roles) {
        if (!contains(role.variables, use.name)) continue;
        builder.problems.add(
            position, fmt::format("{} is a variable of the tasks of {}", use.name, role.name),
            fmt::format("write {}[0]{}.{}", role.name, role.threads > 1 ? "[0]" : "", use.name));
        return;
    }
    builder.problems.add(
        position,
        fmt::format("unknown name {}{}", quoted(use.name), did_you_mean(use.name, allowed)),
        fmt::format("here are objects, parameters, and variables of processes: {}",
                    examples_at_end(builder)));
}

void complain_about_any(Position position, Builder& builder) {
    builder.problems.add(position, "any() draws an input, and nothing can be drawn at the end",
                         "draw it in a step, such as { let = { x = \"any(0, 9)\" } }, and read "
                         "the variable here: worker[0].x");
}

}  // namespace

std::optional<Expression> read_lua(const std::string& source, Position position, Builder& builder) {
    if (builder.problems.full()) return std::nullopt;
    if (builder.scenario.expression_count > kMaxExpressions) return std::nullopt;
    if (builder.scenario.expression_count == kMaxExpressions)
        builder.problems.add(position, fmt::format("more than {} expressions", kMaxExpressions));
    Expression expression{source, position, builder.scenario.expression_count++};
    if (source.find_first_not_of(" \t\r\n") == std::string::npos) {
        builder.problems.add(position, "this expression is empty");
        return std::nullopt;
    }
    if (auto complaint = builder.lua.check(source)) {
        if (complaint->line > 1) position = {position.line + complaint->line - 1, 1};
        builder.problems.add(position,
                             fmt::format("this is no Lua expression: {}", complaint->message),
                             hint_for(complaint->message));
        return std::nullopt;
    }
    builder.unchecked.push_back(expression);
    return expression;
}

std::optional<Expression> read_expression(const Entry& entry, Builder& builder) {
    if (auto source = literal_source(entry.value))
        return Expression{*source, entry.value.position, builder.scenario.expression_count++};
    if (entry.value.text()) return read_lua(*entry.value.text(), entry.value.position, builder);
    builder.problems.add(
        entry.value.position,
        fmt::format("{} must be a number, a boolean, or an expression in quotes; this is {}",
                    quoted(entry.key), entry.value.kind_name()),
        "a list is written \"{ 1, 2 }\", a map \"{ a = 1 }\", in quotes as Lua writes them");
    return std::nullopt;
}

void check_names_in_steps(const Role& role, Builder& builder) {
    std::vector<std::string> allowed = role.variables;
    append(allowed, builder.param_names());
    append(allowed, {"self", "thread", "i"});
    append(allowed, library_names());
    std::sort(allowed.begin(), allowed.end());
    for (const Expression& expression : std::exchange(builder.unchecked, {})) {
        for (const NameUse& use : scan_expression(expression.source).names) {
            if (builder.problems.full()) return;
            check_library_access(use, expression.position, builder);
            if (contains(allowed, use.name)) continue;
            complain_about_step_name(
                use, builder.problems.inside(expression.position, use.offset, use.name), allowed,
                builder);
        }
    }
}

void check_names_at_end(Builder& builder) {
    std::vector<std::string> allowed = builder.object_names();
    append(allowed, builder.role_names());
    append(allowed, builder.param_names());
    append(allowed, library_names());
    std::sort(allowed.begin(), allowed.end());
    for (const Expression& expression : std::exchange(builder.unchecked, {})) {
        for (const NameUse& use : scan_expression(expression.source).names) {
            if (builder.problems.full()) return;
            const Position at = builder.problems.inside(expression.position, use.offset, use.name);
            if (use.name == kAny) complain_about_any(at, builder);
            check_library_access(use, expression.position, builder);
            const Object* object = builder.find_object(use.name);
            if (object && !has_content(object->type))
                complain_about_contents(*object, at, builder);
            else if (const Role* role = builder.find_role(use.name))
                check_role_access(use, *role, expression.position, builder);
            else if (!contains(allowed, use.name))
                complain_about_end_name(use, at, allowed, builder);
        }
    }
}

}  // namespace stagger::spec
