// SPDX-License-Identifier: Apache-2.0
#include "plugins/server/frames.hpp"

#include <gtest/gtest.h>

#include <stagger/padding.hpp>

namespace stagger::server {
namespace {

// Reads a stream of these bytes from its beginning.
struct Wire {
    std::string bytes;

    std::string take(std::size_t size) {
        if (size > bytes.size()) plugin::fail_torn("the bytes end");
        std::string taken = bytes.substr(0, size);
        bytes.erase(0, size);
        return taken;
    }
    std::string message() {
        return unframe(take(kChunkHeader), [this](std::size_t size) { return take(size); });
    }
};

// The reason for which the first message is refused, "" if it is not.
std::string refusal(std::string bytes) {
    Wire wire{std::move(bytes)};
    try {
        wire.message();
        return "";
    } catch (const plugin::Failure& failure) {
        return failure.what();
    }
}

TEST(Frames, MessagesOfAnySizeComeBackInOrder) {
    Wire wire;
    const std::string sizes[] = {"", "short", std::string(1000, 'a'), std::string(1001, 'b'),
                                 std::string(54321, 'c')};
    for (std::uint32_t i = 0; i < 5; ++i) wire.bytes += frame({1, i}, sizes[i]);
    for (const std::string& expected : sizes) EXPECT_EQ(wire.message(), expected);
    EXPECT_EQ(wire.bytes, "");
}

TEST(Frames, PartsOfTwoMessagesAreToldApartEvenWhereEachOfThemParses) {
    const std::string a = frame({1, 0}, std::string(3000, 'x'));
    const std::string b = frame({2, 0}, std::string(3000, 'x'));
    constexpr std::size_t kChunk = kChunkHeader + 1000;
    // b's second chunk in the place of a's: the same bytes, but for their origin.
    EXPECT_NE(refusal(a.substr(0, kChunk) + b.substr(kChunk)).find("write 0 of task 2"),
              std::string::npos);
    const std::string again = frame({1, 1}, std::string(3000, 'x'));
    EXPECT_NE(refusal(a.substr(0, kChunk) + again.substr(kChunk)).find("write 1 of task 1"),
              std::string::npos);
    EXPECT_NE(refusal(a.substr(0, kChunk) + a.substr(2 * kChunk)).find("missing"),
              std::string::npos);
    EXPECT_EQ(refusal(a + b), "");
}

TEST(Frames, EveryChangedOrMissingByteIsSeen) {
    const std::string whole = frame({1, 7}, "a message of some length");
    for (std::size_t i = 0; i < whole.size(); ++i) {
        std::string changed = whole;
        changed[i] = static_cast<char>(changed[i] ^ 0x20);
        EXPECT_EQ(refusal(changed).substr(0, 10), "torn value") << i;
        EXPECT_EQ(refusal(whole.substr(0, i) + whole.substr(i + 1)).substr(0, 10), "torn value")
            << i;
    }
}

}  // namespace
}  // namespace stagger::server
