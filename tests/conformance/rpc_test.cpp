// SPDX-License-Identifier: Apache-2.0
//
// Remote procedure calls: each caller gets the reply to its own request, and a request whose caller
// gave up is served or not as the contract says.
#include "tests/conformance/suite.hpp"

namespace stagger::conformance {
namespace {

using Rpcs = Backends;
using ExactRpcs = Backends;
using AtMostRpcs = Backends;
using AtLeastRpcs = Backends;
using SharedRpcs = Backends;

Request call(Value value, double timeout = -1) {
    return {.operation = STAGGER_CALL, .value = std::move(value), .timeout = timeout};
}
Request serve(double timeout = -1) {
    return {.operation = STAGGER_SERVE, .timeout = timeout};
}
Request reply(Value value) {
    return {.operation = STAGGER_REPLY, .value = std::move(value)};
}

bool is_exact(const Variant& variant) {
    return !has_option(variant, "delivery", "at-most-once") &&
           !has_option(variant, "delivery", "at-least-once");
}
bool is_at_most(const Variant& variant) {
    return has_option(variant, "delivery", "at-most-once");
}
bool is_at_least(const Variant& variant) {
    return has_option(variant, "delivery", "at-least-once");
}

TEST_P(Rpcs, EveryCallerGetsTheReplyToItsOwnRequest) {
    Case run(GetParam(), {{.type = STAGGER_RPC}}, {.threads = 4});
    EXPECT_EQ(run.call(2, serve(0)).status, STAGGER_EMPTY);
    EXPECT_EQ(run.call(2, serve(0.01)).status, STAGGER_EMPTY);
    run.start(2, serve());
    run.start(0, call("first"));
    EXPECT_EQ(run.finish(2).value, Value("first"));
    run.start(1, call("second", 50));
    EXPECT_EQ(run.call(3, serve()).value, Value("second"));
    EXPECT_EQ(run.call(3, reply(2)).status, STAGGER_OK);
    EXPECT_EQ(run.finish(1).value, Value(2));
    EXPECT_EQ(run.call(2, reply(1)).status, STAGGER_OK);
    EXPECT_EQ(run.finish(0).value, Value(1));
}

TEST_P(Rpcs, AReplyWithoutARequestIsAnErrorThatSaysSo) {
    Case run(GetParam(), {{.type = STAGGER_RPC}}, {.threads = 2});
    EXPECT_EQ(run.call(0, reply(1)).status, STAGGER_ERROR);
    run.start(0, call(1));
    EXPECT_EQ(run.call(1, serve()).value, Value(1));
    EXPECT_EQ(run.call(1, reply(2)).status, STAGGER_OK);
    const Outcome outcome = run.call(1, reply(3));
    EXPECT_EQ(outcome.status, STAGGER_ERROR);
    EXPECT_NE(outcome.failure.find("without a request"), std::string::npos) << outcome.failure;
    EXPECT_EQ(run.finish(0).value, Value(2));
}

TEST_P(ExactRpcs, ARequestWhoseCallerGaveUpIsTakenBack) {
    Case run(GetParam(), {{.type = STAGGER_RPC}}, {.threads = 2});
    EXPECT_EQ(run.contract().executions, static_cast<std::uint32_t>(STAGGER_EXACTLY_ONCE));
    EXPECT_EQ(run.call(0, call(1, 0)).status, STAGGER_TIMEOUT);
    EXPECT_EQ(run.call(0, call(1, 0.01)).status, STAGGER_TIMEOUT);
    EXPECT_EQ(run.call(1, {.operation = STAGGER_SNAPSHOT}).value, Value(Value::List{}));
    EXPECT_EQ(run.call(1, serve(0)).status, STAGGER_EMPTY);
}

TEST_P(AtMostRpcs, ARequestWhoseCallerGaveUpMayStillBeServedOnce) {
    Case run(GetParam(), {{.type = STAGGER_RPC}}, {.threads = 2});
    EXPECT_EQ(run.contract().executions, static_cast<std::uint32_t>(STAGGER_AT_MOST_ONCE));
    EXPECT_EQ(run.call(0, call(1, 0.01)).status, STAGGER_TIMEOUT);
    EXPECT_EQ(run.call(1, {.operation = STAGGER_SNAPSHOT}).value, Value(Value::List{1}));
    EXPECT_EQ(run.call(1, serve(0)).value, Value(1));
    EXPECT_EQ(run.call(1, serve(0)).status, STAGGER_EMPTY);
    EXPECT_EQ(run.call(1, reply("too late")).status, STAGGER_OK);
    run.start(0, call(2));
    EXPECT_EQ(run.call(1, serve()).value, Value(2));
    run.call(1, reply("in time"));
    EXPECT_EQ(run.finish(0).value, Value("in time"));
}

TEST_P(AtLeastRpcs, ACallThatNobodyRepliesToIsSentAgain) {
    Case run(GetParam(), {{.type = STAGGER_RPC}}, {.threads = 3});
    EXPECT_EQ(run.contract().executions, static_cast<std::uint32_t>(STAGGER_AT_LEAST_ONCE));
    run.start(0, call(1, 50));
    EXPECT_EQ(run.call(1, serve()).value, Value(1));
    EXPECT_EQ(run.call(2, serve()).value, Value(1));
    run.call(2, reply(7));
    EXPECT_EQ(run.finish(0).value, Value(7));
    EXPECT_EQ(run.call(1, reply(8)).status, STAGGER_OK);
}

TEST_P(Rpcs, NobodyCallsOrServesAfterAReset) {
    Case run(GetParam(), {{.type = STAGGER_RPC}}, {.threads = 2});
    for (int round = 0; round < 3; ++round) {
        run.start(0, call(round));
        run.call(1, serve());
        run.call(1, reply(0));
        run.finish(0);
        EXPECT_EQ(run.call(0, call(1, 0)).status, STAGGER_TIMEOUT);
        run.reset();
        EXPECT_EQ(run.call(1, serve(0)).status, STAGGER_EMPTY);
        EXPECT_EQ(run.call(1, reply(0)).status, STAGGER_ERROR);
    }
}

TEST_P(SharedRpcs, CallersAndServersOfSeveralProcessesNeverMixTheirReplies) {
    constexpr int kCalls = 50;
    const Program ask = [](const Invoke& invoke) {
        const Value name = invoke({.operation = STAGGER_ADD, .object = 1, .value = 1}).value;
        for (int i = 0; i < kCalls; ++i) {
            const std::int64_t number = *name.integer() * 1000 + i;
            if (invoke(call(number)).value != Value(2 * number)) return Value(false);
        }
        return Value(true);
    };
    const Program answer = [](const Invoke& invoke) {
        for (int i = 0; i < kCalls; ++i) {
            const Value number = invoke(serve()).value;
            invoke(reply(2 * *number.integer()));
        }
        return Value(true);
    };
    Case run(GetParam(), {{.type = STAGGER_RPC}, {.initial = 0}},
             {.processes = 2, .threads = 2, .programs = {ask, answer}});
    run.start_program(0, 0);
    run.start_program(2, 0);
    run.start_program(1, 1);
    run.start_program(3, 1);
    for (std::uint32_t task = 0; task < 4; ++task) EXPECT_EQ(run.finish(task).value, Value(true));
}

bool is_safe(const Variant& variant) {
    return !has_option(variant, "lock", "none");
}

STAGGER_ON_EVERY_VARIANT(Rpcs, offers<STAGGER_RPC>);
STAGGER_ON_EVERY_VARIANT(ExactRpcs, offers<STAGGER_RPC>, is_exact);
STAGGER_ON_EVERY_VARIANT(AtMostRpcs, offers<STAGGER_RPC>, is_at_most);
STAGGER_ON_EVERY_VARIANT(AtLeastRpcs, offers<STAGGER_RPC>, is_at_least);
STAGGER_ON_VARIANTS(SharedRpcs, offers<STAGGER_RPC, STAGGER_REGISTER>, shares, is_safe, is_exact);

}  // namespace
}  // namespace stagger::conformance
