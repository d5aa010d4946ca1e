// SPDX-License-Identifier: Apache-2.0
//
// A planted mistake for each oracle of streams, topics, remote procedure calls and read-write
// locks: found by its name, while the same scenario without the mistake holds.
#include <gtest/gtest.h>

#include "tests/integration/world.hpp"

namespace stagger::engine {
namespace {

struct Planted {
    const char* name;
    const char* bug;
    const char* objects;
    const char* roles;
    const char* symptom;
};

std::ostream& operator<<(std::ostream& out, const Planted& planted) {
    return out << planted.name;
}

constexpr const char* kStream = R"(s = { type = "stream" })";
constexpr const char* kTwoWrites = R"(
[process.writer]
steps = [{ write = "s", bytes = 40 }, { write = "s", bytes = 24 }, { close = "s" }]
[process.reader]
steps = [{ let = { how = "'ok'" } },
         { while = "how == 'ok'", limit = 10, steps = [{ read = "s", into = ["x", "how"] }] }]
)";
constexpr const char* kTwoWriters = R"(
[process.writer]
count = 2
steps = [{ write = "s", bytes = 48 }]
[process.reader]
steps = [{ join = "writer" }, { read = "s", into = "x" }]
)";
constexpr const char* kTopic = R"(t = { type = "topic", capacity = 4 }
ready = { type = "event" })";
constexpr const char* kPublished = R"(
[process.speaker]
steps = [{ wait = "ready" }, { publish = "t", value = 1 }, { publish = "t", value = 2 },
         { publish = "t", value = 3 }]
[process.listener]
steps = [{ subscribe = "t" }, { set = "ready" }, { join = "speaker" },
         { repeat = 3, steps = [{ receive = "t", timeout = 0, into = ["x", "how"] }] }]
)";
constexpr const char* kRpc = R"(r = { type = "rpc" })";
constexpr const char* kServed = R"(
[process.caller]
count = 2
steps = [{ call = "r", value = "self + 1", timeout = 5, into = ["y", "how"] }]
[process.teller]
daemon = true
steps = [{ repeat = 3, steps = [{ serve = "r", into = "x" }, { reply = "r", value = "x * 10" }] }]
)";
constexpr const char* kLock = R"(w = { type = "rwlock" })";
constexpr const char* kWriters = R"(
[process.writer]
count = 2
steps = [{ lock = "w" }, { unlock = "w" }]
)";

const Planted kAll[] = {
    {"StreamLoses", "lose", kStream, kTwoWrites, "lost-message"},
    {"StreamRepeats", "repeat", kStream, kTwoWrites, "duplicate-message"},
    {"StreamReorders", "reorder", kStream, kTwoWrites, "reordered-message"},
    {"StreamInvents", "invent", kStream, kTwoWrites, "invented-message"},
    {"StreamTears", "tear", kStream, kTwoWriters, "torn-value"},
    {"TopicLoses", "lose", kTopic, kPublished, "lost-message"},
    {"TopicRepeats", "repeat", kTopic, kPublished, "duplicate-message"},
    {"TopicReorders", "reorder", kTopic, kPublished, "reordered-message"},
    {"TopicInvents", "invent", kTopic, kPublished, "invented-message"},
    {"TopicLosesUncounted", "forget", kTopic, kPublished, "lost-message"},
    {"RpcServesTwice", "serve-twice", kRpc, kServed, "duplicate-message"},
    {"RpcInventsReplies", "invent", kRpc, kServed, "invented-message"},
    {"RwLockSharesWriters", "share", kLock, kWriters, "mutual-exclusion"},
};

class PlantedMistake : public ::testing::TestWithParam<Planted> {};

CaseResult run(const Planted& planted, const std::string& bug) {
    const spec::Scenario scenario = testing::scenario_from(
        "name = \"planted\"\n[objects]\n" + std::string(planted.objects) + planted.roles +
        "[[case]]\nbackend = \"broken_channels\"\noptions = { bug = \"" + bug + "\" }\n");
    CampaignOptions options = testing::world();
    options.schedules = 200;
    options.replays = 1;
    return run_case(scenario, scenario.cases.front(), options);
}

TEST_P(PlantedMistake, IsFoundByItsNameAndNothingIsFoundWithoutIt) {
    const CaseResult found = run(GetParam(), GetParam().bug);
    EXPECT_EQ(found.status, CaseStatus::Fail) << testing::describe(found);
    EXPECT_NE((" " + testing::symptoms_of(found) + ",").find(GetParam().symptom), std::string::npos)
        << testing::describe(found);
    const CaseResult held = run(GetParam(), "none");
    EXPECT_EQ(held.status, CaseStatus::Pass) << testing::describe(held);
}

INSTANTIATE_TEST_SUITE_P(All, PlantedMistake, ::testing::ValuesIn(kAll),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace stagger::engine
