// SPDX-License-Identifier: Apache-2.0
#include "harness/control/record.hpp"

#include <cstring>

#include "harness/control/free.hpp"

namespace stagger::control {
namespace {

char* put(char* to, const void* from, std::size_t size) {
    std::memcpy(to, from, size);
    return to + size;
}

void write_record(Segment& segment, Record record, std::span<const std::string_view> texts) {
    HistoryLog& log = segment.history;
    std::size_t size = sizeof(Record);
    for (const std::string_view text : texts) size += sizeof(std::uint32_t) + text.size();
    if (log.overflow || log.records >= kMaxRecords || size > kHistoryBytes - log.used) {
        log.overflow = true;
        return;
    }
    record.text_count = static_cast<std::uint16_t>(texts.size());
    char* to = put(log.bytes + log.used, &record, sizeof(record));
    for (const std::string_view text : texts) {
        const auto length = static_cast<std::uint32_t>(text.size());
        to = put(to, &length, sizeof(length));
        to = put(to, text.data(), text.size());
    }
    log.used += size;
    log.times[log.records++] = segment.execution.clock;
}

}  // namespace

void append(Segment& segment, Record record, std::span<const std::string_view> texts) {
    if (!segment.free.on) return write_record(segment, record, texts);
    const FreeLock lock(segment);
    if (segment.execution.ending != Ending::Running) return;  // it is being judged already
    segment.execution.clock = monotonic_now() - segment.free.start;
    write_record(segment, record, texts);
}

bool next_record(std::string_view bytes, std::size_t& offset, Record& record,
                 std::string_view (&texts)[kMaxTexts]) {
    if (bytes.size() - offset < sizeof(Record)) return false;
    std::memcpy(&record, bytes.data() + offset, sizeof(record));
    if (record.text_count > kMaxTexts) return false;
    std::size_t at = offset + sizeof(Record);
    for (std::uint16_t i = 0; i < record.text_count; ++i) {
        std::uint32_t length = 0;
        if (bytes.size() - at < sizeof(length)) return false;
        std::memcpy(&length, bytes.data() + at, sizeof(length));
        at += sizeof(length);
        if (bytes.size() - at < length) return false;
        texts[i] = bytes.substr(at, length);
        at += length;
    }
    offset = at;
    return true;
}

}  // namespace stagger::control
