// SPDX-License-Identifier: Apache-2.0
#include "harness/spec/lua_value.hpp"

#include <algorithm>
#include <lua.hpp>

#include "harness/spec/lua_sandbox.hpp"

namespace stagger::spec {

namespace {

constexpr int kMaxDepth = 100;  // as in <stagger/value.hpp>
constexpr std::size_t kMaxItems = 200'000;
constexpr std::size_t kEntryWork = 20;  // of comparing an entry, against a byte
constexpr std::size_t kMaxBytes = std::size_t{64} << 20;

// What a table was: the metatables are found in the registry under the addresses of these.
enum Kind { kLiteral, kList, kMap, kKindCount };
char kind_keys[kKindCount];

void set_kind(lua_State* lua, Kind kind) {
    lua_rawgetp(lua, LUA_REGISTRYINDEX, &kind_keys[kind]);
    lua_setmetatable(lua, -2);
}

Kind kind_of(lua_State* lua, int index) {
    if (!lua_getmetatable(lua, index)) return kLiteral;
    Kind found = kLiteral;
    for (Kind kind : {kList, kMap}) {
        lua_rawgetp(lua, LUA_REGISTRYINDEX, &kind_keys[kind]);
        if (lua_rawequal(lua, -1, -2)) found = kind;
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
    return found;
}

void push_list(lua_State* lua, const Value::List& list) {
    lua_createtable(lua, static_cast<int>(std::min(list.size(), kMaxItems)), 0);
    lua_Integer index = 0;
    for (const Value& item : list) {
        push_value(lua, item);
        lua_rawseti(lua, -2, ++index);
    }
    set_kind(lua, kList);
}

void push_map(lua_State* lua, const Value::Map& map) {
    lua_createtable(lua, 0, static_cast<int>(std::min(map.size(), kMaxItems)));
    for (const auto& [key, item] : map) {
        if (key.is_nil() || (key.real() && *key.real() != *key.real())) continue;
        push_value(lua, key);
        push_value(lua, item);
        lua_rawset(lua, -3);
    }
    set_kind(lua, kMap);
}

// Reads one value without ever raising: no conversion on the stack, no metamethod, no allocation.
class Reader {
public:
    explicit Reader(lua_State* lua) : lua_(lua) {}

    Result<Value> read(int index, int depth) {
        switch (lua_type(lua_, index)) {
            case LUA_TNIL:
                return Value();
            case LUA_TBOOLEAN:
                return Value(lua_toboolean(lua_, index) != 0);
            case LUA_TNUMBER:
                if (lua_isinteger(lua_, index))
                    return Value(std::int64_t{lua_tointegerx(lua_, index, nullptr)});
                return Value(lua_tonumberx(lua_, index, nullptr));
            case LUA_TSTRING:
                return read_text(index);
            case LUA_TTABLE:
                return read_table(lua_absindex(lua_, index), depth);
            default:
                return Error{"a function is no value"};
        }
    }

private:
    Result<Value> read_text(int index) {
        std::size_t size = 0;
        const char* text = lua_tolstring(lua_, index, &size);
        bytes_ += size;
        if (bytes_ > kMaxBytes) return Error{"this value is too large"};
        return Value(std::string(text, size));
    }

    Result<Value> read_table(int table, int depth) {
        if (depth >= kMaxDepth || !lua_checkstack(lua_, 8))
            return Error{"this value contains itself, or is nested too deeply"};
        const Kind kind = kind_of(lua_, table);
        Value::Map map;
        std::int64_t last = 0;
        bool only_positions = kind != kMap;
        lua_pushnil(lua_);
        while (lua_next(lua_, table)) {
            if (++items_ > kMaxItems) return Error{"this value has too many items"};
            auto key = read(-2, depth + 1);
            auto item = read(-1, depth + 1);
            if (!key.ok()) return key.error();
            if (!item.ok()) return item.error();
            const std::int64_t* position = key->integer();
            only_positions = only_positions && position && *position > 0;
            if (only_positions) last = std::max(last, *position);
            map.insert_or_assign(std::move(*key), std::move(*item));
            lua_pop(lua_, 1);
        }
        const std::int64_t holes = last - static_cast<std::int64_t>(map.size());
        // A list from an object may hold nil; what an expression makes may not.
        const bool is_list = only_positions && (holes == 0 || (kind == kList && holes <= 1000));
        if (!is_list) return Value(std::move(map));
        Value::List list(static_cast<std::size_t>(last));
        for (auto& [key, item] : map) list[static_cast<std::size_t>(*key.integer() - 1)] = item;
        return Value(std::move(list));
    }

    lua_State* lua_;
    std::size_t items_ = 0;
    std::size_t bytes_ = 0;
};

std::size_t entries(lua_State* lua, int table) {
    std::size_t count = 0;
    lua_pushnil(lua);
    while (lua_next(lua, table)) {
        ++count;
        lua_pop(lua, 1);
    }
    return count;
}

// Requires: a protected call. Both indices are absolute.
bool same_content(lua_State* lua, int a, int b, int depth) {
    if (lua_rawequal(lua, a, b)) return true;
    if (!lua_istable(lua, a) || !lua_istable(lua, b)) return false;
    if (depth >= kMaxDepth) luaL_error(lua, "these values are nested too deeply to compare");
    luaL_checkstack(lua, 8, nullptr);
    charge(lua, kEntryWork);
    std::size_t count = 0;
    lua_pushnil(lua);
    while (lua_next(lua, a)) {
        ++count;
        charge(lua, kEntryWork);
        lua_pushvalue(lua, -2);
        lua_rawget(lua, b);
        const bool same = same_content(lua, lua_gettop(lua) - 1, lua_gettop(lua), depth + 1);
        lua_pop(lua, same ? 2 : 3);
        if (!same) return false;
    }
    return count == entries(lua, b);
}

int tables_equal(lua_State* lua) {
    lua_pushboolean(lua, same_content(lua, 1, 2, 0));
    return 1;
}

int rank(int type) {
    return type == LUA_TTABLE ? LUA_TTHREAD + 1 : type;
}

}  // namespace

void push_value(lua_State* lua, const Value& value) {
    luaL_checkstack(lua, 8, nullptr);
    if (auto* boolean = value.boolean())
        lua_pushboolean(lua, *boolean);
    else if (auto* integer = value.integer())
        lua_pushinteger(lua, *integer);
    else if (auto* real = value.real())
        lua_pushnumber(lua, *real);
    else if (auto* text = value.text())
        lua_pushlstring(lua, text->data(), text->size());
    else if (auto* list = value.list())
        push_list(lua, *list);
    else if (auto* map = value.map())
        push_map(lua, *map);
    else
        lua_pushnil(lua);
}

Result<Value> to_value(lua_State* lua, int index) {
    const int top = lua_gettop(lua);
    auto result = Reader(lua).read(index, 0);
    lua_settop(lua, top);
    return result;
}

void open_values(lua_State* lua) {
    for (Kind kind : {kLiteral, kList, kMap}) {
        lua_createtable(lua, 0, 2);
        lua_pushcfunction(lua, tables_equal);
        lua_setfield(lua, -2, "__eq");
        if (kind == kMap) {
            lua_pushcfunction(lua, value_length);
            lua_setfield(lua, -2, "__len");
        }
        lua_rawsetp(lua, LUA_REGISTRYINDEX, &kind_keys[kind]);
    }
}

int mark_table(lua_State* lua) {
    set_kind(lua, kLiteral);
    return 1;
}

int value_length(lua_State* lua) {
    if (lua_type(lua, 1) == LUA_TSTRING) {
        lua_pushinteger(lua, static_cast<lua_Integer>(lua_rawlen(lua, 1)));
        return 1;
    }
    if (!lua_istable(lua, 1))
        return luaL_error(lua, "len of a %s: only lists, maps and texts have one",
                          luaL_typename(lua, 1));
    charge(lua, lua_rawlen(lua, 1));
    lua_pushinteger(lua, static_cast<lua_Integer>(entries(lua, 1)));
    return 1;
}

int value_less(lua_State* lua) {
    const int a = lua_type(lua, 1);
    const int b = lua_type(lua, 2);
    if (a == b && (a == LUA_TNUMBER || a == LUA_TSTRING)) {
        lua_pushboolean(lua, lua_compare(lua, 1, 2, LUA_OPLT));
        return 1;
    }
    bool less = rank(a) < rank(b);
    bool comparable = true;
    if (a == b) {
        // The values must be gone before an error is raised: Lua jumps over their destructors.
        const auto left = to_value(lua, 1);
        const auto right = to_value(lua, 2);
        comparable = left.ok() && right.ok();
        less = comparable && *left < *right;
    }
    if (!comparable) return luaL_error(lua, "these values cannot be put in order");
    lua_pushboolean(lua, less);
    return 1;
}

int value_text(lua_State* lua) {
    if (lua_type(lua, 1) != LUA_TTABLE) {
        if (lua_isfunction(lua, 1))
            lua_pushliteral(lua, "function");
        else
            luaL_tolstring(lua, 1, nullptr);
        return 1;
    }
    // The sandbox owns the text while Lua copies it, in case that raises.
    std::string& scratch = scratch_text(lua);
    {
        const auto value = to_value(lua, 1);
        scratch = value.ok() ? value->to_string() : "{...}";
    }
    lua_pushlstring(lua, scratch.data(), scratch.size());
    return 1;
}

}  // namespace stagger::spec
