// SPDX-License-Identifier: Apache-2.0
//
// Streams: bytes come out in the order in which they went in, in pieces of any size, or where the
// contract says so as the messages that were written.
#include "tests/conformance/suite.hpp"

namespace stagger::conformance {
namespace {

using Streams = Backends;
using ByteStreams = Backends;
using FramedStreams = Backends;
using ClosableStreams = Backends;
using SharedStreams = Backends;

Request write(const std::string& bytes, double timeout = -1) {
    return {.operation = STAGGER_STREAM_WRITE, .value = bytes, .timeout = timeout};
}
Request read(Value most = {}, double timeout = -1) {
    return {.operation = STAGGER_STREAM_READ, .value = std::move(most), .timeout = timeout};
}

bool offers_streams(const Variant& variant) {
    const std::uint64_t wanted =
        plugin::operation_bits({STAGGER_STREAM_WRITE, STAGGER_STREAM_READ, STAGGER_SNAPSHOT});
    return (wanted & ~variant.operations[STAGGER_STREAM]) == 0;
}
bool is_framed(const Variant& variant) {
    return has_option(variant, "framing", "length") || has_option(variant, "kind", "seqpacket") ||
           has_option(variant, "kind", "datagram");
}
bool is_unframed(const Variant& variant) {
    return !is_framed(variant);
}

// All that so many bytes of reading give.
std::string read_all(Case& run, std::uint32_t task, std::size_t bytes) {
    std::string got;
    while (got.size() < bytes) {
        const Outcome outcome = run.call(task, read());
        if (outcome.status != STAGGER_OK) break;
        got += *outcome.value.text();
    }
    return got;
}

TEST_P(Streams, WhatIsWrittenIsRead) {
    Case run(GetParam(), {{.type = STAGGER_STREAM}}, {.threads = 2});
    EXPECT_EQ(run.call(1, read({}, 0)).status, STAGGER_EMPTY);
    EXPECT_EQ(run.call(1, read({}, 0.01)).status, STAGGER_EMPTY);
    EXPECT_EQ(run.call(0, write("hello")).value, Value(5));
    EXPECT_EQ(run.call(1, read()).value, Value("hello"));
    run.start(1, read({}, 50));
    const std::string bytes("\0\n\xff'", 4);
    EXPECT_EQ(run.call(0, write(bytes)).value, Value(4));
    EXPECT_EQ(run.finish(1).value, Value(bytes));
    EXPECT_EQ(run.call(0, {.operation = STAGGER_STREAM_WRITE, .value = 7}).status, STAGGER_ERROR);
}

TEST_P(ByteStreams, ReadsTakeAsManyBytesAsTheyAskForWhateverWasWrittenAtOnce) {
    Case run(GetParam(), {{.type = STAGGER_STREAM}}, {.threads = 2});
    run.call(0, write("ab"));
    run.call(0, write("cdefg"));
    EXPECT_EQ(run.call(1, read(1)).value, Value("a"));
    EXPECT_EQ(run.call(0, {.operation = STAGGER_SNAPSHOT}).value, Value("bcdefg"));
    EXPECT_EQ(run.call(0, {.operation = STAGGER_SNAPSHOT}).value, Value("bcdefg"));
    EXPECT_EQ(run.call(1, read(3)).value, Value("bcd"));
    EXPECT_EQ(run.call(1, read(100)).value, Value("efg"));
    EXPECT_EQ(run.call(1, read(0, 0)).status, STAGGER_ERROR);
    EXPECT_EQ(run.call(1, read({}, 0)).status, STAGGER_EMPTY);
}

TEST_P(ByteStreams, AWriteThatDoesNotFitWaitsForRoomOrSaysHowMuchWentIn) {
    Case run(GetParam(), {{.type = STAGGER_STREAM, .capacity = 4096}}, {.threads = 2});
    const std::string bytes(1 << 20, 'x');
    const Outcome full = run.call(0, write(bytes, 0));
    EXPECT_EQ(full.status, STAGGER_FULL);
    const auto written = static_cast<std::size_t>(*full.value.integer());
    EXPECT_GE(written, 1u);
    EXPECT_LT(written, bytes.size());
    // TCP goes on to move bytes out of the sender's buffer while nobody looks.
    if (!has_option(GetParam(), "kind", "tcp")) {
        EXPECT_EQ(run.call(0, write("y", 0.01)).status, STAGGER_FULL);
    }
    EXPECT_EQ(read_all(run, 1, written), bytes.substr(0, written));
    run.start(0, write(bytes));
    EXPECT_EQ(read_all(run, 1, bytes.size()), bytes);
    EXPECT_EQ(run.finish(0).value, Value(static_cast<std::int64_t>(bytes.size())));
    EXPECT_EQ(run.call(1, read({}, 0)).status, STAGGER_EMPTY);
}

TEST_P(FramedStreams, AReadGivesWhatOneWriteWrote) {
    Case run(GetParam(), {{.type = STAGGER_STREAM}}, {.threads = 2});
    EXPECT_NE(run.contract().framed, 0u);
    const std::string large(20'000, 'z');
    run.call(0, write("ab"));
    run.call(0, write("cdefg"));
    run.call(0, write(large));
    const Value all = Value::List{"ab", "cdefg", large};
    EXPECT_EQ(run.call(0, {.operation = STAGGER_SNAPSHOT}).value, all);
    EXPECT_EQ(run.call(1, read()).value, Value("ab"));
    EXPECT_EQ(run.call(1, read(2)).value, Value("cdefg"));
    EXPECT_EQ(run.call(1, read()).value, Value(large));
    EXPECT_EQ(run.call(1, read({}, 0)).status, STAGGER_EMPTY);
}

TEST_P(ClosableStreams, AClosedStreamIsDrainedAndTakesNoMore) {
    Case run(GetParam(), {{.type = STAGGER_STREAM}}, {.threads = 3});
    run.call(0, write("rest"));
    EXPECT_EQ(run.call(0, {.operation = STAGGER_STREAM_CLOSE}).status, STAGGER_OK);
    EXPECT_EQ(run.call(1, write("more")).status, STAGGER_CLOSED);
    EXPECT_EQ(run.call(1, read()).value, Value("rest"));
    EXPECT_EQ(run.call(1, read()).status, STAGGER_CLOSED);
    run.reset();
    run.start(1, read());
    run.start(2, read({}, 50));
    run.call(0, {.operation = STAGGER_STREAM_CLOSE});
    EXPECT_EQ(run.finish(1).status, STAGGER_CLOSED);
    EXPECT_EQ(run.finish(2).status, STAGGER_CLOSED);
}

TEST_P(Streams, NothingIsInItAfterAReset) {
    Case run(GetParam(), {{.type = STAGGER_STREAM}, {.type = STAGGER_STREAM}});
    for (int round = 0; round < 3; ++round) {
        run.call(0, write("left over"));
        run.reset();
        EXPECT_EQ(run.call(0, read({}, 0)).status, STAGGER_EMPTY);
    }
}

// Each writer's records, however they alternate, are whole and in order where the contract says
// that nobody's bytes come between them.
TEST_P(SharedStreams, WritersOfSeveralProcessesDoNotMixTheirRecords) {
    constexpr std::size_t kRecord = 40, kRecords = 60;
    const auto record = [](std::size_t writer, std::size_t number) {
        std::string text = std::to_string(writer) + ":" + std::to_string(number) + ":";
        return text.append(kRecord - text.size(), static_cast<char>('a' + writer));
    };
    std::vector<Program> programs;
    for (std::size_t writer = 0; writer < 2; ++writer)
        programs.push_back([=](const Invoke& invoke) {
            for (std::size_t i = 0; i < kRecords; ++i) invoke(write(record(writer, i)));
            return Value();
        });
    Case run(GetParam(), {{.type = STAGGER_STREAM, .capacity = 4096}},
             {.processes = 3, .programs = programs});
    run.start_program(0, 0);
    run.start_program(1, 1);
    const std::string all = read_all(run, 2, 2 * kRecords * kRecord);
    run.finish(0);
    run.finish(1);
    ASSERT_EQ(all.size(), 2 * kRecords * kRecord);
    std::size_t next[2] = {0, 0};
    for (std::size_t at = 0; at < all.size(); at += kRecord) {
        const std::size_t writer = all[at] == '0' ? 0 : 1;
        ASSERT_EQ(all.substr(at, kRecord), record(writer, next[writer]++)) << at;
    }
}

bool keeps_records_whole(const Variant& variant) {
    return !has_option(variant, "lock", "none");
}

STAGGER_ON_EVERY_VARIANT(Streams, offers_streams);
STAGGER_ON_EVERY_VARIANT(ByteStreams, offers_streams, is_unframed);
STAGGER_ON_EVERY_VARIANT(FramedStreams, offers_streams, is_framed);
STAGGER_ON_VARIANTS(ClosableStreams, offers<STAGGER_STREAM>);
STAGGER_ON_EVERY_VARIANT(SharedStreams, offers_streams, shares, keeps_records_whole);

}  // namespace
}  // namespace stagger::conformance
