// SPDX-License-Identifier: Apache-2.0
#include "harness/report/origins.hpp"

#include <gtest/gtest.h>

#include "harness/history/text.hpp"

namespace stagger::report {
namespace {

history::History read(const std::string& text) {
    auto history = history::read_text(text);
    EXPECT_TRUE(history.ok()) << history.error().message;
    return history.ok() ? *history : history::History{};
}

Origin origin(const history::History& history, std::uint32_t call) {
    return origins_of(history).at(call);
}

TEST(ReportOrigins, AReadIsOfTheOnlyWriteOfItsValueOrOfTheBeginning) {
    const auto history = read(
        "object n register = 0\n"
        "a call n.load -> 0\n"
        "b call n.store 7\n"
        "a call n.load -> 7\n"
        "b call n.store 8\n"
        "a call n.load -> 7\n");
    EXPECT_EQ(origin(history, 0).link, Link::Initial);
    EXPECT_EQ(origin(history, 2).link, Link::Value);
    EXPECT_EQ(origin(history, 2).call, 1U);
    EXPECT_EQ(origin(history, 4).call, 1U) << "stale, and still from that write";
    EXPECT_EQ(origin(history, 1).link, Link::None);
}

TEST(ReportOrigins, OfSeveralWritesOfAValueItIsTheLastBefore) {
    const auto history = read(
        "object n register = 0\n"
        "b call n.store 7\n"
        "c call n.store 7\n"
        "a call n.load -> 7\n");
    EXPECT_EQ(origin(history, 2).call, 1U);
}

TEST(ReportOrigins, WhereTheOrderLeavesItOpenNothingIsSaid) {
    const auto history = read(
        "object n register = 0\n"
        "b call n.store 7\n"
        "c invoke n.store 7\n"
        "a call n.load -> 7\n"
        "c return\n"
        "a call n.load -> 9\n");
    EXPECT_EQ(origin(history, 2).link, Link::None);
    EXPECT_EQ(origin(history, 3).link, Link::None) << "nobody wrote 9";
}

TEST(ReportOrigins, AMessageIsOfTheFirstThatWasNotTakenYet) {
    const auto history = read(
        "object q queue\n"
        "a call q.put 1\n"
        "b call q.put 1\n"
        "c call q.take -> 1\n"
        "c call q.take -> 1\n"
        "c call q.take -> 1\n"
        "c call q.take -> 2\n");
    EXPECT_EQ(origin(history, 2).call, 0U);
    EXPECT_EQ(origin(history, 3).call, 1U);
    EXPECT_EQ(origin(history, 4).link, Link::Message) << "a copy too many is of one of them";
    EXPECT_EQ(origin(history, 5).link, Link::None) << "nobody put 2";
}

TEST(ReportOrigins, ALockIsOfTheUnlockBeforeIt) {
    const auto history = read(
        "object m mutex\n"
        "a call m.lock\n"
        "b invoke m.lock\n"
        "a call m.unlock\n"
        "b return\n");
    EXPECT_EQ(origin(history, 0).link, Link::None);
    EXPECT_EQ(origin(history, 1).link, Link::Order);
    EXPECT_EQ(origin(history, 1).call, 2U);
}

TEST(ReportOrigins, NothingIsOfWhatBeganAfterItCameBack) {
    const auto history = read(
        "object n register = 0\n"
        "object q queue\n"
        "a call n.load -> 5\n"
        "a call q.take -> 5\n"
        "b call n.store 5\n"
        "b call q.put 5\n");
    for (const Origin& one : origins_of(history)) EXPECT_EQ(one.link, Link::None);
}

}  // namespace
}  // namespace stagger::report
