// SPDX-License-Identifier: Apache-2.0
#include "harness/spec/lua_sandbox.hpp"

#include <algorithm>
#include <cstdlib>
#include <lua.hpp>

#include "harness/base/check.hpp"
#include "harness/spec/expression.hpp"
#include "harness/spec/lua_value.hpp"

namespace stagger::spec {

namespace {

constexpr std::size_t kMemory = std::size_t{16} << 20;     // beyond what compiled code takes
constexpr std::size_t kTurnover = std::size_t{512} << 20;  // allocated by one evaluation
constexpr std::size_t kWork = 200'000'000;                 // charged by one evaluation
constexpr int kInstructions = 10'000'000;
constexpr int kTick = 1'000;  // instructions
constexpr std::size_t kLongText = std::size_t{16} << 10;
constexpr const char* kChunkName = "=expression";
char variables_key;  // its address finds the variables in Lua's registry

// The part of the library that is easier said in Lua. It takes the originals out of reach, and
// replaces those that could run for ever in one call, depend on time, or show an address.
constexpr const char* kPrelude = R"lua(
local charge, less, tostring, of_string, of_table, of_math = ...
local string, table, math, error, setmetatable, type = string, table, math, error, setmetatable, type
local rep, format, gsub, unpack = string.rep, string.format, string.gsub, table.unpack
local insert, remove, select, tonumber = table.insert, table.remove, select, tonumber

local function pick(from, names)
    local to = {}
    for name in string.gmatch(names, "%S+") do to[name] = from[name] end
    return to
end
local s, t, m = pick(string, of_string), pick(table, of_table), pick(math, of_math)

function s.rep(text, count, separator)
    charge((#text + #(separator or "") + 1.0) * (tonumber(count) or 0))
    return rep(text, count, separator)
end
function s.format(pattern, ...)
    if string.find(gsub(pattern, "%%%%", ""), "%%[-+ #0]*%d*%.?%d*p") then
        error("'%p' shows an address, which differs from run to run", 0)
    end
    local values = table.pack(...)
    for i = 1, values.n do
        if type(values[i]) == "table" or type(values[i]) == "function" then
            values[i] = tostring(values[i])
        end
    end
    return format(pattern, unpack(values, 1, values.n))
end
-- Matching takes time polynomial in the text: each repetition is one more in its degree, and so is
-- a back reference, and that a match may begin anywhere.
local function degree_of(pattern)
    local plain, balanced = gsub(gsub(pattern, "%%%%", ""), "%%[b1-9]", "")
    plain = gsub(gsub(plain, "%%.", "x"), "%[.-%]", "x")
    local _, repetitions = gsub(plain, "[%*%+%-%?]", "")
    return repetitions + balanced + (string.find(pattern, "^", 1, true) == 1 and 0 or 1)
end
local function guarded(match)
    return function(text, pattern, ...)
        charge((#text + 1) * (#pattern + 1) + (#text + 1) ^ degree_of(pattern))
        return match(text, pattern, ...)
    end
end
for _, name in ipairs { "find", "match", "gmatch", "gsub" } do s[name] = guarded(string[name]) end

-- Items behind the place are moved, each time.
local function moving(change, given)
    return function(list, ...)
        local place = ...
        if select("#", ...) == given and type(list) == "table" and type(place) == "number" then
            charge(8 * (#list - place + 1))
        end
        return change(list, ...)
    end
end
t.insert, t.remove = moving(insert, 2), moving(remove, 1)

-- A stable merge sort: Lua's own picks pivots by the clock when a table is large.
local function merge(list, from, middle, to, before)
    local left, right, out = from, middle + 1, {}
    while left <= middle and right <= to do
        if before(list[right], list[left]) then
            out[#out + 1], right = list[right], right + 1
        else
            out[#out + 1], left = list[left], left + 1
        end
    end
    while left <= middle do out[#out + 1], left = list[left], left + 1 end
    for i = 1, #out do list[from + i - 1] = out[i] end
end
local function sort(list, from, to, before)
    if from >= to then return end
    local middle = (from + to) // 2
    sort(list, from, middle, before)
    sort(list, middle + 1, to, before)
    merge(list, from, middle, to, before)
end
function t.sort(list, before) sort(list, 1, #list, before or less) end

local function sealed(library, name)
    return setmetatable({}, { __index = library, __newindex = function()
        error("the library '" .. name .. "' cannot be changed", 0)
    end })
end
return { string = sealed(s, "string"), table = sealed(t, "table"), math = sealed(m, "math"),
    ipairs = ipairs, type = type, tonumber = tonumber, tostring = tostring,
    sorted = function(list, before)
        local copy = {}
        for i = 1, #list do copy[i] = list[i] end
        sort(copy, 1, #copy, before or less)
        return copy
    end }, s
)lua";

int charge_function(lua_State* lua) {
    const double work = luaL_checknumber(lua, 1);
    if (!(work < static_cast<double>(kWork))) return luaL_error(lua, "this takes too long");
    if (work > 0) charge(lua, static_cast<std::size_t>(work));
    return 0;
}

int sorted_list(lua_State* lua) {
    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, lua_gettop(lua) - 1, 1);
    return mark_table(lua);
}

std::int64_t bound_of_any(lua_State* lua, int index) {
    int whole = 0;
    const bool number = lua_type(lua, index) == LUA_TNUMBER;
    const lua_Integer bound = number ? lua_tointegerx(lua, index, &whole) : 0;
    if (whole == 0) {
        const char* shown = luaL_tolstring(lua, index, nullptr);
        luaL_error(lua, "any(lo, hi) needs two whole numbers, and one of them is %s",
                   number ? shown : luaL_typename(lua, index));
    }
    if (bound < -kLargestInput || bound > kLargestInput)
        luaL_error(lua, "any(lo, hi) goes from -2^53 to 2^53 at most, which %I is beyond",
                   static_cast<lua_Integer>(bound));
    return bound;
}

// any(lo, hi): a whole number that the strategy chooses.
int any_input(lua_State* lua) {
    if (lua_gettop(lua) != 2) luaL_error(lua, "any(lo, hi) needs two whole numbers");
    const std::int64_t least = bound_of_any(lua, 1), most = bound_of_any(lua, 2);
    if (least > most)
        luaL_error(lua, "any(%I, %I) has nothing to give: its first number is the larger one",
                   static_cast<lua_Integer>(least), static_cast<lua_Integer>(most));
    const InputSource source = input_source(lua);
    if (source.draw == nullptr)
        luaL_error(lua, "any() draws an input for a step of a process; here is none");
    lua_pushinteger(lua, source.draw(source.context, least, most));
    return 1;
}

// Requires: the prelude's first result on top. Adds what is written in C.
void add_functions(lua_State* lua) {
    lua_getfield(lua, -1, "sorted");
    lua_pushcclosure(lua, sorted_list, 1);
    lua_setfield(lua, -2, "sorted");
    lua_pushcfunction(lua, value_length);
    lua_setfield(lua, -2, "len");
    lua_pushcfunction(lua, any_input);
    lua_setfield(lua, -2, "any");
    lua_pushcfunction(lua, mark_table);
    lua_setfield(lua, -2, kMarkTable.data());
}

// The names of what the library has, with spaces between.
void push_members(lua_State* lua, std::string_view library) {
    lua_pushliteral(lua, "");
    for (const std::string& name : library_members(library)) {
        lua_pushlstring(lua, name.data(), name.size());
        lua_pushliteral(lua, " ");
        lua_concat(lua, 3);
    }
}

// Makes the table of variables, behind which stands the library.
int open_sandbox(lua_State* lua) {
    for (const luaL_Reg& library : {luaL_Reg{"_G", luaopen_base},
                                    {"string", luaopen_string},
                                    {"table", luaopen_table},
                                    {"math", luaopen_math}}) {
        luaL_requiref(lua, library.name, library.func, 1);
        lua_pop(lua, 1);
    }
    open_values(lua);
    if (luaL_loadbufferx(lua, kPrelude, std::char_traits<char>::length(kPrelude), "=library",
                         "t") != LUA_OK)
        return lua_error(lua);
    lua_pushcfunction(lua, charge_function);
    lua_pushcfunction(lua, value_less);
    lua_pushcfunction(lua, value_text);
    for (std::string_view library : {"string", "table", "math"}) push_members(lua, library);
    lua_call(lua, 6, 2);
    // Methods of texts: ("x"):rep(3) must find the guarded functions too.
    lua_pushliteral(lua, "");
    lua_getmetatable(lua, -1);
    lua_pushvalue(lua, -3);
    lua_setfield(lua, -2, "__index");
    lua_pop(lua, 3);
    add_functions(lua);
    lua_newtable(lua);
    lua_createtable(lua, 0, 1);
    lua_pushvalue(lua, -3);
    lua_setfield(lua, -2, "__index");
    lua_setmetatable(lua, -2);
    lua_rawsetp(lua, LUA_REGISTRYINDEX, &variables_key);
    return 0;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at))
        text.replace(at, from.size(), to);
}

}  // namespace

// What an evaluation may still use; also Lua's allocator.
struct Sandbox::Meter {
    std::size_t used = 0;
    std::size_t limit = kMemory;
    std::size_t turnover = 0;
    std::size_t work = 0;
    std::size_t longest_text = 0;      // of this evaluation, in bytes
    std::size_t longest_variable = 0;  // since all were forgotten
    int ticks = 0;
    std::string scratch;
    InputSource inputs;

    static void* allocate(void* context, void* block, std::size_t old_size, std::size_t size) {
        auto& meter = *static_cast<Meter*>(context);
        const std::size_t held = block ? old_size : 0;
        // Of a new block Lua tells there what it is for.
        if (!block && old_size == LUA_TSTRING)
            meter.longest_text = std::max(meter.longest_text, size);
        if (size == 0) {
            std::free(block);
            meter.used -= held;
            return nullptr;
        }
        if (size > held) {
            meter.turnover += size - held;
            if (meter.used + (size - held) > meter.limit || meter.turnover > kTurnover)
                return nullptr;
        }
        void* moved = std::realloc(block, size);
        if (moved) meter.used = meter.used - held + size;
        return moved;
    }

    void begin() {
        turnover = work = longest_text = 0;
        ticks = 0;
    }

    // Of so many instructions a good part may compare the longest texts there are: that is one
    // instruction to Lua, however long they are.
    static void on_tick(lua_State* lua, lua_Debug*) {
        void* context = nullptr;
        lua_getallocf(lua, &context);
        auto& meter = *static_cast<Meter*>(context);
        if (++meter.ticks >= kInstructions / kTick)
            luaL_error(lua, "this takes more than %d steps", kInstructions);
        const std::size_t longest = std::max(meter.longest_text, meter.longest_variable);
        if (longest > kLongText) charge(lua, longest);
    }
};

Sandbox::Sandbox() : meter_(std::make_unique<Meter>()) {
    lua_ = lua_newstate(Meter::allocate, meter_.get());
    STAGGER_CHECK(lua_);
    lua_pushcfunction(lua_, open_sandbox);
    STAGGER_CHECK(lua_pcall(lua_, 0, 0, 0) == LUA_OK);
    meter_->limit = meter_->used + kMemory;
}

Sandbox::~Sandbox() {
    lua_close(lua_);
}

Sandbox::Complaint Sandbox::pop_complaint() {
    std::size_t size = 0;
    const char* text = lua_type(lua_, -1) == LUA_TSTRING ? lua_tolstring(lua_, -1, &size) : nullptr;
    Complaint complaint{text ? std::string(text, size) : "an error without a message", 1};
    lua_pop(lua_, 1);
    std::string& message = complaint.message;
    for (const std::string prefix : {"expression:", "library:"}) {
        const std::size_t colon = message.find(": ", prefix.size());
        if (message.rfind(prefix, 0) != 0 || colon == std::string::npos) continue;
        if (prefix[0] == 'e')
            complaint.line = static_cast<std::uint32_t>(std::atoi(message.c_str() + prefix.size()));
        message.erase(0, colon + 2);
    }
    replace_all(message, "global '", "variable '");
    replace_all(message, "<eof> expected near", "unexpected");
    replace_all(message, " near <eof>", " at its end");
    if (message == "not enough memory") message = "this takes too much memory";
    return complaint;
}

std::unique_ptr<Sandbox::Complaint> Sandbox::compile(const std::string& source) {
    meter_->begin();
    const std::size_t before = meter_->used;
    meter_->limit = before + kMemory;
    const std::string code = "return " + scan_expression(source).marked;
    if (luaL_loadbufferx(lua_, code.data(), code.size(), kChunkName, "t") != LUA_OK)
        return std::make_unique<Complaint>(pop_complaint());
    push_variables(lua_);
    if (!lua_setupvalue(lua_, -2, 1)) lua_pop(lua_, 1);
    meter_->limit = std::max(before, meter_->used) + kMemory;
    return nullptr;
}

std::unique_ptr<Sandbox::Complaint> Sandbox::check(const std::string& source) {
    if (auto complaint = compile(source)) return complaint;
    lua_pop(lua_, 1);
    // `1, 2` can be returned but not put into brackets.
    auto complaint = compile("(" + source + "\n)");
    if (!complaint) lua_pop(lua_, 1);
    if (complaint) complaint->message = "it must be one value; a list of several is { 1, 2 }";
    return complaint;
}

std::unique_ptr<Sandbox::Complaint> Sandbox::run() {
    meter_->begin();
    lua_sethook(lua_, Meter::on_tick, LUA_MASKCOUNT, kTick);
    if (lua_pcall(lua_, 0, 1, 0) == LUA_OK) return nullptr;
    auto complaint = std::make_unique<Complaint>(pop_complaint());
    lua_gc(lua_, LUA_GCCOLLECT);
    return complaint;
}

bool Sandbox::call(int (*function)(lua_State*), const void* argument, int results) const {
    meter_->begin();
    lua_pushcfunction(lua_, function);
    lua_pushlightuserdata(lua_, const_cast<void*>(argument));
    const bool called = lua_pcall(lua_, 1, results, 0) == LUA_OK;
    meter_->longest_variable = std::max(meter_->longest_variable, meter_->longest_text);
    if (!called) lua_pop(lua_, 1);
    return called;
}

void Sandbox::draw_from(InputSource source) {
    meter_->inputs = source;
}

void Sandbox::collect_garbage() const {
    lua_gc(lua_, LUA_GCCOLLECT);
}

void Sandbox::forget_variables() const {
    meter_->longest_variable = 0;
}

void Sandbox::push_variables(lua_State* lua) {
    lua_rawgetp(lua, LUA_REGISTRYINDEX, &variables_key);
}

namespace {

void* allocator_context(lua_State* lua) {
    void* context = nullptr;
    lua_getallocf(lua, &context);
    return context;
}

}  // namespace

void charge(lua_State* lua, std::size_t work) {
    auto& meter = *static_cast<Sandbox::Meter*>(allocator_context(lua));
    meter.work += work;
    if (meter.work > kWork) luaL_error(lua, "this takes too long");
}

InputSource input_source(lua_State* lua) {
    return static_cast<Sandbox::Meter*>(allocator_context(lua))->inputs;
}

std::string& scratch_text(lua_State* lua) {
    return static_cast<Sandbox::Meter*>(allocator_context(lua))->scratch;
}

}  // namespace stagger::spec
