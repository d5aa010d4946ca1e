// SPDX-License-Identifier: Apache-2.0
#include "harness/base/document.hpp"

#include <gtest/gtest.h>

namespace stagger::document {
namespace {

Node parsed(std::string_view text) {
    auto result = parse(text);
    if (auto* problem = std::get_if<Problem>(&result)) {
        ADD_FAILURE() << problem->message;
        return {};
    }
    return std::get<Node>(std::move(result));
}

Problem problem_in(std::string_view text) {
    auto result = parse(text);
    if (auto* problem = std::get_if<Problem>(&result)) return *problem;
    ADD_FAILURE() << "this should not parse: " << text;
    return {};
}

TEST(Document, KeepsTheOrderOfTheFileAndWhereThingsStand) {
    const Node root = parsed("z = 1\na = { y = 2, b = 'x' }\n[m]\nk = [true, 1.5]\n");
    ASSERT_EQ(root.entries()->size(), 3u);
    EXPECT_EQ((*root.entries())[0].key, "z");
    EXPECT_EQ((*root.entries())[1].key, "a");
    EXPECT_EQ(root.find("a")->position, (Position{2, 1}));
    EXPECT_EQ(root.find("a")->value.find("b")->value.position, (Position{2, 18}));
    EXPECT_EQ(*root.find("m")->value.find("k")->value.items()->at(0).boolean(), true);
    EXPECT_EQ(root.find("missing"), nullptr);
}

TEST(Document, SaysWhereAndWhatToDo) {
    const Problem problem = problem_in("a = 1\nb = { c = 1,\n d = 2 }\n");
    EXPECT_EQ(problem.position.line, 2u);
    EXPECT_EQ(problem.hint, "break lines inside [ ] only");
    EXPECT_EQ(problem_in(std::string_view("a = 1\nb\0 = 2", 11)).position, (Position{2, 2}));
}

TEST(Document, AHeaderThatIsNoneIsRefusedNotAsserted) {
    for (const char* text : {"[=]", "[.a]", "[[{]]", "[a.=]", "= 1", ". = 1", "a = { = 1 }"})
        EXPECT_EQ(problem_in(text).position.line, 1u) << text;
}

TEST(Document, RefusesWhatWouldOverflowAStack) {
    EXPECT_NE(problem_in("a = " + std::string(100'000, '[')).message.find("deep"),
              std::string::npos);
    std::string dots = "a";
    for (int i = 0; i < 100'000; ++i) dots += ".a";
    EXPECT_NE(problem_in(dots + " = 1").message.find("parts"), std::string::npos);
    EXPECT_NE(problem_in("[" + dots + "]").message.find("parts"), std::string::npos);
    std::string tables = "a = ";
    for (int i = 0; i < 47; ++i) tables += "{ a.a.a.a.a.a.a.a = ";
    EXPECT_NE(problem_in(tables + "1" + std::string(47, '}')).message.find("deep"),
              std::string::npos);
}

TEST(Document, DotsInsideTextAndNumbersAreNoKeys) {
    const std::string dots(1000, '.');
    EXPECT_EQ(*parsed("a = '" + dots + "'").find("a")->value.text(), dots);
    EXPECT_EQ(*parsed("a = \"\"\"\n\\\"" + dots + "\"\"\"").find("a")->value.text(), "\"" + dots);
    parsed("# " + dots + "\na = 1");
    std::string numbers = "a = [";
    for (int i = 0; i < 100; ++i) numbers += "1.5, ";
    parsed(numbers + "]");
}

TEST(Document, BecomesAValue) {
    const auto value = to_value(parsed("a = [1, 'x', { b = true }]"));
    EXPECT_EQ(std::get<Value>(value).to_string(), "{a = [1, 'x', {b = true}]}");
    EXPECT_TRUE(std::holds_alternative<Problem>(to_value(parsed("a = 1979-05-27"))));
    EXPECT_TRUE(std::holds_alternative<Problem>(to_value(parsed("a = [inf]"))));
}

}  // namespace
}  // namespace stagger::document
