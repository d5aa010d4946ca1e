// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <stagger/value.hpp>
#include <vector>

namespace stagger::wire {
namespace {

TEST(Wire, ScalarsComeBack) {
    EXPECT_EQ(decode_boolean(encode_boolean(true)), true);
    EXPECT_EQ(decode_boolean(encode_boolean(false)), false);
    EXPECT_EQ(decode_integer(encode_integer(-5)), -5);
    EXPECT_EQ(decode_integer(encode_integer(std::numeric_limits<std::int64_t>::min())),
              std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(decode_real(encode_real(1.5)), 1.5);
    EXPECT_EQ(decode_real(encode_integer(3)), 3.0);
    EXPECT_EQ(decode_text(encode_text("a\0b")), "a");
    EXPECT_EQ(decode_text(encode_text(std::string_view("a\0b", 3))), std::string_view("a\0b", 3));
    EXPECT_TRUE(is_nil(encode_nil()));
}

TEST(Wire, DecodingAnotherKindGivesNothing) {
    EXPECT_FALSE(decode_boolean(encode_nil()));
    EXPECT_FALSE(decode_integer(encode_real(1.5)));
    EXPECT_FALSE(decode_integer(encode_text("12345678")));
    EXPECT_FALSE(decode_real(encode_text("1.5")));
    EXPECT_FALSE(decode_text(encode_integer(1)));
    EXPECT_FALSE(decode_text("S"));
}

TEST(Wire, TheBytesAreThoseOfTheDocumentedLayout) {
    EXPECT_EQ(encode_integer(258), std::string("I\2\1\0\0\0\0\0\0", 9));
    EXPECT_EQ(encode_text("ab"), std::string("S\2\0\0\0ab", 7));
    EXPECT_EQ(encode_list(std::vector<std::string>{"N", "T"}), std::string("L\2\0\0\0NT", 7));
    EXPECT_EQ(encode_map(std::map<std::string, std::string>{{"F", "N"}}),
              std::string("M\1\0\0\0FN", 7));
}

TEST(Wire, ValueSizeCoversTheFirstValueOnly) {
    EXPECT_EQ(value_size(encode_integer(1) + "N"), 9u);
    EXPECT_EQ(value_size("TN"), 1u);
    EXPECT_EQ(value_size(std::string("L\2\0\0\0NTF", 8)), 7u);
    EXPECT_EQ(value_size(std::string("L\2\0\0\0N", 6)), 0u);
    EXPECT_EQ(value_size(""), 0u);
}

TEST(Wire, ListsAreWalkedItemByItem) {
    const std::vector<std::string> items_in = {encode_integer(11), encode_text("x"), encode_nil()};
    const std::string list = encode_list(items_in);
    const std::vector<std::string> items_out(items(list).begin(), items(list).end());
    EXPECT_EQ(items_out, items_in);
    EXPECT_EQ(count(list), 3u);
    EXPECT_EQ(items(encode_integer(1)).begin(), items(encode_integer(1)).end());
}

TEST(Wire, MapsAreWalkedPairByPair) {
    const std::map<std::string, std::string> pairs_in = {{encode_text("a"), encode_integer(1)},
                                                         {encode_text("b"), encode_nil()}};
    const std::string map = encode_map(pairs_in);
    std::map<std::string, std::string> pairs_out;
    for (auto [key, value] : pairs(map)) pairs_out.emplace(key, value);
    EXPECT_EQ(pairs_out, pairs_in);
    EXPECT_EQ(count(map), 2u);
}

TEST(Wire, WalkingStopsAtMalformedBytes) {
    std::size_t seen = 0;
    for (auto item : items(std::string_view("L\3\0\0\0N", 6))) seen += item.size();
    EXPECT_EQ(seen, 1u);
    for (auto [key, value] : pairs(std::string_view("M\1\0\0\0N", 6))) seen += 10 + value.size();
    EXPECT_EQ(seen, 1u) << "a key without its value is no pair";
}

TEST(Wire, AddingIntegersWrapsAroundAndMixingGivesReals) {
    EXPECT_EQ(add(encode_integer(1), encode_integer(2)), encode_integer(3));
    EXPECT_EQ(add(encode_integer(std::numeric_limits<std::int64_t>::max()), encode_integer(1)),
              encode_integer(std::numeric_limits<std::int64_t>::min()));
    EXPECT_EQ(add(encode_integer(1), encode_real(0.5)), encode_real(1.5));
    EXPECT_EQ(add(encode_real(1.5), encode_real(1.5)), encode_integer(3));
    EXPECT_FALSE(add(encode_integer(1), encode_text("1")));
    EXPECT_FALSE(add(encode_nil(), encode_integer(1)));
}

}  // namespace
}  // namespace stagger::wire
