// SPDX-License-Identifier: Apache-2.0
#include "harness/base/vocabulary.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "harness/base/symptoms.hpp"

namespace stagger {
namespace {

TEST(Vocabulary, EveryOperationIsFoundByItsTypeAndSpelling) {
    EXPECT_EQ(all_operations().size(), std::size_t{STAGGER_OPERATION_COUNT} - 1);
    for (const OperationInfo& operation : all_operations()) {
        EXPECT_EQ(find_operation(operation.type, operation.key), &operation) << operation.key;
        EXPECT_EQ(&info(operation.operation), &operation);
        EXPECT_EQ(name(operation.operation), operation.key);
    }
    EXPECT_EQ(name(Operation::Snapshot), "snapshot");
}

TEST(Vocabulary, ATypeLacksTheOperationsOfOthers) {
    EXPECT_EQ(find_operation(ObjectType::Register, "append"), nullptr);
    EXPECT_EQ(find_operation(ObjectType::Mutex, "wait"), nullptr);
    EXPECT_EQ(find_operation(ObjectType::Register, "snapshot"), nullptr);
}

TEST(Vocabulary, OneSpellingMeansDifferentThingsOnDifferentTypes) {
    EXPECT_EQ(find_operation(ObjectType::Map, "set")->operation, Operation::Set);
    EXPECT_EQ(find_operation(ObjectType::Event, "set")->operation, Operation::EventSet);
    EXPECT_EQ(find_operation(ObjectType::RwLock, "lock")->operation, Operation::RwLock);
    EXPECT_EQ(find_operation(ObjectType::Stream, "close")->operation, Operation::StreamClose);
    EXPECT_EQ(find_operation(ObjectType::Event, "wait")->operation, Operation::EventWait);
    EXPECT_EQ(find_operation(ObjectType::Condition, "wait")->operation, Operation::Wait);
}

TEST(Vocabulary, AMapHasTheOperationsOfTheListsInsideIt) {
    for (const char* key : {"append", "pop", "read"})
        EXPECT_EQ(find_operation(ObjectType::Map, key), find_operation(ObjectType::List, key));
    EXPECT_EQ(find_operation(ObjectType::List, "get"), nullptr);
}

TEST(Vocabulary, TypesAreFoundByTheirNames) {
    for (int i = 0; i < STAGGER_TYPE_COUNT; ++i) {
        const auto type = static_cast<ObjectType>(i);
        EXPECT_EQ(object_type(name(type)), type);
    }
    EXPECT_FALSE(object_type("streams"));
    EXPECT_EQ(name(ResultStatus::OwnerDead), "owner-dead");
}

TEST(Vocabulary, SymptomsHaveDistinctNames) {
    const std::set<std::string_view> names(kSymptomNames.begin(), kSymptomNames.end());
    EXPECT_EQ(names.size(), kSymptomNames.size());
}

}  // namespace
}  // namespace stagger
