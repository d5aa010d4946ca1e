// SPDX-License-Identifier: Apache-2.0
#include "harness/control/record.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "tests/unit/control/toy.hpp"

namespace stagger::control {
namespace {

using testing::ToySegment;

void append_texts(Segment& segment, const Record& record,
                  const std::vector<std::string_view>& texts) {
    append(segment, record, texts);
}

std::string_view bytes_of(const ToySegment& segment) {
    return {segment->history.bytes, segment->history.used};
}

TEST(Records, ComeBackAsTheyWereWritten) {
    ToySegment segment;
    segment->execution.clock = 70;
    append_texts(*segment, {RecordKind::Invoke, 3, 0, 17, 1 | kTimedFlag, 2, 9},
                 {"key", "", std::string_view("a\0b", 3)});
    segment->execution.clock = 90;
    append_texts(*segment, {RecordKind::LeaveBlock, 63, 0, kNoSite, 0, 0, 0}, {});
    std::size_t offset = 0;
    Record record;
    std::string_view texts[kMaxTexts];
    ASSERT_TRUE(next_record(bytes_of(segment), offset, record, texts));
    EXPECT_EQ(record.kind, RecordKind::Invoke);
    EXPECT_EQ(record.task, 3);
    EXPECT_EQ(record.site, 17u);
    EXPECT_EQ(record.a, 1 | kTimedFlag);
    EXPECT_EQ(record.b, 2u);
    EXPECT_EQ(record.c, 9u);
    EXPECT_EQ(texts[0], "key");
    EXPECT_EQ(texts[1], "");
    EXPECT_EQ(texts[2], std::string_view("a\0b", 3));
    ASSERT_TRUE(next_record(bytes_of(segment), offset, record, texts));
    EXPECT_EQ(record.kind, RecordKind::LeaveBlock);
    EXPECT_EQ(record.task, 63);
    EXPECT_EQ(record.text_count, 0);
    EXPECT_FALSE(next_record(bytes_of(segment), offset, record, texts));
    EXPECT_EQ(segment->history.times[0], 70);
    EXPECT_EQ(segment->history.times[1], 90);
}

TEST(Records, OfEqualContentAreEqualBytesWhateverTheClockSays) {
    ToySegment one, other;
    one->execution.clock = 1;
    other->execution.clock = 2;
    for (const ToySegment* segment : {&one, &other}) {
        append_texts(**segment, {RecordKind::Respond, 1, 0, 4, 0, 0, 0}, {"result", ""});
    }
    EXPECT_EQ(bytes_of(one), bytes_of(other));
}

TEST(Records, ThatDoNotFitAreLeftOutWholeAndTheLogSaysSo) {
    ToySegment segment;
    const std::string large(kHistoryBytes / 2, 'x');
    append_texts(*segment, {RecordKind::Respond, 0, 0, 0, 0, 0, 0}, {large});
    EXPECT_FALSE(segment->history.overflow);
    const std::uint64_t used = segment->history.used;
    append_texts(*segment, {RecordKind::Respond, 0, 0, 0, 0, 0, 0}, {large});
    EXPECT_TRUE(segment->history.overflow);
    append_texts(*segment, {RecordKind::LeaveBlock, 0, 0, 0, 0, 0, 0}, {});  // would fit, but late
    EXPECT_EQ(segment->history.used, used);
    EXPECT_EQ(segment->history.records, 1u);
}

TEST(Records, AreCountedAndOneTooManyIsAnOverflow) {
    ToySegment segment;
    for (std::uint32_t i = 0; i < kMaxRecords; ++i) {
        append_texts(*segment, {RecordKind::LeaveBlock, 0, 0, 0, 0, 0, 0}, {});
    }
    EXPECT_FALSE(segment->history.overflow);
    append_texts(*segment, {RecordKind::LeaveBlock, 0, 0, 0, 0, 0, 0}, {});
    EXPECT_TRUE(segment->history.overflow);
    EXPECT_EQ(segment->history.records, kMaxRecords);
}

TEST(Records, CutShortAnywhereAreNoRecords) {
    ToySegment segment;
    append_texts(*segment, {RecordKind::Invoke, 0, 0, 0, 0, 0, 0}, {"key", "value", "expected"});
    const std::string_view whole = bytes_of(segment);
    Record record;
    std::string_view texts[kMaxTexts];
    for (std::size_t size = 0; size < whole.size(); ++size) {
        std::size_t offset = 0;
        EXPECT_FALSE(next_record(whole.substr(0, size), offset, record, texts)) << size;
        EXPECT_EQ(offset, 0u);
    }
}

TEST(Records, WithMoreTextsThanThereCanBeAreNoRecords) {
    ToySegment segment;
    append_texts(*segment, {RecordKind::Respond, 0, 0, 0, 0, 0, 0}, {"result", ""});
    Record record;
    std::memcpy(&record, segment->history.bytes, sizeof(record));
    record.text_count = kMaxTexts + 1;
    std::memcpy(segment->history.bytes, &record, sizeof(record));
    std::size_t offset = 0;
    std::string_view texts[kMaxTexts];
    EXPECT_FALSE(next_record(bytes_of(segment), offset, record, texts));
}

}  // namespace
}  // namespace stagger::control
