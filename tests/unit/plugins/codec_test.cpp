// SPDX-License-Identifier: Apache-2.0
#include "plugins/server/codec.hpp"

#include <gtest/gtest.h>

namespace stagger::server {
namespace {

const Sizes kSizes = {0, 256};

constexpr Caller kCaller{3, 1234};

plugin::Call call_of(const std::string& key, const std::string& value, std::uint32_t object) {
    stagger_call call{};
    call.operation = STAGGER_SET;
    call.object = object;
    call.task = 3;
    call.timeout_ns = -1;
    call.key = {key.data(), key.size()};
    call.value = {value.data(), value.size()};
    return plugin::Call(call);
}

TEST(Codec, ARequestComesBackAsItWas) {
    const std::string key = wire::encode_text("key"), value = wire::encode_integer(7);
    for (const std::uint32_t object : {0u, 1u}) {
        Request request;
        decode(encode(call_of(key, value, object), kCaller, plugin::Deadline::after(-1), kSizes),
               kSizes, request);
        EXPECT_EQ(request.operation, STAGGER_SET);
        EXPECT_EQ(request.object, object);
        EXPECT_EQ(request.caller, kCaller);
        EXPECT_EQ(request.deadline, plugin::Deadline::kNever);
        EXPECT_EQ(request.key, key);
        EXPECT_EQ(request.value, value);
        EXPECT_EQ(request.expected, "");
    }
}

TEST(Codec, AnAnswerComesBackAsItWas) {
    const Answer answer = {kCaller, 1, STAGGER_OK, wire::encode_text("result"), ""};
    const plugin::Reply reply = decode_answer(encode(answer, kSizes), kSizes);
    EXPECT_EQ(reply.status, STAGGER_OK);
    EXPECT_EQ(reply.result, answer.result);
}

TEST(Codec, AnAnswerIsForTheProcessThatAskedAndNotForOneStartedInItsPlace) {
    const std::string bytes = encode(Answer{kCaller, 1, STAGGER_OK, "", ""}, kSizes);
    EXPECT_TRUE(is_for(kCaller, bytes));
    EXPECT_FALSE(is_for({kCaller.task, kCaller.process + 1}, bytes));
    EXPECT_FALSE(is_for({kCaller.task + 1, kCaller.process}, bytes));
}

TEST(Codec, AnErrorComesBackAsAFailure) {
    const Answer answer = {kCaller, 1, STAGGER_ERROR, "", "the reason"};
    try {
        decode_answer(encode(answer, kSizes), kSizes);
        FAIL() << "accepted";
    } catch (const plugin::Failure& failure) {
        EXPECT_STREQ(failure.what(), "the reason");
    }
}

TEST(Codec, TruncatedAndForeignBytesAreRejectedAsTorn) {
    const std::string whole = encode(call_of(wire::encode_text("key"), wire::encode_integer(7), 1),
                                     kCaller, plugin::Deadline::after(-1), kSizes);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        Request request;
        EXPECT_THROW(decode(whole.substr(0, size), kSizes, request), plugin::Failure) << size;
    }
    Request request;
    EXPECT_THROW(decode(std::string(200, '\xff'), kSizes, request), plugin::Failure);
}

}  // namespace
}  // namespace stagger::server
