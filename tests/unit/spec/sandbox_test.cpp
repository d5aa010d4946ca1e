// SPDX-License-Identifier: Apache-2.0
//
// No expression can hang, exhaust or leave the sandbox, nor see what differs from run to run.
#include <gtest/gtest.h>

#include "harness/spec/evaluator.hpp"

namespace stagger::spec {
namespace {

// The message of an expression that must fail; the evaluator must work on afterwards.
std::string failure(const std::string& source) {
    Evaluator evaluator;
    // Only where it is needed: near a long text, every instruction may compare it.
    if (source.find("text") != std::string::npos)
        evaluator.set("text", std::string(1'000'000, 'a'));
    const auto value = evaluator.evaluate({source, {1, 1}, 0});
    EXPECT_FALSE(value.ok()) << source;
    const auto after = evaluator.evaluate({"1 + 1", {1, 1}, 1});
    EXPECT_TRUE(after.ok() && *after == Value(2)) << source;
    return value.ok() ? "" : value.error().message;
}

void expect_failure(const std::string& source, const std::string& says) {
    const std::string message = failure(source);
    EXPECT_NE(message.find(says), std::string::npos) << source << "\n" << message;
}

TEST(Sandbox, HasNothingThatReachesOutside) {
    Evaluator evaluator;
    std::uint32_t id = 0;
    for (const char* name : {"os",
                             "io",
                             "require",
                             "load",
                             "loadstring",
                             "loadfile",
                             "dofile",
                             "package",
                             "debug",
                             "coroutine",
                             "collectgarbage",
                             "getmetatable",
                             "setmetatable",
                             "rawset",
                             "rawget",
                             "print",
                             "pcall",
                             "error",
                             "next",
                             "pairs",
                             "select",
                             "_G",
                             "utf8",
                             "math.random",
                             "math.randomseed",
                             "string.dump",
                             "string.pack",
                             "table.move"}) {
        const auto value = evaluator.evaluate({name, {1, 1}, id++});
        ASSERT_TRUE(value.ok()) << name;
        EXPECT_TRUE(value->is_nil()) << name;
    }
}

TEST(Sandbox, EndlessExpressionsEnd) {
    expect_failure("(function() while true do end end)()", "steps");
    expect_failure("(function() local function f() return f() end return f() end)()", "steps");
    expect_failure("(''):rep(1e18)", "too long");
    expect_failure("string.find(text, ('a-'):rep(20) .. 'b')", "too long");
    expect_failure("text:match('.-.-.-b')", "too long");
    expect_failure("string.find(text, text, 1, true)", "too long");
    expect_failure("string.find(text, '.-b')", "too long");
    expect_failure("string.rep('', '900000000000000000')", "too long");
    expect_failure("('x'):rep('1e18')", "too long");
    expect_failure("('x'):rep(math.maxinteger)", "too long");
    expect_failure("string.find(('a'):rep(30000), '(.-)%1b')", "too long");
    expect_failure("string.find(('('):rep(100000), '%b()')", "too long");
    expect_failure("string.gsub(('a'):rep(100000), '%a*%f[b]', '')", "too long");
    expect_failure(
        "(function() local t = {} for i = 1, 1e5 do table.insert(t, 1, i) end return #t end)()",
        "too long");
    expect_failure(
        "(function() local t = {} for i = 1, 1e5 do t[i] = i end "
        "while #t > 0 do table.remove(t, 1) end end)()",
        "too long");
    expect_failure(
        "(function() local a, k = ('x'):rep(4000000), 0 local b, c = a .. 'b', a .. 'c' "
        "for i = 1, 1000000 do if b < c then k = k + 1 end end return k end)()",
        "too long");
}

// The bounds are far from what a scenario needs.
TEST(Sandbox, OrdinaryExpressionsAreWithinTheBounds) {
    Evaluator evaluator;
    std::uint32_t id = 0;
    for (const char* source : {
             "string.find(('key = value, '):rep(30), '(%w+) = (%w+)')",
             "string.match('2026-11-22T10:11:12', '^(%d+)-(%d+)-(%d+)T(%d+):')",
             "#string.gsub(('a-b'):rep(1000), '[-+*]', '')",
             "('x'):rep(1 << 20) == ('x'):rep(1 << 20)",
             "(function() local t = {} for i = 1, 50000 do table.insert(t, i) end "
             "while #t > 0 do table.remove(t) end return true end)()",
             "(function() local t = {} for i = 1, 1000 do table.insert(t, 1, i) end "
             "while #t > 0 do table.remove(t, 1) end return true end)()",
         }) {
        const auto value = evaluator.evaluate({source, {1, 1}, id++});
        EXPECT_TRUE(value.ok()) << source << ": " << value.error().message;
    }
}

TEST(Sandbox, GreedyExpressionsFail) {
    expect_failure("('x'):rep(100000000)", "too long");
    expect_failure("(function() local t = {} while true do t[#t + 1] = #t end end)()", "memory");
    expect_failure("(function() local s = 'x' while true do s = s .. s end end)()", "memory");
    expect_failure("(function() local function f() return 1 + f() end return f() end)()", "memory");
    expect_failure("string.rep('x', 1 << 20, text)", "too");
}

TEST(Sandbox, ValuesThatAreNoneFail) {
    expect_failure("(function() local t = {} t[1] = t return t end)()", "contains itself");
    expect_failure("(function() local t = {} for i = 1, 90 do t = { t, t } end return t end)()",
                   "too many items");
    expect_failure("{ f = function() end }", "a function is no value");
    expect_failure("ipairs", "a function is no value");
    expect_failure(
        "(function() local t, u = {}, {} for i = 1, 40 do t, u = { t, t }, { u, u } end "
        "return t == u end)()",
        "too long");
}

TEST(Sandbox, TheLibraryCannotBeChanged) {
    expect_failure("(function() string.rep = nil end)()", "cannot be changed");
    expect_failure("(function() math.huge = 1 end)()", "cannot be changed");
    Evaluator evaluator;
    EXPECT_TRUE(evaluator.evaluate({"(function() len = 5 return len end)()", {1, 1}, 0}).ok());
    evaluator.clear();
    EXPECT_EQ(*evaluator.evaluate({"len('ab')", {1, 1}, 1}), Value(2));
}

TEST(Sandbox, NothingShowsAnAddress) {
    Evaluator evaluator;
    EXPECT_EQ(*evaluator.evaluate({"tostring({ 1 })", {1, 1}, 0}), Value("[1]"));
    EXPECT_EQ(*evaluator.evaluate({"tostring(ipairs)", {1, 1}, 1}), Value("function"));
    EXPECT_EQ(*evaluator.evaluate({"string.format('%s', { 1 })", {1, 1}, 2}), Value("[1]"));
    EXPECT_EQ(*evaluator.evaluate({"string.format('%s', ipairs)", {1, 1}, 3}), Value("function"));
    expect_failure("string.format('%p', {})", "address");
}

TEST(Sandbox, AValueTooLargeForAVariableIsReported) {
    Evaluator evaluator;
    evaluator.set("huge", std::string(std::size_t{20} << 20, 'x'));
    const auto value = evaluator.evaluate({"1", {1, 1}, 0});
    ASSERT_FALSE(value.ok());
    EXPECT_NE(value.error().message.find("huge"), std::string::npos);
    evaluator.clear();
    EXPECT_TRUE(evaluator.evaluate({"1", {1, 1}, 0}).ok());
}

TEST(Sandbox, ManyExpressionsFit) {
    Evaluator evaluator;
    for (std::uint32_t id = 0; id < 30'000; ++id)
        ASSERT_TRUE(
            evaluator.evaluate({"x == nil or x + 1 + " + std::to_string(id), {1, 1}, id}).ok())
            << id;
}

TEST(Sandbox, ManyEvaluationsLeaveNothingBehind) {
    Evaluator evaluator;
    for (int i = 0; i < 2'000; ++i) {
        evaluator.set("t", Value::List{i, std::string(10'000, 'x')});
        ASSERT_TRUE(evaluator.evaluate({"t[2] .. t[1]", {1, 1}, 0}).ok()) << i;
    }
}

}  // namespace
}  // namespace stagger::spec
