// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/engine/decode.hpp"
#include "harness/spec/parse.hpp"

namespace stagger::engine {
namespace {

constexpr const char* kNested = R"(
name = "nested"
[objects]
n = { type = "register" }
m = { type = "mutex" }
[process.p]
steps = [
  { lock = "m" },
  { repeat = 2, steps = [
      { if = "i == 1", steps = [{ store = "n", value = 1 }], else = [{ load = "n", into = "x" }] } ] },
  { unlock = "m" },
]
)";

TEST(SiteLabels, AreThoseOfAllStepsHoweverDeep) {
    const auto parsed = spec::parse_scenario(kNested, "nested.toml");
    ASSERT_TRUE(parsed.scenario) << parsed.diagnostics.front().render();
    const std::vector<std::string> labels = site_labels(*parsed.scenario);
    EXPECT_EQ(labels.size(), parsed.scenario->site_count);
    for (const char* wanted : {"lock m", "store n", "load n", "unlock m"}) {
        EXPECT_EQ(std::count(labels.begin(), labels.end(), wanted), 1) << wanted;
    }
    for (const std::string& label : labels) EXPECT_NE(label, "");
}

TEST(Waits, AreDescribedByTheStepAndOutsideOfStepsByTheCall) {
    control::TaskSlot slot{};
    slot.site = 1;
    slot.call = control::Call::MutexLock;
    EXPECT_EQ(describe_wait(slot, {"lock a", "lock b"}), "lock b");
    slot.site = control::kNoSite;
    EXPECT_EQ(describe_wait(slot, {"lock a", "lock b"}), "pthread_mutex_lock");
}

}  // namespace
}  // namespace stagger::engine
