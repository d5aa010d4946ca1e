// SPDX-License-Identifier: Apache-2.0
//
// `stagger explain`: every symptom has its meaning, and an example that shows it.
#include <gtest/gtest.h>

#include <set>

#include "harness/base/symptoms.hpp"
#include "tests/e2e/stagger.hpp"

namespace stagger::e2e {
namespace {

// No oracle reports data races by themselves.
const std::set<std::string_view> kWithoutExample = {"data-race"};

std::string example(const TemporaryFolder& folder, std::string_view symptom) {
    return stagger(folder, {"explain", std::string(symptom), "--example"}).out;
}

TEST(Explain, SaysOfEverySymptomWhatToLookAtAndWhatHelps) {
    const TemporaryFolder folder;
    const Outcome all = stagger(folder, {"explain"});
    EXPECT_EQ(all.ending, testing::Ending(Exited{0}));
    for (const std::string_view symptom : kSymptomNames) {
        EXPECT_TRUE(contains(all.out, std::string(symptom) + " ")) << symptom;
        const Outcome outcome = stagger(folder, {"explain", std::string(symptom)});
        EXPECT_EQ(outcome.ending, testing::Ending(Exited{0})) << symptom;
        EXPECT_EQ(outcome.out.find(symptom), 0U) << outcome.out;
        for (const char* part : {"what to look at\n    ", "what usually helps\n    - "})
            EXPECT_TRUE(contains(outcome.out, part)) << symptom;
        EXPECT_NE(contains(outcome.out, "the smallest example"), kWithoutExample.contains(symptom))
            << symptom;
    }
}

// All examples in one gate: each is found as the headline or beside it, or the gate fails. That a
// hang is one takes ten seconds of computing for each try; there is integration.Broken for it.
TEST(Explain, HasExamplesThatShowWhatTheyAreFor) {
    const TemporaryFolder folder;
    std::size_t shown = 0;
    for (const std::string_view symptom : kSymptomNames) {
        if (kWithoutExample.contains(symptom)) continue;
        const std::string text = example(folder, symptom);
        const std::string name = "\"" + std::string(symptom) + "\"\n";
        EXPECT_TRUE(contains(text, "name    = " + name)) << text;
        EXPECT_TRUE(contains(text, "finds   = " + name)) << text;
        if (symptom == "hang") {
            folder.write("slow/hang.toml", text);
            continue;
        }
        folder.write("examples/" + std::string(symptom) + ".toml", text);
        ++shown;
    }
    const Outcome gate = stagger_quick(folder, {"gate", "examples"});
    EXPECT_EQ(gate.ending, testing::Ending(Exited{0})) << gate.out;
    EXPECT_TRUE(
        contains(gate.out, std::to_string(shown) + " cases: " + std::to_string(shown) + " passed"))
        << gate.out;
    EXPECT_EQ(stagger(folder, {"validate", "slow"}).ending, testing::Ending(Exited{0}));
}

TEST(Explain, OffersTheNearestSymptom) {
    const TemporaryFolder folder;
    const Outcome outcome = stagger(folder, {"explain", "lost-updat"});
    EXPECT_EQ(outcome.ending, testing::Ending(Exited{64}));
    EXPECT_TRUE(contains(outcome.err, "did you mean \"lost-update\"?")) << outcome.err;
    EXPECT_EQ(stagger(folder, {"explain", "--example"}).ending, testing::Ending(Exited{64}));
    EXPECT_EQ(stagger(folder, {"explain", "data-race", "--example"}).ending,
              testing::Ending(Exited{4}));
}

}  // namespace
}  // namespace stagger::e2e
