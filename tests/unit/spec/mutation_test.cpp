// SPDX-License-Identifier: Apache-2.0
//
// Specs damaged at random never crash the parser, and are either good or explained.
#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <sstream>

#include "harness/spec/cases.hpp"
#include "harness/spec/parse.hpp"

namespace stagger::spec {
namespace {

constexpr const char* kSeedSpec = R"(name = "seed"
summary = "Something of everything."
[params]
limit = 3
list = [1, 2]
[objects]
n = { type = "register", initial = 100, size = 16 }
d = { type = "map", initial = { a = [1] } }
q = { type = "queue", initial = [1], capacity = 2 }
fork = { type = "mutex", count = 3 }
c = { type = "condition" }
b = { type = "barrier", capacity = 2 }
[process.worker]
count = 2
threads = 2
steps = [
  { lock = "fork[self]", timeout = 1, into = ["_", "how"] },
  { as_one = "increment", steps = [
      { load = "n", into = "x" }, { store = "n", value = "x + 1" } ] },
  { while = "x < limit", limit = 20, steps = [ { break = true, when = "i > 2" } ] },
  { if = "how == 'ok'", steps = [ { append = "d", key = "'a'", value = "{ x, 'b' }" } ] },
  { wait = "c", with = "fork[0]" },
]
[process.p]
daemon = true
steps = [ { join = "worker" }, { take = "q", into = "y" } ]
[expect]
final = ["n == 102", "worker[0][1].x >= 100"]
visible = { n = 10 }
[explore]
schedules = 10
[[case]]
backend = ["shm", { n = "shm", d = "pipe", q = "pipe", fork = "shm", c = "shm", b = "shm" }]
params = { limit = [1, 2], list = [[1], [2, 3]] }
options = { lock = ["spin", "mutex"], shm = { order = "relaxed" }, libc = "real" }
finds = ["lost-update"]
[[case]]
backend = "private"
expect = { final = "p.y ~= 7", observe = ["p.y"], outcomes = { "1" = "acceptable" } }
)";

// One edit: a byte, a slice moved elsewhere, a slice removed, or a word of the language.
std::string mutated(std::string text, std::mt19937& random) {
    constexpr const char* kWords[] = {
        "[[case]]", "\"",      "'",    "{",    "}",    "[",     "]",     "\n",   "=",
        ",",        "-1",      "nan",  "1e9",  "true", "steps", "n",     "self", "'''",
        "\\",       "\\u0000", "when", "load", "with", "count", "worker"};
    const std::size_t at = random() % text.size();
    const std::size_t length = 1 + random() % 20;
    switch (random() % 4) {
        case 0:
            text[at] = static_cast<char>(random());
            break;
        case 1:
            text.erase(at, length);
            break;
        case 2:
            text.insert(random() % text.size(), text.substr(at, length));
            break;
        default:
            text.insert(at, kWords[random() % std::size(kWords)]);
            break;
    }
    return text;
}

void check(const std::string& text) {
    const auto outcome = parse_scenario(text, "a.toml");
    ASSERT_EQ(outcome.scenario.has_value(), outcome.diagnostics.empty());
    for (const Diagnostic& diagnostic : outcome.diagnostics) {
        EXPECT_FALSE(diagnostic.message.empty());
        EXPECT_GT(diagnostic.position.line, 0u) << diagnostic.render();
        EXPECT_FALSE(diagnostic.render().empty());
    }
    if (!outcome.scenario) return;
    for (const Case& one : outcome.scenario->cases) {
        const auto back = case_from_json(case_to_json(one));
        ASSERT_TRUE(back.ok()) << back.error().message;
        EXPECT_EQ(case_to_json(*back), case_to_json(one));
    }
}

TEST(Mutation, TheSeedItselfIsGood) {
    const auto outcome = parse_scenario(kSeedSpec, "a.toml");
    for (const Diagnostic& diagnostic : outcome.diagnostics) ADD_FAILURE() << diagnostic.render();
    ASSERT_TRUE(outcome.scenario);
    EXPECT_EQ(outcome.scenario->cases.size(), 2u * 2 * 2 * 2 + 1);
}

TEST(Mutation, DamagedSpecsNeverCrashTheParser) {
    std::mt19937 random(20240607);
    for (int i = 0; i < 4000; ++i) {
        std::string text = kSeedSpec;
        for (auto edits = 1 + random() % 4; edits > 0 && !text.empty(); --edits)
            text = mutated(std::move(text), random);
        check(text);
    }
}

TEST(Mutation, SpecsCutShortAnywhereNeverCrashTheParser) {
    const std::string text = kSeedSpec;
    for (std::size_t size = 0; size < text.size(); ++size) check(text.substr(0, size));
}

}  // namespace
}  // namespace stagger::spec
