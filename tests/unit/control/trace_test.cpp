// SPDX-License-Identifier: Apache-2.0
#include "harness/control/trace.hpp"

#include <gtest/gtest.h>

#include "harness/control/footprint.hpp"
#include "tests/unit/control/toy.hpp"

namespace stagger::control {
namespace {

using testing::Toy;

std::vector<std::uint32_t> events_of(const Trace& trace) {
    std::vector<std::uint32_t> tasks;
    for (std::uint32_t i = 0; i < trace.count; ++i) {
        const TraceEntry& entry = trace.entries[i];
        if (entry.kind == TraceKind::Event && entry.call != Call::End) tasks.push_back(entry.task);
    }
    return tasks;
}

TEST(Traces, HaveTheEventsInTheOrderInWhichTheyTookEffect) {
    Toy toy = Toy::of_lengths({2, 1, 2});
    toy.segment().trace.on = true;
    const Toy::Order order = toy.run();
    EXPECT_EQ(order, (Toy::Order{0, 0, 1, 2, 2}));
    const Trace& trace = toy.segment().trace;
    EXPECT_FALSE(trace.full);
    std::vector<std::uint32_t> seen;
    for (const std::uint32_t task : events_of(trace)) {
        if (seen.empty() || seen.back() != task) seen.push_back(task);
    }
    EXPECT_EQ(seen, (std::vector<std::uint32_t>{0, 1, 2}));
}

TEST(Traces, AreEmptyUnlessAskedFor) {
    Toy toy = Toy::of_lengths({2, 1});
    toy.run();
    EXPECT_EQ(toy.segment().trace.count, 0u);
}

TEST(Traces, TellWhoElseCouldHaveGoneOn) {
    Toy toy = Toy::of_lengths({1, 1});
    toy.segment().trace.on = true;
    toy.run();
    const Trace& trace = toy.segment().trace;
    ASSERT_GT(trace.count, 0u);
    EXPECT_EQ(trace.entries[0].candidates, TaskMask{0b11});
    EXPECT_EQ(trace.entries[0].asker, kNoTask);
}

constexpr Key kA = make_key(KeySpace::Memory, 1), kB = make_key(KeySpace::Memory, 2);

TEST(Footprints, ConflictOnOneKeyUnlessBothOnlyRead) {
    const Footprint read{kA, Call::MemoryRead, true}, write{kA, Call::MemoryWrite, false};
    const Footprint elsewhere{kB, Call::MemoryWrite, false};
    EXPECT_TRUE(conflict(read, write));
    EXPECT_TRUE(conflict(write, write));
    EXPECT_FALSE(conflict(read, read));
    EXPECT_FALSE(conflict(write, elsewhere));
}

TEST(Footprints, OfOperationsConflictWhereOneEndsAndTheOtherBegins) {
    const Footprint begin{kA, Call::Invoke, true}, end{kA, Call::Response, true};
    EXPECT_TRUE(conflict(begin, end));
    EXPECT_FALSE(conflict(begin, begin));
    EXPECT_FALSE(conflict(end, end));
}

TEST(Footprints, ThatAreNotKnownConflictWithAllButATasksOwnCourse) {
    const Footprint unknown{kNoKey, Call::Signal, false}, write{kA, Call::MemoryWrite, false};
    const Footprint own{kNoKey, Call::Start, false}, any{kAnyKey, Call::Write, false};
    EXPECT_TRUE(conflict(unknown, write));
    EXPECT_TRUE(conflict(any, write));
    EXPECT_FALSE(conflict(unknown, own));
    EXPECT_FALSE(conflict(own, write));
}

}  // namespace
}  // namespace stagger::control
