// SPDX-License-Identifier: Apache-2.0
//
// Topics: a subscriber gets what was published since it subscribed, in order; what a full one loses
// is counted, or makes publishers wait.
#include "tests/conformance/suite.hpp"

namespace stagger::conformance {
namespace {

using Topics = Backends;
using WaitingTopics = Backends;
using LossyTopics = Backends;
using SharedTopics = Backends;

constexpr Request kSubscribe = {.operation = STAGGER_SUBSCRIBE};

Request publish(Value value, double timeout = -1) {
    return {.operation = STAGGER_PUBLISH, .value = std::move(value), .timeout = timeout};
}
Request receive(double timeout = -1) {
    return {.operation = STAGGER_RECEIVE, .timeout = timeout};
}

Value subscriber(Value::List held, std::int64_t lost) {
    return Value::Map{{"held", std::move(held)}, {"lost", lost}};
}

bool is_lossy(const Variant& variant) {
    return has_option(variant, "overflow", "drop");
}
bool is_lossless(const Variant& variant) {
    return !is_lossy(variant);
}

TEST_P(Topics, ASubscriberGetsWhatIsPublishedSinceItSubscribed) {
    Case run(GetParam(), {{.type = STAGGER_TOPIC}}, {.threads = 3});
    run.call(0, publish("before"));
    run.call(1, kSubscribe);
    run.call(0, publish(1));
    run.call(2, kSubscribe);
    run.call(2, kSubscribe);
    run.call(1, publish(2));
    EXPECT_EQ(run.call(0, {.operation = STAGGER_SNAPSHOT}).value,
              Value(Value::Map{{1, subscriber({1, 2}, 0)}, {2, subscriber({2}, 0)}}));
    EXPECT_EQ(run.call(1, receive()).value, Value(1));
    EXPECT_EQ(run.call(1, receive()).value, Value(2));
    EXPECT_EQ(run.call(2, receive()).value, Value(2));
    EXPECT_EQ(run.call(2, receive(0)).status, STAGGER_EMPTY);
    EXPECT_EQ(run.call(2, receive(0.01)).status, STAGGER_EMPTY);
    run.start(1, receive());
    run.start(2, receive(50));
    run.call(0, publish(3));
    EXPECT_EQ(run.finish(1).value, Value(3));
    EXPECT_EQ(run.finish(2).value, Value(3));
}

TEST_P(Topics, WhoHasNotSubscribedIsToldSo) {
    Case run(GetParam(), {{.type = STAGGER_TOPIC}});
    const Outcome outcome = run.call(0, receive(0));
    EXPECT_EQ(outcome.status, STAGGER_ERROR);
    EXPECT_NE(outcome.failure.find("not subscribed"), std::string::npos) << outcome.failure;
}

TEST_P(Topics, EveryValueArrivesAsItIs) {
    Case run(GetParam(), {{.type = STAGGER_TOPIC}, {.type = STAGGER_TOPIC, .value_size = 64}},
             {.threads = 2});
    run.call(1, kSubscribe);
    for (const Value& value : sample_values()) {
        run.call(0, publish(value));
        EXPECT_EQ(run.call(1, receive()).value, value);
    }
    run.call(1, {.operation = STAGGER_SUBSCRIBE, .object = 1});
    run.call(0, {.operation = STAGGER_PUBLISH, .object = 1, .value = "padded"});
    EXPECT_EQ(run.call(1, {.operation = STAGGER_RECEIVE, .object = 1}).value, Value("padded"));
}

TEST_P(WaitingTopics, APublisherWaitsForItsSlowestSubscriber) {
    Case run(GetParam(), {{.type = STAGGER_TOPIC, .capacity = 1}}, {.threads = 3});
    run.call(1, kSubscribe);
    run.call(2, kSubscribe);
    run.call(0, publish(1));
    EXPECT_EQ(run.call(1, receive()).value, Value(1));
    EXPECT_EQ(run.call(0, publish(2, 0)).status, STAGGER_FULL);
    EXPECT_EQ(run.call(0, publish(2, 0.01)).status, STAGGER_FULL);
    EXPECT_EQ(run.call(1, receive(0)).status, STAGGER_EMPTY);
    run.start(0, publish(3));
    EXPECT_EQ(run.call(2, receive()).value, Value(1));
    EXPECT_EQ(run.finish(0).status, STAGGER_OK);
    EXPECT_EQ(run.call(1, receive()).value, Value(3));
}

TEST_P(LossyTopics, AFullSubscriberLosesTheNewestAndTheLossIsCounted) {
    Case run(GetParam(), {{.type = STAGGER_TOPIC, .capacity = 2}}, {.threads = 3});
    EXPECT_NE(run.contract().topic_lossy, 0u);
    run.call(1, kSubscribe);
    run.call(2, kSubscribe);
    for (int i = 1; i <= 2; ++i) EXPECT_EQ(run.call(0, publish(i)).status, STAGGER_OK);
    EXPECT_EQ(run.call(1, receive()).value, Value(1));
    for (int i = 3; i <= 4; ++i) EXPECT_EQ(run.call(0, publish(i)).status, STAGGER_OK);
    EXPECT_EQ(run.call(0, {.operation = STAGGER_SNAPSHOT}).value,
              Value(Value::Map{{1, subscriber({2, 3}, 1)}, {2, subscriber({1, 2}, 2)}}));
}

TEST_P(Topics, NobodyIsSubscribedAfterAReset) {
    Case run(GetParam(), {{.type = STAGGER_TOPIC}}, {.threads = 2});
    for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(run.call(1, receive(0)).status, STAGGER_ERROR);
        run.call(1, kSubscribe);
        EXPECT_EQ(run.call(1, receive(0)).status, STAGGER_EMPTY);
        run.call(0, publish(round));
        run.reset();
    }
}

TEST_P(SharedTopics, SubscribersOfSeveralProcessesGetAllInTheSameOrder) {
    constexpr int kValues = 40;
    const Program speak = [](const Invoke& invoke) {
        const Value name = invoke({.operation = STAGGER_ADD, .object = 1, .value = 1}).value;
        for (int i = 0; i < kValues; ++i) invoke(publish(*name.integer() * 1000 + i));
        return Value();
    };
    const Program listen = [](const Invoke& invoke) {
        Value::List got;
        for (int i = 0; i < 2 * kValues; ++i) got.push_back(invoke(receive()).value);
        return Value(got);
    };
    Case run(GetParam(), {{.type = STAGGER_TOPIC}, {.initial = 0}},
             {.processes = 4, .programs = {speak, listen}});
    for (std::uint32_t task : {2u, 3u}) run.call(task, kSubscribe);
    for (std::uint32_t task : {2u, 3u}) run.start_program(task, 1);
    for (std::uint32_t task : {0u, 1u}) run.start_program(task, 0);
    for (std::uint32_t task : {0u, 1u}) run.finish(task);
    const Value first = run.finish(2).value;
    EXPECT_EQ(first, run.finish(3).value);
    std::int64_t last[2] = {-1, -1};
    for (const Value& value : *first.list()) {
        std::int64_t& previous = last[*value.integer() / 1000];
        EXPECT_GT(*value.integer(), previous);
        previous = *value.integer();
    }
}

bool is_safe(const Variant& variant) {
    return !has_option(variant, "lock", "none");
}

STAGGER_ON_EVERY_VARIANT(Topics, offers<STAGGER_TOPIC>);
STAGGER_ON_EVERY_VARIANT(WaitingTopics, offers<STAGGER_TOPIC>, is_lossless);
STAGGER_ON_EVERY_VARIANT(LossyTopics, offers<STAGGER_TOPIC>, is_lossy);
STAGGER_ON_VARIANTS(SharedTopics, offers<STAGGER_TOPIC, STAGGER_REGISTER>, shares, is_safe);

}  // namespace
}  // namespace stagger::conformance
