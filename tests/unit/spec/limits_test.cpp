// SPDX-License-Identifier: Apache-2.0
//
// Input that is made to cost time or memory is refused, in few words.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "harness/spec/parse.hpp"

namespace stagger::spec {
namespace {

constexpr const char* kHead = "name = \"a\"\n[objects]\nn = { type = \"register\" }\n";

// The first diagnostic of a text that must be refused.
Diagnostic refusal(const std::string& text) {
    const auto outcome = parse_scenario(text, "a.toml");
    EXPECT_FALSE(outcome.scenario);
    if (outcome.diagnostics.empty()) return {};
    EXPECT_LE(outcome.diagnostics.size(), 20u);
    for (const Diagnostic& diagnostic : outcome.diagnostics)
        EXPECT_LT(diagnostic.render().size(), 2'000u);
    return outcome.diagnostics[0];
}

std::string repeated(const std::string& text, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += text;
    return out;
}

TEST(Limits, AHugeFileIsRefusedBeforeItIsRead) {
    const auto path = std::filesystem::path(testing::TempDir()) / "stagger_huge_spec.toml";
    std::ofstream(path) << "name = 1";
    std::filesystem::resize_file(path, 100'000'000);  // sparse: 100 MB of nothing
    const auto outcome = load_scenario(path.string());
    ASSERT_EQ(outcome.diagnostics.size(), 1u);
    EXPECT_NE(outcome.diagnostics[0].message.find("100000000 bytes"), std::string::npos);
    std::filesystem::remove(path);
}

TEST(Limits, AFileThatIsNoneIsRefused) {
    EXPECT_NE(load_scenario("/nowhere/a.toml").diagnostics.at(0).message.find("there is no file"),
              std::string::npos);
    EXPECT_FALSE(load_scenario("/dev/zero").diagnostics.empty());
    EXPECT_FALSE(load_scenario("/").diagnostics.empty());
}

TEST(Limits, TextBeyondTheLargestSpecIsRefused) {
    EXPECT_NE(refusal(std::string(kMaxSpecBytes + 1, '#')).message.find("bytes"),
              std::string::npos);
}

TEST(Limits, ManySteps) {
    const std::string text = kHead + std::string("[process.p]\nsteps = [\n") +
                             repeated("{ load = \"n\", into = \"x\" },\n", 20'000) + "]\n";
    EXPECT_EQ(refusal(text).message, "more than 10000 steps");
}

TEST(Limits, AsManyStepsAsAllowed) {
    const std::string text = kHead + std::string("[process.p]\nsteps = [\n") +
                             repeated("{ store = \"n\", value = \"self + 1\" },\n", 10'000) + "]\n";
    EXPECT_TRUE(parse_scenario(text, "a.toml").diagnostics.empty());
}

TEST(Limits, ManyMistakesGiveFewMessages) {
    const std::string text = kHead + std::string("[process.p]\nsteps = [\n") +
                             repeated("{ lode = \"m\", vlaue = \"y + \" },\n", 20'000) + "]\n";
    EXPECT_EQ(refusal(text).position.line, 6u);
}

TEST(Limits, ManyObjectsAndProcesses) {
    std::string objects = "name = \"a\"\n[objects]\n";
    std::string roles = "name = \"a\"\n";
    for (int i = 0; i < 10'000; ++i) {
        objects += "o" + std::to_string(i) + " = { type = \"mutex\" }\n";
        roles += "[process.p" + std::to_string(i) + "]\nsteps = [ { sleep = 1 } ]\n";
    }
    EXPECT_EQ(refusal(objects).message, "more than 1024 objects");
    EXPECT_EQ(refusal(roles).message, "more than 112 processes");
}

TEST(Limits, ManyUnknownKeys) {
    std::string text = "name = \"a\"\n";
    for (int i = 0; i < 50'000; ++i) text += "key" + std::to_string(i) + " = 1\n";
    EXPECT_NE(refusal(text).message.find("key0"), std::string::npos);
}

TEST(Limits, DeepNestingOverflowsNoStack) {
    refusal("name = " + repeated("[", 1'000'000));
    refusal("name = " + repeated("{ a = ", 100'000));
    refusal("[" + repeated("a.", 400'000) + "a]");
    refusal(repeated("a.", 400'000) + "a = 1");
    std::string steps = "{ sleep = 1 }";
    for (int i = 0; i < 200; ++i) steps = "{ repeat = 2, steps = [ " + steps + " ] }";
    refusal(kHead + std::string("[process.p]\nsteps = [ ") + steps + " ]\n");
    refusal(kHead + std::string("[process.p]\nsteps = [ { assert = \"") + repeated("(", 100'000) +
            "\" } ]\n");
    refusal(kHead + std::string("[process.p]\nsteps = [ { assert = \"") + repeated("{", 100'000) +
            repeated("}", 100'000) + "\" } ]\n");
}

TEST(Limits, LongNamesAreCutInMessages) {
    refusal("name = \"a\"\n" + std::string(1'000'000, 'k') + " = 1\n");
    refusal(kHead + std::string("[process.p]\nsteps = [ { load = \"") +
            std::string(1'000'000, 'x') + "\" } ]\n");
    refusal(kHead + std::string("[process.p]\nsteps = [ { assert = \"") +
            std::string(1'000'000, 'x') + "\" } ]\n");
}

}  // namespace
}  // namespace stagger::spec
