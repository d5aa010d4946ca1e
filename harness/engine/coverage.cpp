// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/coverage.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "harness/base/value.hpp"
#include "harness/control/record.hpp"

namespace stagger::engine {
namespace {

using control::Call;
using control::mix;
using control::TraceEntry;
using control::TraceKind;

enum class Feature : std::uint64_t { Pair = 1, PairsInARow, Wait, Overlap, Result };

std::uint64_t feature(Feature kind, std::uint64_t a, std::uint64_t b = 0) {
    return mix(mix(static_cast<std::uint64_t>(kind), a), b);
}

std::uint64_t hash_text(std::string_view text) {
    std::uint64_t hash = text.size();
    for (const char c : text) hash = mix(hash, static_cast<unsigned char>(c));
    return hash;
}

std::uint64_t place_of(const TraceEntry& entry) {
    return mix(entry.site, static_cast<std::uint64_t>(entry.call));
}

// Where inputs are drawn every number may be a result, and each would be a feature: of larger ones
// the sign and the magnitude tell enough.
std::uint64_t coarse_result(std::string_view text) {
    constexpr std::int64_t kExact = 16;
    const Result<Value> value = Value::decode(text);
    const std::int64_t* number = value.ok() ? (*value).integer() : nullptr;
    if (number == nullptr || (*number > -kExact && *number < kExact)) return hash_text(text);
    const auto bits = static_cast<std::uint64_t>(*number < 0 ? -(*number + 1) : *number);
    return mix(*number < 0 ? 1 : 2, static_cast<std::uint64_t>(std::bit_width(bits)));
}

}  // namespace

std::uint32_t Coverage::learn(const control::Segment& segment, const Knowledge& knowledge) {
    if (seen_in_.empty()) seen_in_.assign(kFeatures, 0);
    ++number_;
    new_ = 0;
    last_.clear();
    add_pairs(knowledge);
    add_waits(segment.trace);
    add_overlaps(segment.trace);
    add_results({segment.history.bytes, segment.history.used}, segment.inputs.count > 0);
    return new_;
}

void Coverage::add(std::uint64_t feature) {
    const auto index = static_cast<std::uint16_t>(feature % kFeatures);
    if (seen_in_[index] == number_) return;
    seen_in_[index] = number_;
    last_.push_back(index);
    if (map_[index] != 0) return;
    map_[index] = 1;
    ++features_;
    ++new_;
}

void Coverage::add_pairs(const Knowledge& knowledge) {
    std::array<std::uint64_t, control::kMaxTasks> before{};
    for (const ReadsFrom& pair : knowledge.last_pairs()) {
        const std::uint64_t name = knowledge.sites_name(pair);
        add(feature(Feature::Pair, name));
        std::uint64_t& last = before[pair.reader.task % control::kMaxTasks];
        if (last != 0) add(feature(Feature::PairsInARow, Knowledge::row_name(last, name)));
        last = name;
    }
}

// A task that is twice at one point waited in between, for the event before its second try.
void Coverage::add_waits(const control::Trace& trace) {
    std::array<std::uint32_t, control::kMaxTasks> points{};
    const TraceEntry* before = nullptr;
    for (std::uint32_t i = 0; i < trace.count; ++i) {
        const TraceEntry& entry = trace.entries[i];
        if (entry.kind != TraceKind::Event) continue;
        std::uint32_t& point = points[entry.task % control::kMaxTasks];
        if (point == entry.point && before != nullptr && before->task != entry.task) {
            add(feature(Feature::Wait, place_of(entry), place_of(*before)));
        }
        point = entry.point;
        before = &entry;
    }
}

// The more operations and sections are under way at once, the nearer are the oracles that object
// to it.
void Coverage::add_overlaps(const control::Trace& trace) {
    std::uint64_t open = 0;
    for (std::uint32_t i = 0; i < trace.count; ++i) {
        const TraceEntry& entry = trace.entries[i];
        if (entry.kind != TraceKind::Event) continue;
        const bool begins = entry.call == Call::Invoke || entry.call == Call::Enter;
        const bool ends = entry.call == Call::Response || entry.call == Call::Leave;
        if (begins) add(feature(Feature::Overlap, ++open, place_of(entry)));
        if (ends && open > 0) --open;
    }
}

void Coverage::add_results(std::string_view history, bool coarsely) {
    std::size_t offset = 0;
    control::Record record;
    std::string_view texts[control::kMaxTexts];
    while (control::next_record(history, offset, record, texts)) {
        if (record.kind != control::RecordKind::Respond) continue;
        const std::string_view text = record.text_count > 0 ? texts[0] : std::string_view();
        std::uint64_t result = 0;
        if (!text.empty()) result = coarsely ? coarse_result(text) : hash_text(text);
        add(feature(Feature::Result, record.site, mix(record.a, result)));
    }
}

}  // namespace stagger::engine
