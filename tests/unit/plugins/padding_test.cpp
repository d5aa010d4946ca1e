// SPDX-License-Identifier: Apache-2.0
#include <stagger/padding.hpp>

#include <gtest/gtest.h>

namespace stagger::plugin {
namespace {

std::string torn_reason(const std::string& bytes, std::uint64_t size) {
    try {
        unpad(bytes, size);
    } catch (const Failure& failure) {
        return failure.what();
    }
    return "accepted";
}

constexpr std::string_view kTorn = "torn value: ";

TEST(Padding, GivesBackWhatWasPadded) {
    for (const std::uint64_t size : {0u, 1u, 16u, 512u, 4096u})
        for (const std::string& value : {wire::encode_integer(7), wire::encode_nil(),
                                         wire::encode_text(std::string(600, 'x'))})
            EXPECT_EQ(unpad(pad(value, size), size), value) << size;
}

TEST(Padding, FillsTheSizeExactlyWhereTheValueFits) {
    EXPECT_EQ(pad(wire::encode_integer(7), 512).size(), 512u);
    EXPECT_GT(pad(wire::encode_integer(7), 8).size(), 8u);
}

TEST(Padding, TellsAMixtureOfTwoValuesApart) {
    const std::string one = pad(wire::encode_integer(1), 512);
    const std::string two = pad(wire::encode_integer(2), 512);
    for (const std::size_t cut : {8u, 16u, 64u, 256u, 511u}) {
        const std::string mixture = one.substr(0, cut) + two.substr(cut);
        EXPECT_EQ(torn_reason(mixture, 512).substr(0, kTorn.size()), kTorn) << cut;
    }
    EXPECT_EQ(torn_reason(one, 512), "accepted");
}

TEST(Padding, TellsALengthThatDoesNotFitApart) {
    const std::string padded = pad(wire::encode_integer(1), 64);
    EXPECT_EQ(torn_reason(padded.substr(0, 63), 64).substr(0, kTorn.size()), kTorn);
    EXPECT_EQ(torn_reason("", 64).substr(0, kTorn.size()), kTorn);
    EXPECT_EQ(torn_reason(std::string(64, '\xff'), 64).substr(0, kTorn.size()), kTorn);
}

TEST(Padding, WithoutASizeOnlyRejectsWhatIsNoValue) {
    EXPECT_EQ(torn_reason(wire::encode_text("whole"), 0), "accepted");
    EXPECT_EQ(torn_reason(wire::encode_text("whole").substr(0, 7), 0).substr(0, kTorn.size()),
              kTorn);
}

}  // namespace
}  // namespace stagger::plugin
