// SPDX-License-Identifier: Apache-2.0
#include "harness/worker/recorder.hpp"

#include <gtest/gtest.h>

#include "tests/unit/control/toy.hpp"

namespace stagger::worker {
namespace {

using control::Record;
using control::RecordKind;

struct Read {
    Record record;
    std::vector<std::string> texts;
};

std::vector<Read> records_in(const control::Segment& segment) {
    std::vector<Read> records;
    std::size_t offset = 0;
    Record record;
    std::string_view texts[control::kMaxTexts];
    const std::string_view bytes(segment.history.bytes, segment.history.used);
    while (control::next_record(bytes, offset, record, texts)) {
        records.push_back({record, {texts, texts + record.text_count}});
    }
    return records;
}

TEST(Recorder, TellsATimedAndCheckedCallFromAPlainOne) {
    testing::ToySegment segment;
    Recorder recorder(*segment, 5);
    Request request;
    request.operation = Operation::Cas;
    request.object = 3;
    request.value = "new";
    request.expected = "old";
    recorder.invoke(8, request, false);
    request.timeout_ns = 0;
    recorder.invoke(8, request, true);
    const auto records = records_in(*segment);
    ASSERT_EQ(records.size(), 2u);
    const auto operation = static_cast<std::uint32_t>(Operation::Cas);
    EXPECT_EQ(records[0].record.a, operation);
    EXPECT_EQ(records[1].record.a, operation | control::kTimedFlag | control::kCheckedFlag);
    EXPECT_EQ(records[0].record.task, 5);
    EXPECT_EQ(records[0].record.b, 3u);
    EXPECT_EQ(records[0].record.c, history::kNone);
    EXPECT_EQ(records[0].texts, (std::vector<std::string>{"", "new", "old"}));
}

TEST(Recorder, NamesTheMutexOfAConditionsWaitOnly) {
    testing::ToySegment segment;
    Recorder recorder(*segment, 0);
    Request request;
    request.with = 4;
    request.operation = Operation::Wait;
    recorder.invoke(0, request, false);
    request.operation = Operation::Notify;
    recorder.invoke(1, request, false);
    const auto records = records_in(*segment);
    EXPECT_EQ(records[0].record.c, 4u);
    EXPECT_EQ(records[1].record.c, history::kNone);
}

TEST(Recorder, WritesDownHowACallWent) {
    testing::ToySegment segment;
    Recorder recorder(*segment, 1);
    recorder.respond(2, ResultStatus::Timeout, "", "it took too long");
    const auto records = records_in(*segment);
    EXPECT_EQ(records[0].record.kind, RecordKind::Respond);
    EXPECT_EQ(records[0].record.a, static_cast<std::uint32_t>(ResultStatus::Timeout));
    EXPECT_EQ(records[0].texts, (std::vector<std::string>{"", "it took too long"}));
}

TEST(Recorder, WritesDownSpansComplaintsAndVariables) {
    testing::ToySegment segment;
    Recorder recorder(*segment, 1);
    recorder.enter(RecordKind::EnterSection, 2, "critical", true);
    recorder.complain(history::Complaint::Kind::LoopLimit, 3, "too often");
    recorder.leave(RecordKind::LeaveSection, 2);
    recorder.variables("bytes");
    const auto records = records_in(*segment);
    ASSERT_EQ(records.size(), 4u);
    EXPECT_EQ(records[0].record.a, 1u);
    EXPECT_EQ(records[0].texts, std::vector<std::string>{"critical"});
    EXPECT_EQ(records[1].record.a, static_cast<std::uint32_t>(history::Complaint::Kind::LoopLimit));
    EXPECT_EQ(records[1].texts, std::vector<std::string>{"too often"});
    EXPECT_EQ(records[2].record.kind, RecordKind::LeaveSection);
    EXPECT_EQ(records[3].texts, std::vector<std::string>{"bytes"});
}

}  // namespace
}  // namespace stagger::worker
