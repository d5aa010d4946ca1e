// SPDX-License-Identifier: Apache-2.0
#include "harness/spec/evaluator.hpp"

#include <gtest/gtest.h>

namespace stagger::spec {
namespace {

class EvaluatorTest : public testing::Test {
protected:
    Result<Value> evaluate(const std::string& source) {
        return evaluator.evaluate({source, {7, 3}, next_id++});
    }
    // The value as text, or the error.
    std::string shown(const std::string& source) {
        const auto value = evaluate(source);
        return value.ok() ? value->to_string() : value.error().message;
    }

    Evaluator evaluator;
    std::uint32_t next_id = 0;
};

TEST_F(EvaluatorTest, SeesTheVariablesThatAreSet) {
    evaluator.set("x", 41);
    evaluator.set("name", "text");
    EXPECT_EQ(shown("x + 1"), "42");
    EXPECT_EQ(shown("name .. '!'"), "'text!'");
    evaluator.set("x", Value());
    EXPECT_EQ(shown("x == nil"), "true");
}

TEST_F(EvaluatorTest, CompilesAnExpressionOnceAndSeesNewValues) {
    const Expression expression{"x * 2", {1, 1}, 3};
    for (int i = 0; i < 100; ++i) {
        evaluator.set("x", i);
        EXPECT_EQ(*evaluator.evaluate(expression), Value(2 * i));
    }
}

TEST_F(EvaluatorTest, ClearForgetsAllVariables) {
    evaluator.set("x", 1);
    evaluator.set("y", Value::List{1});
    evaluator.clear();
    EXPECT_EQ(shown("x == nil and y == nil"), "true");
    EXPECT_TRUE(evaluator.get("x").is_nil());
    EXPECT_EQ(shown("string.upper('a')"), "'A'") << "the library is no variable";
}

TEST_F(EvaluatorTest, GetGivesWhatSetTook) {
    const Value value(Value::Map{{"a", Value::List{1, 2.5, "x", true}}, {3, Value::Map{}}});
    evaluator.set("v", value);
    EXPECT_EQ(evaluator.get("v"), value);
    EXPECT_TRUE(evaluator.get("missing").is_nil());
}

TEST_F(EvaluatorTest, IntegersStayIntegersAndRealsReals) {
    EXPECT_NE(evaluate("7 // 2")->integer(), nullptr);
    EXPECT_NE(evaluate("7 / 2")->real(), nullptr);
    EXPECT_EQ(shown("math.maxinteger + 1 == math.mininteger"), "true");
}

TEST_F(EvaluatorTest, ListsAndMapsCompareByContent) {
    evaluator.set("list", Value::List{1, Value::List{2, 3}});
    evaluator.set("other", Value::List{1, Value::List{2, 3}});
    evaluator.set("map", Value::Map{{"a", 1}, {"b", Value::Map{}}});
    EXPECT_EQ(shown("list == other"), "true");
    EXPECT_EQ(shown("list == { 1, { 2, 3 } }"), "true");
    EXPECT_EQ(shown("{ 1, { 2, 3 } } == list"), "true");
    EXPECT_EQ(shown("{ 1, 2 } == { 1, 2 }"), "true") << "two tables that the expression makes";
    EXPECT_EQ(shown("{ 1, 2 } ~= { 2, 1 }"), "true");
    EXPECT_EQ(shown("map == { b = {}, a = 1.0 }"), "true");
    EXPECT_EQ(shown("map == { a = 1 }"), "false");
    EXPECT_EQ(shown("list == 1"), "false");
}

TEST_F(EvaluatorTest, TablesComeBackAsListsOrMaps) {
    EXPECT_EQ(shown("{ 1, 2 }"), "[1, 2]");
    EXPECT_EQ(shown("{ a = 1, [2] = 'x' }"), "{[2] = 'x', a = 1}");
    EXPECT_EQ(shown("{}"), "[]");
    evaluator.set("map", Value::Map{});
    evaluator.set("list", Value::List{});
    EXPECT_EQ(shown("map"), "{}");
    EXPECT_EQ(shown("list"), "[]");
    evaluator.set("numbered", Value::Map{{1, "a"}, {2, "b"}});
    EXPECT_EQ(shown("numbered"), "{[1] = 'a', [2] = 'b'}") << "what was a map stays one";
}

TEST_F(EvaluatorTest, AListMayHoldNil) {
    evaluator.set("list", Value::List{1, Value(), 3});
    EXPECT_EQ(shown("list"), "[1, nil, 3]");
    EXPECT_EQ(shown("list[2] == nil"), "true");
}

TEST_F(EvaluatorTest, HasTheHelpersOfTheLanguage) {
    evaluator.set("list", Value::List{3, 1, 2});
    evaluator.set("map", Value::Map{{"a", 1}, {"b", 2}});
    EXPECT_EQ(shown("sorted(list)"), "[1, 2, 3]");
    EXPECT_EQ(shown("list"), "[3, 1, 2]") << "sorted makes a copy";
    EXPECT_EQ(shown("sorted({ 'b', 2, { 1 }, 'a', true })"), "[true, 2, 'a', 'b', [1]]");
    EXPECT_EQ(shown("sorted(list, function(a, b) return a > b end)"), "[3, 2, 1]");
    EXPECT_EQ(shown("len(map) + len(list) + len('abc') + #map"), "10");
    EXPECT_EQ(shown("type(list) .. tostring(1.5) .. tonumber('7')"), "'table1.57'");
    EXPECT_EQ(shown("table.concat(list, ',')"), "'3,1,2'");
    EXPECT_EQ(shown("('abc'):sub(2):rep(2)"), "'bcbc'");
    EXPECT_EQ(shown("math.max(1, 5)"), "5");
    EXPECT_EQ(shown("string.format('%d %s', 3, list)"), "'3 [3, 1, 2]'");
    EXPECT_EQ(
        shown("(function() local n = 0 for _, v in ipairs(list) do n = n + v end return n end)()"),
        "6");
}

TEST_F(EvaluatorTest, SortingIsStableAlsoForLargeLists) {
    Value::List pairs;
    for (int i = 0; i < 500; ++i) pairs.push_back(Value::List{i % 7, i});
    evaluator.set("pairs", pairs);
    const auto sorted = evaluate("sorted(pairs, function(a, b) return a[1] < b[1] end)");
    ASSERT_TRUE(sorted.ok());
    for (std::size_t i = 1; i < 500; ++i) {
        const auto& before = *(*sorted->list())[i - 1].list();
        const auto& after = *(*sorted->list())[i].list();
        EXPECT_TRUE(before[0] < after[0] || (before[0] == after[0] && before[1] < after[1]));
    }
}

TEST_F(EvaluatorTest, ErrorsSayWhereAndWhatWithoutInternalNames) {
    EXPECT_EQ(shown("x + 1"),
              "7:3: in the expression x + 1: attempt to perform arithmetic on a nil "
              "value (variable 'x')");
    EXPECT_EQ(shown("x +"), "7:3: in the expression x +: unexpected symbol at its end");
    EXPECT_EQ(shown("1 +\n2 +\nnil"),
              "8:1: in the expression 1 +\n2 +\nnil: attempt to perform arithmetic on "
              "a nil value");
    EXPECT_EQ(shown("len(5)"),
              "7:3: in the expression len(5): len of a number: only lists, maps and "
              "texts have one");
}

TEST_F(EvaluatorTest, WorksOnAfterAnError) {
    EXPECT_FALSE(evaluate("nil + 1").ok());
    EXPECT_FALSE(evaluate("(").ok());
    EXPECT_EQ(shown("1 + 1"), "2");
}

TEST_F(EvaluatorTest, CanBeMoved) {
    evaluator.set("x", 1);
    Evaluator other = std::move(evaluator);
    EXPECT_EQ(*other.evaluate({"x", {1, 1}, 0}), Value(1));
}

TEST(FreeNames, AreThoseTheExpressionDoesNotBind) {
    using Names = std::vector<std::string>;
    EXPECT_EQ(*Evaluator::free_names("x + y.z * t[k]"), (Names{"x", "y", "t", "k"}));
    EXPECT_EQ(*Evaluator::free_names("{ a = b, [c] = 1 }"), (Names{"b", "c"}));
    EXPECT_EQ(*Evaluator::free_names("'x' .. [[y]] -- z"), Names{});
    EXPECT_EQ(*Evaluator::free_names("s:len() and not t"), (Names{"s", "t"}));
    EXPECT_EQ(*Evaluator::free_names("(function(a, b) local c = a; return b + c + d end)(e)"),
              (Names{"d", "e"}));
    EXPECT_EQ(*Evaluator::free_names("0x1F + 1e5 + 3 .. 2.5"), Names{});
}

TEST(FreeNames, FailWhereTheTextIsNoLua) {
    EXPECT_FALSE(Evaluator::free_names("x +").ok());
    EXPECT_FALSE(Evaluator::free_names("'open").ok());
}

// Gives the largest, and keeps what it was asked.
std::int64_t give_most(void* asked, std::int64_t least, std::int64_t most) {
    static_cast<std::vector<std::int64_t>*>(asked)->push_back(least);
    return most;
}

TEST_F(EvaluatorTest, AnyAsksTheSourceEachTime) {
    std::vector<std::int64_t> asked;
    evaluator.draw_from({give_most, &asked});
    EXPECT_EQ(shown("any(1, 3) + any(10, 20)"), "23");
    EXPECT_EQ(shown("any(-5, -5)"), "-5");
    EXPECT_EQ(shown("any(2.0, 9007199254740992)"), "9007199254740992");
    EXPECT_EQ(asked, (std::vector<std::int64_t>{1, 10, -5, 2}));
    EXPECT_NE(evaluate("any(0, 1)")->integer(), nullptr);
}

TEST_F(EvaluatorTest, AnyRefusesWhatIsNoRange) {
    std::vector<std::int64_t> asked;
    evaluator.draw_from({give_most, &asked});
    for (const auto& [source, says] : std::vector<std::pair<std::string, std::string>>{
             {"any(3, 1)", "any(3, 1) has nothing to give"},
             {"any(1, 2.5)", "one of them is 2.5"},
             {"any('1', 2)", "one of them is string"},
             {"any(1)", "needs two whole numbers"},
             {"any()", "needs two whole numbers"},
             {"any(1, 2, 3)", "needs two whole numbers"},
             {"any(0, 9007199254740993)", "9007199254740993 is beyond"},
             {"any(math.mininteger, 0)", "is beyond"}}) {
        const auto value = evaluate(source);
        ASSERT_FALSE(value.ok()) << source;
        EXPECT_NE(value.error().message.find(says), std::string::npos) << value.error().message;
        EXPECT_NE(value.error().message.find("7:3: "), std::string::npos);
    }
    EXPECT_TRUE(asked.empty());
}

TEST_F(EvaluatorTest, WithoutASourceNothingIsDrawn) {
    EXPECT_NE(shown("any(0, 1)").find("for a step of a process"), std::string::npos);
}

}  // namespace
}  // namespace stagger::spec
