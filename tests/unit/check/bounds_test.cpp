// SPDX-License-Identifier: Apache-2.0
//
// Large and hard histories: judged, or declared inconclusive with the bound that was reached.
#include <gtest/gtest.h>

#include "harness/check/check.hpp"
#include "harness/check/search.hpp"
#include "tests/unit/check/reference.hpp"

namespace stagger {
namespace {

history::Object reg() {
    history::Object object;
    object.name = "n";
    object.initial = 0;
    return object;
}

history::History large(unsigned calls, unsigned tasks) {
    std::mt19937 random(3);
    reference::Shape shape;
    shape.calls = calls;
    shape.tasks = tasks;
    shape.leave_some_open = false;
    return reference::random_history(reg(), shape, random);
}

// Swaps that all overlap. Their results chain them into one order, but for the last one's, which
// nobody stored: every order must be tried.
history::History hard(unsigned writers) {
    history::History history;
    history.objects.push_back(reg());
    std::uint32_t position = 0;
    for (unsigned i = 0; i <= writers; ++i) {
        history::Task task;
        task.name = "t[" + std::to_string(i) + "]";
        task.process = i;
        history.tasks.push_back(task);
    }
    for (unsigned i = 0; i < writers; ++i) {
        history::Call call;
        call.task = i;
        call.operation = Operation::Swap;
        call.value = static_cast<int>(i + 1);
        call.result = static_cast<int>(i);
        call.invoked = position++;
        history.calls.push_back(call);
    }
    for (unsigned i = 0; i < writers; ++i) history.calls[i].responded = position++;
    history.calls[writers - 1].result = -1;
    return history;
}

// Blind stores that all overlap, so that nothing tells their order, and then a load of what nobody
// stored.
history::History hopeless(unsigned writers) {
    history::History history = hard(writers);
    for (history::Call& call : history.calls) {
        call.operation = Operation::Store;
        call.result = Value();
    }
    history::Call load;
    load.task = writers;
    load.operation = Operation::Load;
    load.result = -1;
    load.invoked = 2 * writers;
    load.responded = 2 * writers + 1;
    history.calls.push_back(load);
    return history;
}

// However slow this machine is.
check::Limits patient() {
    check::Limits limits;
    limits.time = std::chrono::minutes(10);
    return limits;
}

TEST(Bounds, ARegisterHistoryOfTenThousandCallsIsJudged) {
    const auto history = large(10000, 4);
    ASSERT_EQ(history.calls.size(), 10000u);
    const check::Verdict verdict = check::judge(history, {}, {}, patient());
    EXPECT_TRUE(verdict.ok());
    EXPECT_EQ(verdict.common_objects, 1u);
}

TEST(Bounds, OneWrongResultInTenThousandIsFoundOrTheBoundIsNamed) {
    auto history = large(10000, 4);
    auto& call = history.calls[5000];
    call.operation = Operation::Load;
    call.result = 12345;
    const check::Verdict verdict = check::judge(history, {}, {}, {});
    EXPECT_FALSE(verdict.ok());
}

TEST(Bounds, AHardButSmallHistoryIsDecided) {
    EXPECT_FALSE(check::judge(hard(10), {}, {}, patient()).violations.empty());
    EXPECT_FALSE(check::judge(hopeless(10), {}, {}, patient()).violations.empty());
}

TEST(Bounds, PastTheMemoryBoundAHistoryIsInconclusive) {
    check::Limits limits = patient();
    limits.memory_bytes = std::size_t{1} << 20;
    const check::Verdict verdict = check::judge(hopeless(40), {}, {}, limits);
    EXPECT_TRUE(verdict.violations.empty());
    ASSERT_EQ(verdict.inconclusive.size(), 1u);
    EXPECT_NE(verdict.inconclusive[0].find("1048576 bytes of memory"), std::string::npos)
        << verdict.inconclusive[0];
}

TEST(Bounds, PastTheTimeBoundAHistoryIsInconclusive) {
    check::Limits limits;
    limits.time = std::chrono::milliseconds(0);
    const check::Verdict verdict = check::judge(hopeless(40), {}, {}, limits);
    EXPECT_TRUE(verdict.violations.empty());
    ASSERT_EQ(verdict.inconclusive.size(), 1u);
    EXPECT_NE(verdict.inconclusive[0].find("0 ms"), std::string::npos) << verdict.inconclusive[0];
}

TEST(Bounds, NoMemoryAtAllIsInconclusiveAndNoVerdict) {
    check::Limits limits;
    limits.memory_bytes = 0;
    for (const auto& history : {hard(4), large(20, 3)}) {
        const check::Verdict verdict = check::judge(history, {}, {}, limits);
        EXPECT_TRUE(verdict.violations.empty());
        EXPECT_FALSE(verdict.inconclusive.empty());
    }
}

// Every operation may always be next, and nothing is ever right: the worst for the memory.
class Endless final : public check::Transitions {
public:
    std::optional<check::State> step(check::State state, std::uint32_t op,
                                     unsigned alternative) override {
        if (op == kImpossible || alternative > 0) return std::nullopt;
        return state * 31 + op;
    }
    bool exhausted() const override { return false; }
    static constexpr std::uint32_t kImpossible = 30;
};

TEST(Bounds, TheMemoryOfConfigurationsKeepsItsBound) {
    std::vector<check::Interval> intervals(Endless::kImpossible, {0, 100});
    intervals.push_back({0, 101});
    Endless endless;
    for (const std::size_t limit : {std::size_t{10000}, std::size_t{1} << 20}) {
        check::SearchLimits limits;
        limits.memory_bytes = limit;
        limits.deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
        const auto result = check::find_order(intervals, 1, endless, limits);
        EXPECT_EQ(result.outcome, check::SearchOutcome::OutOfMemory);
        EXPECT_LE(result.memory_bytes, limit);
        EXPECT_GT(result.memory_bytes, limit / 4);
    }
}

}  // namespace
}  // namespace stagger
