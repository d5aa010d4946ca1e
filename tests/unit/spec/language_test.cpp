// SPDX-License-Identifier: Apache-2.0
//
// The tables of the language are whole: what the parser looks up in them is there.
#include <gtest/gtest.h>

#include <set>

#include "harness/spec/language.hpp"
#include "harness/spec/schema.hpp"

namespace stagger::spec {
namespace {

constexpr Part kParts[] = {Part::File,    Part::Object, Part::Role, Part::Expect,
                           Part::Explore, Part::Faults, Part::Case, Part::Step};

TEST(Language, DescribesEveryTypeButTheActor) {
    EXPECT_EQ(types().size(), std::size_t{STAGGER_TYPE_COUNT} - 1);
    for (const TypeInfo& facts : types()) {
        EXPECT_EQ(&facts_of(facts.type), &facts);
        EXPECT_FALSE(facts.summary.empty()) << name(facts.type);
        EXPECT_EQ(facts.initial == InitialKind::None, facts.wanted_initial.empty());
    }
}

TEST(Language, HasAControlForEveryKindOfStep) {
    std::set<StepKind> kinds{StepKind::Operation};
    for (const ControlInfo& control : controls()) kinds.insert(control.kind);
    EXPECT_EQ(kinds.size(), static_cast<std::size_t>(StepKind::AsOne) + 1);
}

TEST(Language, GivesStepsOnlyKeysThatStepsHave) {
    for (const ControlInfo& control : controls())
        for (const std::string_view key : words_of(control.keys))
            EXPECT_EQ(key_of(Part::Step, key).name, key);
}

TEST(Language, SaysSomethingOfEveryKeyOnce) {
    for (const Part part : kParts) {
        std::set<std::string_view> names;
        for (const KeyInfo& key : keys_of(part)) {
            EXPECT_TRUE(names.insert(key.name).second) << key.name;
            EXPECT_FALSE(key.summary.empty()) << key.name;
            EXPECT_LE(key.least, key.most) << key.name;
        }
    }
}

TEST(Language, NamesEveryFault) {
    for (std::size_t kind = 0; kind < kFaultKinds; ++kind) {
        const std::string_view fault = name(static_cast<FaultKind>(kind));
        EXPECT_EQ(key_of(Part::Faults, fault).takes, Takes::Victims) << fault;
    }
}

TEST(Language, ChoicesAreThoseBetweenBars) {
    EXPECT_EQ(choices_of(key_of(Part::Explore, "mode")),
              (std::vector<std::string>{"controlled", "free"}));
    EXPECT_TRUE(choices_of(key_of(Part::Explore, "time")).empty());
}

TEST(Schema, IsTheSameEachTimeAndKnowsTheStrategies) {
    const std::string schema = json_schema({"calm", "wild"});
    EXPECT_EQ(schema, json_schema({"calm", "wild"}));
    EXPECT_NE(schema.find("\"wild\""), std::string::npos);
    EXPECT_NE(schema, json_schema({"calm"}));
}

}  // namespace
}  // namespace stagger::spec
