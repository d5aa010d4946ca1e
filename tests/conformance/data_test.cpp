// SPDX-License-Identifier: Apache-2.0
//
// What each operation on an object that holds values does, seen by several processes.
#include "tests/conformance/suite.hpp"

namespace stagger::conformance {
namespace {

using Registers = Backends;
using Lists = Backends;
using FaithfulLists = Backends;
using Maps = Backends;
using FaithfulMaps = Backends;
using Queues = Backends;

TEST_P(Registers, ARegisterGivesItsInitialValue) {
    Case run(GetParam(), {{.initial = 100}, {}, {.initial = "text"}});
    EXPECT_EQ(run.call(0, {.object = 0}).value, Value(100));
    EXPECT_EQ(run.call(0, {.object = 1}).value, Value());
    EXPECT_EQ(run.call(0, {.object = 2}).value, Value("text"));
}

TEST_P(Registers, ARegisterGivesWhatWasStoredInIt) {
    Case run(GetParam(), {{.initial = 1}});
    for (const Value& value : sample_values()) {
        EXPECT_EQ(run.call(0, {.operation = STAGGER_STORE, .value = value}).status, STAGGER_OK);
        EXPECT_EQ(run.call(0, {}).value, value);
        EXPECT_EQ(run.call(0, {.operation = STAGGER_SNAPSHOT}).value, value);
    }
}

TEST_P(Registers, SwapGivesTheOldValue) {
    Case run(GetParam(), {{.initial = 1}});
    Value old(1);
    for (const Value& value : sample_values()) {
        EXPECT_EQ(run.call(0, {.operation = STAGGER_SWAP, .value = value}).value, old);
        old = value;
    }
}

TEST_P(Registers, AddGivesTheOldNumberAndAddsToIt) {
    Case run(GetParam(), {{.initial = 100}});
    EXPECT_EQ(run.call(0, {.operation = STAGGER_ADD, .value = 1}).value, Value(100));
    EXPECT_EQ(run.call(0, {.operation = STAGGER_ADD, .value = -3}).value, Value(101));
    EXPECT_EQ(run.call(0, {.operation = STAGGER_ADD, .value = 0.5}).value, Value(98));
    EXPECT_EQ(run.call(0, {.operation = STAGGER_ADD, .value = 0.5}).value, Value(98.5));
    EXPECT_EQ(run.call(0, {}).value, Value(99));
}

TEST_P(Registers, AddToTextIsAnErrorThatSaysSo) {
    Case run(GetParam(), {{.initial = "text"}});
    const Outcome outcome = run.call(0, {.operation = STAGGER_ADD, .value = 1});
    EXPECT_EQ(outcome.status, STAGGER_ERROR);
    EXPECT_NE(outcome.failure.find("number"), std::string::npos) << outcome.failure;
    EXPECT_EQ(run.call(0, {}).value, Value("text"));
}

TEST_P(Registers, CasStoresOnlyWhereTheExpectedValueIs) {
    Case run(GetParam(), {{.initial = 1}});
    Value held(1);
    for (const Value& value : sample_values()) {
        const Request request = {.operation = STAGGER_CAS, .value = value, .expected = "not there"};
        EXPECT_EQ(run.call(0, request).value, Value(false));
        EXPECT_EQ(run.call(0, {.operation = STAGGER_CAS, .value = value, .expected = held}).value,
                  Value(true));
        EXPECT_EQ(run.call(0, {}).value, value);
        held = value;
    }
}

TEST_P(FaithfulLists, AListPopsItsLastValueUntilItIsEmpty) {
    Case run(GetParam(), {{.type = STAGGER_LIST, .initial = Value::List{11, 22}}});
    run.call(0, {.operation = STAGGER_APPEND, .value = "last"});
    EXPECT_EQ(run.call(0, {.operation = STAGGER_READ}).value, Value(Value::List{11, 22, "last"}));
    EXPECT_EQ(run.call(0, {.operation = STAGGER_POP}).value, Value("last"));
    EXPECT_EQ(run.call(0, {.operation = STAGGER_POP}).value, Value(22));
    EXPECT_EQ(run.call(0, {.operation = STAGGER_SNAPSHOT}).value, Value(Value::List{11}));
    EXPECT_EQ(run.call(0, {.operation = STAGGER_POP}).value, Value(11));
    EXPECT_EQ(run.call(0, {.operation = STAGGER_POP}).status, STAGGER_EMPTY);
    EXPECT_EQ(run.call(0, {.operation = STAGGER_READ}).value, Value(Value::List{}));
}

TEST_P(Lists, AListHoldsValuesOfEveryKindInOrder) {
    Case run(GetParam(), {{.type = STAGGER_LIST}});
    Value::List all;
    for (int round = 0; round < 20; ++round)
        for (const Value& value : sample_values()) {
            if (round > 0 && value.text() != nullptr && value.text()->size() > 1000) continue;
            run.call(0, {.operation = STAGGER_APPEND, .value = value});
            all.push_back(value);
        }
    EXPECT_EQ(run.call(0, {.operation = STAGGER_READ}).value, Value(all));
}

TEST_P(FaithfulMaps, AMapGivesSetsAndErasesByKey) {
    Case run(GetParam(), {{.type = STAGGER_MAP, .initial = Value::Map{{"a", 1}}}});
    EXPECT_EQ(run.call(0, {.operation = STAGGER_GET, .key = "a"}).value, Value(1));
    EXPECT_EQ(run.call(0, {.operation = STAGGER_GET, .key = "b"}).value, Value());
    run.call(0, {.operation = STAGGER_SET, .value = 2, .key = "b"});
    run.call(0, {.operation = STAGGER_SET, .value = "three", .key = 3});
    run.call(0, {.operation = STAGGER_SET, .value = 10, .key = "a"});
    EXPECT_EQ(run.call(0, {.operation = STAGGER_SNAPSHOT}).value,
              Value(Value::Map{{"a", 10}, {"b", 2}, {3, "three"}}));
    EXPECT_EQ(run.call(0, {.operation = STAGGER_ERASE, .key = "a"}).value, Value(true));
    EXPECT_EQ(run.call(0, {.operation = STAGGER_ERASE, .key = "a"}).value, Value(false));
    EXPECT_EQ(run.call(0, {.operation = STAGGER_GET, .key = "a"}).value, Value());
    EXPECT_EQ(run.call(0, {.operation = STAGGER_GET, .key = 3}).value, Value("three"));
}

TEST_P(Maps, AListInsideAMapGrowsAndShrinks) {
    Case run(GetParam(), {{.type = STAGGER_MAP, .initial = Value::Map{{"n", 1}}}});
    EXPECT_EQ(run.call(0, {.operation = STAGGER_POP, .key = "l"}).status, STAGGER_EMPTY);
    run.call(0, {.operation = STAGGER_APPEND, .value = 1, .key = "l"});
    run.call(0, {.operation = STAGGER_APPEND, .value = Value::List{2}, .key = "l"});
    EXPECT_EQ(run.call(0, {.operation = STAGGER_READ, .key = "l"}).value,
              Value(Value::List{1, Value::List{2}}));
    EXPECT_EQ(run.call(0, {.operation = STAGGER_POP, .key = "l"}).value, Value(Value::List{2}));
    EXPECT_EQ(run.call(0, {.operation = STAGGER_GET, .key = "l"}).value, Value(Value::List{1}));
    const Outcome no_list = run.call(0, {.operation = STAGGER_APPEND, .value = 1, .key = "n"});
    EXPECT_EQ(no_list.status, STAGGER_ERROR);
}

TEST_P(Queues, AQueueGivesItsValuesInTheOrderOfPuts) {
    Case run(GetParam(), {{.type = STAGGER_QUEUE, .initial = Value::List{1, 2}}});
    run.call(0, {.operation = STAGGER_PUT, .value = 3});
    EXPECT_EQ(run.call(0, {.operation = STAGGER_SIZE}).value, Value(3));
    EXPECT_EQ(run.call(0, {.operation = STAGGER_SNAPSHOT}).value, Value(Value::List{1, 2, 3}));
    for (int i = 1; i <= 3; ++i)
        EXPECT_EQ(run.call(0, {.operation = STAGGER_TAKE}).value, Value(i));
    EXPECT_EQ(run.call(0, {.operation = STAGGER_TAKE, .timeout = 0}).status, STAGGER_EMPTY);
    EXPECT_EQ(run.call(0, {.operation = STAGGER_TAKE, .timeout = 0.01}).status, STAGGER_EMPTY);
}

TEST_P(Queues, AQueueWithACapacityIsFullAndHasRoomAgain) {
    Case run(GetParam(), {{.type = STAGGER_QUEUE, .capacity = 2}});
    const Request put = {.operation = STAGGER_PUT, .value = 1, .timeout = 0};
    EXPECT_EQ(run.call(0, put).status, STAGGER_OK);
    EXPECT_EQ(run.call(0, put).status, STAGGER_OK);
    EXPECT_EQ(run.call(0, put).status, STAGGER_FULL);
    EXPECT_EQ(run.call(0, {.operation = STAGGER_PUT, .value = 1, .timeout = 0.01}).status,
              STAGGER_FULL);
    EXPECT_EQ(run.call(0, {.operation = STAGGER_TAKE}).status, STAGGER_OK);
    EXPECT_EQ(run.call(0, put).status, STAGGER_OK);
    EXPECT_EQ(run.call(0, {.operation = STAGGER_SIZE}).value, Value(2));
}

TEST_P(Queues, AQueueGoesThroughManyMoreValuesThanItHolds) {
    Case run(GetParam(), {{.type = STAGGER_QUEUE, .capacity = 3}});
    for (int i = 0; i < 100; ++i) {
        run.call(0, {.operation = STAGGER_PUT, .value = i});
        run.call(0, {.operation = STAGGER_PUT, .value = "between"});
        EXPECT_EQ(run.call(0, {.operation = STAGGER_TAKE}).value, Value(i));
        EXPECT_EQ(run.call(0, {.operation = STAGGER_TAKE}).value, Value("between"));
    }
}

TEST_P(Queues, AClosedQueueIsDrainedAndTakesNoMore) {
    Case run(GetParam(), {{.type = STAGGER_QUEUE, .initial = Value::List{7}}});
    EXPECT_EQ(run.call(0, {.operation = STAGGER_CLOSE}).status, STAGGER_OK);
    EXPECT_EQ(run.call(0, {.operation = STAGGER_PUT, .value = 1}).status, STAGGER_CLOSED);
    EXPECT_EQ(run.call(0, {.operation = STAGGER_TAKE}).value, Value(7));
    EXPECT_EQ(run.call(0, {.operation = STAGGER_TAKE}).status, STAGGER_CLOSED);
    EXPECT_EQ(run.call(0, {.operation = STAGGER_CLOSE}).status, STAGGER_OK);
}

TEST_P(Registers, AnOperationThatTheTypeLacksIsUnsupported) {
    Case run(GetParam(), {{.initial = 1}});
    EXPECT_EQ(run.call(0, {.operation = STAGGER_POP}).status, STAGGER_UNSUPPORTED);
}

STAGGER_ON_VARIANTS(Registers, offers<STAGGER_REGISTER>);
STAGGER_ON_VARIANTS(Lists, offers<STAGGER_LIST>);
STAGGER_ON_VARIANTS(FaithfulLists, offers<STAGGER_LIST>, is_faithful);
STAGGER_ON_VARIANTS(Maps, offers<STAGGER_MAP>);
STAGGER_ON_VARIANTS(FaithfulMaps, offers<STAGGER_MAP>, is_faithful);
STAGGER_ON_VARIANTS(Queues, offers<STAGGER_QUEUE>);

}  // namespace
}  // namespace stagger::conformance
