// SPDX-License-Identifier: Apache-2.0
#include "harness/base/value.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace stagger {
namespace {

constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kSmallest = std::numeric_limits<std::int64_t>::min();

Value::Map map(std::initializer_list<std::pair<const Value, Value>> pairs) {
    return pairs;
}

TEST(Value, PrintsAsAPersonWouldWriteIt) {
    EXPECT_EQ(Value().to_string(), "nil");
    EXPECT_EQ(Value(true).to_string(), "true");
    EXPECT_EQ(Value(101).to_string(), "101");
    EXPECT_EQ(Value(1.5).to_string(), "1.5");
    EXPECT_EQ(Value("it's\n\x01").to_string(), "'it\\'s\\n\\x01'");
    EXPECT_EQ(Value(Value::List{1, "a", Value()}).to_string(), "[1, 'a', nil]");
    EXPECT_EQ(Value(map({{"a", 1}, {2, "b"}, {"no name", true}})).to_string(),
              "{[2] = 'b', a = 1, ['no name'] = true}");
    EXPECT_EQ(Value(std::nan("")).to_string(), "nan");
    EXPECT_EQ(Value(-std::nan("")).to_string(), "nan");
}

TEST(Value, ComparesByContent) {
    EXPECT_EQ(Value(Value::List{1, 2}), Value(Value::List{1, 2}));
    EXPECT_FALSE(Value(Value::List{1, 2}) == Value(Value::List{2, 1}));
    EXPECT_EQ(Value(map({{"a", 1}})), Value(map({{"a", 1.0}})));
    EXPECT_FALSE(Value(map({{"a", 1}})) == Value(map({{"b", 1}})));
    EXPECT_FALSE(Value(0) == Value(false));
    EXPECT_FALSE(Value("1") == Value(1));
}

TEST(Value, OrdersKindsThenContent) {
    const std::vector<Value> ascending = {
        Value(), false, true, -1.5, 1, 2.5, "a", "b", Value::List{}, Value::List{1}, Value::Map{}};
    for (std::size_t i = 0; i < ascending.size(); ++i)
        for (std::size_t j = 0; j < ascending.size(); ++j)
            EXPECT_EQ(ascending[i] < ascending[j], i < j) << i << " " << j;
}

TEST(Value, NumbersCompareExactlyAcrossKinds) {
    EXPECT_EQ(Value(1), Value(1.0));
    EXPECT_FALSE(Value(kLargest) == Value(9223372036854775808.0));
    EXPECT_TRUE(Value(kLargest) < Value(9223372036854775808.0));
    EXPECT_EQ(Value(kSmallest), Value(-9223372036854775808.0));
    EXPECT_TRUE(Value(std::int64_t{1} << 53) < Value((std::int64_t{1} << 53) + 1));
    EXPECT_TRUE(Value(2) < Value(2.5));
    EXPECT_TRUE(Value(-3) < Value(-2.5));
    EXPECT_TRUE(Value(1) < Value(std::numeric_limits<double>::infinity()));
}

TEST(Value, NotANumberEqualsItselfSoThatTheOrderIsTotal) {
    const Value nan(std::nan(""));
    EXPECT_EQ(nan, nan);
    EXPECT_TRUE(nan < Value(kSmallest));
    EXPECT_TRUE(nan < Value(-std::numeric_limits<double>::infinity()));
    EXPECT_FALSE(Value(1) < nan);
}

TEST(Value, EqualValuesHaveEqualBytes) {
    EXPECT_EQ(Value(3).encode(), Value(3.0).encode());
    EXPECT_EQ(Value(0.0).encode(), Value(-0.0).encode());
    EXPECT_EQ(Value(std::nan("")).encode(), Value(-std::nan("")).encode());
    EXPECT_EQ(Value(map({{"b", 1}, {"a", 2}})).encode(), Value(map({{"a", 2}, {"b", 1}})).encode());
    EXPECT_NE(Value("1").encode(), Value(1).encode());
}

Value random_value(std::mt19937& random, int depth) {
    switch (random() % (depth > 3 ? 5 : 7)) {
        case 0:
            return Value();
        case 1:
            return Value(random() % 2 == 0);
        case 2:
            return Value(static_cast<std::int64_t>((std::uint64_t{random()} << 32) | random()));
        case 3:
            return Value(static_cast<double>(random()) / 7);
        case 4:
            return Value(std::string(random() % 300, static_cast<char>(random())));
        case 5: {
            Value::List list;
            for (auto n = random() % 5; n > 0; --n) list.push_back(random_value(random, depth + 1));
            return list;
        }
        default: {
            Value::Map made;
            for (auto n = random() % 5; n > 0; --n)
                made[random_value(random, depth + 1)] = random_value(random, depth + 1);
            return made;
        }
    }
}

TEST(Value, SurvivesEncodingAndDecoding) {
    std::mt19937 random(7);
    for (int i = 0; i < 2000; ++i) {
        const Value value = random_value(random, 0);
        const auto back = Value::decode(value.encode());
        ASSERT_TRUE(back.ok()) << back.error().message << " " << value.to_string();
        EXPECT_EQ(*back, value);
        EXPECT_EQ(back->encode(), value.encode());
    }
}

TEST(Value, DecodingNeverReadsBeyondDamagedBytes) {
    std::mt19937 random(11);
    for (int i = 0; i < 3000; ++i) {
        std::string bytes = random_value(random, 0).encode();
        if (!bytes.empty()) bytes[random() % bytes.size()] = static_cast<char>(random());
        bytes.resize(random() % (bytes.size() + 1));
        const auto decoded = Value::decode(bytes);
        if (!decoded.ok()) continue;
        EXPECT_TRUE(Value::decode(decoded->encode()).ok());
    }
}

TEST(Value, DecodingRejectsWhatIsNoValue) {
    EXPECT_FALSE(Value::decode("").ok());
    EXPECT_FALSE(Value::decode("X").ok());
    EXPECT_FALSE(Value::decode("NN").ok());
    EXPECT_FALSE(Value::decode("I123").ok());
    EXPECT_FALSE(Value::decode(std::string("S\xff\xff\xff\xff", 5)).ok());
    EXPECT_FALSE(Value::decode(std::string("L\xff\xff\xff\xff", 5)).ok());
    EXPECT_FALSE(Value::decode(std::string("M\1\0\0\0N", 6)).ok());
    const std::string unsorted = std::string("M\2\0\0\0", 5) + "TN" + "FN";
    EXPECT_FALSE(Value::decode(unsorted).ok()) << "map keys out of order have a second spelling";
}

TEST(Value, DecodingRejectsNestingThatWouldOverflowAStack) {
    std::string deep;
    for (int i = 0; i < 1'000'000; ++i) deep += std::string("L\1\0\0\0", 5);
    EXPECT_FALSE(Value::decode(deep + "N").ok());
}

}  // namespace
}  // namespace stagger
