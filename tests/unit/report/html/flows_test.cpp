// SPDX-License-Identifier: Apache-2.0
#include "harness/report/html/flows.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "harness/history/text.hpp"

namespace stagger::report::html {
namespace {

history::History history_of(const std::string& text) {
    const Result<history::History> history = history::read_text(text);
    EXPECT_TRUE(history.ok()) << (history.ok() ? "" : history.error().message);
    return history.ok() ? *history : history::History{};
}

// "0>1 read" for each, in order.
std::string flows(const std::string& text) {
    std::string out;
    const history::History history = history_of(text);
    for (const Flow& flow : flows_of(history, origins_of(history))) {
        static constexpr const char* kWords[] = {"", "", "read", "message", "wake"};
        out += fmt::format("{}{}>{} {}", out.empty() ? "" : ", ", flow.from, flow.to,
                           kWords[static_cast<std::size_t>(flow.link)]);
    }
    return out;
}

TEST(HtmlFlows, AreThereForValuesAndForMessages) {
    EXPECT_EQ(flows("object n register = 0\n"
                    "object q queue\n"
                    "a call n.store 1\n"
                    "b call n.load -> 1\n"
                    "a call q.put 7\n"
                    "b call q.take -> 7\n"),
              "0>1 read, 2>3 message");
}

TEST(HtmlFlows, OfTheInitialValueIsNone) {
    EXPECT_EQ(flows("object n register = 0\n"
                    "b call n.load -> 0\n"),
              "");
}

TEST(HtmlFlows, ALockThatWaitedWasLetGoOnByTheUnlock) {
    const std::string text =
        "object m mutex\n"
        "a call m.lock\n"
        "b invoke m.lock\n"
        "a call m.unlock\n"
        "b return\n";
    EXPECT_EQ(flows(text), "2>1 wake");
    const history::History history = history_of(text);
    const auto until = waited_until(history, flows_of(history, origins_of(history)));
    EXPECT_EQ(until[0], history::kNone);
    EXPECT_EQ(until[1], history.calls[2].responded);
}

TEST(HtmlFlows, ALockThatNobodyHeldWaitedForNobody) {
    EXPECT_EQ(flows("object m mutex\n"
                    "a call m.lock\n"
                    "a call m.unlock\n"
                    "b call m.lock\n"),
              "");
}

TEST(HtmlFlows, ATakeFromAnEmptyQueueWaitedForThePut) {
    const std::string text =
        "object q queue\n"
        "c invoke q.take\n"
        "p call q.put 7\n"
        "c return 7\n";
    const history::History history = history_of(text);
    const auto found = flows_of(history, origins_of(history));
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].link, Link::Message);
    EXPECT_EQ(waited_until(history, found)[0], history.calls[1].responded);
}

}  // namespace
}  // namespace stagger::report::html
