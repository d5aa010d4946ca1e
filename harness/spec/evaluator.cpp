// SPDX-License-Identifier: Apache-2.0
#include "harness/spec/evaluator.hpp"

#include <fmt/format.h>

#include <lua.hpp>

#include "harness/spec/expression.hpp"
#include "harness/spec/lua_sandbox.hpp"
#include "harness/spec/lua_value.hpp"
#include "harness/spec/meaning.hpp"

namespace stagger::spec {

namespace {

// What crosses into a protected call. Lua's errors jump over frames, so nothing here owns anything.
struct Assignment {
    std::string_view name;
    const Value* value;
};

int assign_variable(lua_State* lua) {
    const auto& [name, value] = *static_cast<const Assignment*>(lua_touserdata(lua, 1));
    Sandbox::push_variables(lua);
    lua_pushlstring(lua, name.data(), name.size());
    push_value(lua, *value);
    lua_rawset(lua, -3);
    return 0;
}

int fetch_variable(lua_State* lua) {
    const auto& name = *static_cast<const std::string*>(lua_touserdata(lua, 1));
    Sandbox::push_variables(lua);
    lua_pushlstring(lua, name.data(), name.size());
    lua_rawget(lua, -2);
    return 1;
}

// `line`: within the expression, from 1.
Error error_in(const Expression& expression, const std::string& message, std::uint32_t line) {
    std::string shown = expression.source.substr(0, 80);
    if (shown.size() < expression.source.size()) shown += "...";
    const std::string text = fmt::format("in the expression {}: {}", shown, message);
    Position position = expression.position;
    if (position.line == 0) return Error{text};
    if (line > 1) position = {position.line + line - 1, 1};
    return Error{placed(position, text)};
}

}  // namespace

struct Evaluator::State {
    Sandbox sandbox;
    // By Expression::id, the compiled function in Lua's registry; LUA_NOREF until first seen.
    std::vector<int> functions;
    std::string too_large;  // the name of a variable whose value did not fit, "" if all did

    // Pushes the expression's function.
    std::unique_ptr<Sandbox::Complaint> push_function(const Expression& expression) {
        lua_State* lua = sandbox.lua();
        if (expression.id >= functions.size()) functions.resize(expression.id + 1, LUA_NOREF);
        int& function = functions[expression.id];
        if (function == LUA_NOREF) {
            if (auto complaint = sandbox.compile(expression.source)) return complaint;
            function = luaL_ref(lua, LUA_REGISTRYINDEX);
        }
        lua_rawgeti(lua, LUA_REGISTRYINDEX, function);
        return nullptr;
    }
};

Evaluator::Evaluator() : state_(std::make_unique<State>()) {}
Evaluator::~Evaluator() = default;
Evaluator::Evaluator(Evaluator&&) noexcept = default;
Evaluator& Evaluator::operator=(Evaluator&&) noexcept = default;

void Evaluator::clear() {
    state_->sandbox.forget_variables();
    // Setting to nil keeps the slots, so that the next execution allocates none.
    lua_State* lua = state_->sandbox.lua();
    Sandbox::push_variables(lua);
    lua_pushnil(lua);
    while (lua_next(lua, -2)) {
        lua_pop(lua, 1);
        lua_pushvalue(lua, -1);
        lua_pushnil(lua);
        lua_rawset(lua, -4);
    }
    lua_pop(lua, 1);
    state_->too_large.clear();
}

void Evaluator::set(const std::string& name, const Value& value) {
    const Assignment assignment{name, &value};
    if (!state_->sandbox.call(assign_variable, &assignment, 0)) state_->too_large = name;
}

Value Evaluator::get(const std::string& name) const {
    lua_State* lua = state_->sandbox.lua();
    if (!state_->sandbox.call(fetch_variable, &name, 1)) return {};
    auto value = to_value(lua, -1);
    lua_pop(lua, 1);
    return value.ok() ? std::move(*value) : Value();
}

Status Evaluator::compile(const Expression& expression) {
    if (auto complaint = state_->push_function(expression))
        return error_in(expression, complaint->message, complaint->line);
    lua_pop(state_->sandbox.lua(), 1);
    return Ok{};
}

void Evaluator::draw_from(InputSource source) {
    state_->sandbox.draw_from(source);
}

void Evaluator::collect_garbage() {
    state_->sandbox.collect_garbage();
}

Result<Value> Evaluator::evaluate(const Expression& expression) {
    std::uint32_t line = 1;
    Result<Value> value = evaluate(expression, line);
    if (!value.ok()) return error_in(expression, value.error().message, line);
    return value;
}

Result<Value> Evaluator::evaluate(const Expression& expression, std::uint32_t& line) {
    line = 1;
    if (!state_->too_large.empty())
        return Error{fmt::format("the value of {} takes too much memory", state_->too_large)};
    auto complaint = state_->push_function(expression);
    if (!complaint) complaint = state_->sandbox.run();
    if (complaint) {
        line = complaint->line;
        return Error{complaint->message};
    }
    lua_State* lua = state_->sandbox.lua();
    auto value = to_value(lua, -1);
    lua_pop(lua, 1);
    return value;
}

Result<std::vector<std::string>> Evaluator::free_names(const std::string& source) {
    Sandbox sandbox;
    if (auto complaint = sandbox.compile(source)) return Error{complaint->message};
    std::vector<std::string> names;
    for (const NameUse& use : scan_expression(source).names) names.push_back(use.name);
    return names;
}

}  // namespace stagger::spec
