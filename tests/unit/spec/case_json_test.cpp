// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "harness/spec/cases.hpp"

namespace stagger::spec {
namespace {

Case example() {
    Case one;
    one.id = "increment/shm/locked=true";
    one.backend = "shm";
    one.object_backends = {{"m", "file"}};
    one.params = {{"locked", true},
                  {"text", "caf\xc3\xa9 \"x\"\n"},
                  {"real", 2.0},
                  {"least", std::numeric_limits<std::int64_t>::min()},
                  {"deep", Value::Map{{"a", Value::List{1, 2.5, Value::List{}}}}}};
    one.options = {{"shm", {{"lock", "spin"}}}, {"file", {}}};
    one.expect.final = {{"n == 102", {3, 9}, 4}};
    one.expect.visible = {{"n", 0.5}};
    one.expect.observe = {{"p0.r", {4, 1}, 5}};
    one.expect.outcomes = {{"0,1", OutcomeClass::Interesting}, {"1,1", OutcomeClass::Forbidden}};
    one.expect.allow = {"stale-read"};
    one.explore.schedules = ~std::uint64_t{0};
    one.explore.mode = Mode::Free;
    one.explore.cpus = "0-3";
    one.finds = {"lost-update"};
    one.real_libc = true;
    one.position = {12, 1};
    return one;
}

TEST(CaseJson, ComesBackAsItWas) {
    const auto back = case_from_json(case_to_json(example()));
    ASSERT_TRUE(back.ok()) << back.error().message;
    EXPECT_EQ(case_to_json(*back), case_to_json(example()));
    EXPECT_EQ(back->params, example().params);
    EXPECT_NE(back->params.at("real").real(), nullptr) << "a real stays a real";
    EXPECT_EQ(back->options, example().options);
    EXPECT_EQ(back->expect.final[0].id, 4u);
    EXPECT_EQ(back->expect.outcomes, example().expect.outcomes);
    EXPECT_EQ(back->explore.schedules, example().explore.schedules);
    EXPECT_FALSE(back->explore.seconds);
    EXPECT_EQ(back->position, (Position{12, 1}));
}

TEST(CaseJson, FaultsComeBackAndMayBeMissing) {
    Case one = example();
    one.faults.victims[FaultKind::Kill] = {{"owner", {}}, {"worker", 3}};
    one.faults.victims[FaultKind::Slow] = {};
    one.faults.max = 4;
    const auto back = case_from_json(case_to_json(one));
    ASSERT_TRUE(back.ok()) << back.error().message;
    EXPECT_EQ(back->faults.victims, one.faults.victims);
    EXPECT_EQ(back->faults.max, 4u);
    std::string text = case_to_json(Case{});
    const std::string member = "\"faults\":{\"max\":1,\"victims\":{}},";
    ASSERT_NE(text.find(member), std::string::npos) << text;
    text.erase(text.find(member), member.size());
    EXPECT_TRUE(case_from_json(text).ok()) << "schedules of before faults were there";
}

TEST(CaseJson, AnEmptyCaseComesBack) {
    EXPECT_EQ(case_to_json(*case_from_json(case_to_json(Case{}))), case_to_json(Case{}));
}

TEST(CaseJson, RefusesWhatIsNoCase) {
    EXPECT_FALSE(case_from_json("").ok());
    EXPECT_FALSE(case_from_json("{").ok());
    EXPECT_FALSE(case_from_json("[]").ok());
    EXPECT_FALSE(case_from_json("{}").ok());
    EXPECT_FALSE(case_from_json(std::string(100'000, '[')).ok());
    std::string text = case_to_json(example());
    const std::string from = "\"finds\":[\"lost-update\"]";
    text.replace(text.find(from), from.size(), "\"finds\":5");
    const auto wrong = case_from_json(text);
    ASSERT_FALSE(wrong.ok());
    EXPECT_NE(wrong.error().message.find("\"finds\""), std::string::npos);
}

TEST(CaseJson, DamagedTextNeverCrashes) {
    const std::string good = case_to_json(example());
    std::mt19937 random(5);
    for (int i = 0; i < 5000; ++i) {
        std::string text = good;
        for (auto n = 1 + random() % 3; n > 0; --n)
            text[random() % text.size()] = static_cast<char>(random());
        const auto result = case_from_json(text);
        EXPECT_EQ(result.ok(), result.ok());
    }
}

}  // namespace
}  // namespace stagger::spec
