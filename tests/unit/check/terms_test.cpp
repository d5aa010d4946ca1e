// SPDX-License-Identifier: Apache-2.0
#include "harness/check/terms.hpp"

#include <gtest/gtest.h>

namespace stagger::check {
namespace {

constexpr std::size_t kPlenty = std::size_t{1} << 20;

TEST(Terms, GiveEqualContentOneNumber) {
    Terms terms(kPlenty);
    const std::uint32_t a[] = {1, 2, 3};
    const std::uint32_t b[] = {1, 2};
    EXPECT_EQ(terms.intern(a), terms.intern(a));
    EXPECT_NE(terms.intern(a), terms.intern(b));
    EXPECT_TRUE(terms.contains(b));
    EXPECT_FALSE(terms.contains(std::span(b, 1)));
    EXPECT_EQ(terms[terms.intern(a)].size(), 3u);
}

TEST(Terms, TellValuesApartAsEqualityDoes) {
    Terms terms(kPlenty);
    const std::vector<Value> values = {Value(),
                                       false,
                                       true,
                                       0,
                                       1,
                                       -1,
                                       1.5,
                                       1e300,
                                       "",
                                       "1",
                                       "abcd",
                                       "abcde",
                                       Value::List{},
                                       Value::List{1},
                                       Value::List{1, 2},
                                       Value::List{Value::List{1, 2}},
                                       Value::Map{{"a", 1}},
                                       Value::Map{{"a", 2}},
                                       Value::Map{}};
    for (const Value& a : values)
        for (const Value& b : values)
            EXPECT_EQ(value_term(terms, a) == value_term(terms, b), a == b)
                << a.to_string() << " " << b.to_string();
}

TEST(Terms, TakeOneAndOnePointZeroForOneNumber) {
    Terms terms(kPlenty);
    EXPECT_EQ(value_term(terms, 1), value_term(terms, 1.0));
    EXPECT_EQ(value_term(terms, 0), value_term(terms, -0.0));
    EXPECT_EQ(value_term(terms, Value::List{1}), value_term(terms, Value::List{1.0}));
}

TEST(Terms, TakeListsApartFromTheEnd) {
    Terms terms(kPlenty);
    const Term list = value_term(terms, Value::List{1, 2, 3});
    const ListParts parts = list_parts(terms, list);
    EXPECT_EQ(parts.last, value_term(terms, 3));
    EXPECT_EQ(parts.front, value_term(terms, Value::List{1, 2}));
    EXPECT_EQ(list_term(terms, parts.front, parts.last), list);
    EXPECT_EQ(list_items(terms, list).size(), 3u);
    EXPECT_TRUE(is_empty_list(terms, empty_list(terms)));
    EXPECT_FALSE(is_list(terms, value_term(terms, 1)));
}

TEST(Terms, AddNumbersAsABackendDoes) {
    Terms terms(kPlenty);
    const auto sum = [&](const Value& a, const Value& b) {
        return sum_term(terms, value_term(terms, a), value_term(terms, b));
    };
    EXPECT_EQ(sum(1, 2), value_term(terms, 3));
    EXPECT_EQ(sum(1, 0.5), value_term(terms, 1.5));
    EXPECT_EQ(sum(std::numeric_limits<std::int64_t>::max(), 1),
              value_term(terms, std::numeric_limits<std::int64_t>::min()));
    EXPECT_EQ(sum(1, "1"), kNoTerm);
}

TEST(Terms, KeepTheirMemoryBoundAndSaySo) {
    for (const std::size_t limit : {std::size_t{0}, std::size_t{5000}, std::size_t{200000}}) {
        Terms terms(limit);
        for (std::uint32_t i = 0; i < 100000; ++i) {
            const std::uint32_t words[] = {i, i, i};
            terms.intern(words);
            ASSERT_LE(terms.bytes(), limit);
        }
        EXPECT_TRUE(terms.exhausted());
        EXPECT_EQ(terms.empty(), limit == 0);
    }
}

TEST(Terms, StillFindWhatTheyHaveWhenTheyAreFull) {
    Terms terms(5000);
    const std::uint32_t known[] = {7};
    const Term number = terms.intern(known);
    for (std::uint32_t i = 0; !terms.exhausted(); ++i) {
        const std::uint32_t words[] = {i, i};
        terms.intern(words);
    }
    EXPECT_EQ(terms.intern(known), number);
}

}  // namespace
}  // namespace stagger::check
