// SPDX-License-Identifier: Apache-2.0
#include "harness/control/integrity.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "harness/control/record.hpp"

namespace stagger::control {
namespace {

// Other sources, or the same with another compiler's idea of them, are another layout.
constexpr std::uint64_t fingerprint() {
    std::uint64_t hash = STAGGER_LAYOUT_SOURCES;
    for (const std::size_t size :
         {sizeof(Header), sizeof(Settings), sizeof(Execution), sizeof(TaskSlot), sizeof(Plan),
          sizeof(Decision), sizeof(Registry), sizeof(NameEntry), sizeof(Trace), sizeof(ChanceLog),
          sizeof(Record), sizeof(HistoryLog), sizeof(Segment), offsetof(Segment, execution),
          offsetof(Segment, plan), offsetof(Segment, registry), offsetof(Segment, history)}) {
        hash = mix(hash, size);
    }
    return hash;
}
constexpr std::uint64_t kFingerprint = fingerprint();

// Against accidents, not against intent. Four sums side by side, since each multiplication waits
// for the one before it.
std::uint64_t hash_words(std::uint64_t hash, const void* from, std::size_t size) {
    constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15u;
    std::uint64_t sums[4] = {hash, 1, 2, 3};
    const auto* bytes = static_cast<const char*>(from);
    for (; size >= sizeof(sums); size -= sizeof(sums), bytes += sizeof(sums)) {
        std::uint64_t words[4];
        std::memcpy(words, bytes, sizeof(words));
        for (int i = 0; i < 4; ++i) {
            sums[i] = (sums[i] ^ words[i]) * kOdd;
            sums[i] ^= sums[i] >> 32;
        }
    }
    std::uint64_t rest[4] = {};
    std::memcpy(rest, bytes, size);
    for (int i = 0; i < 4; ++i) hash = mix(mix(hash, sums[i]), rest[i]);
    return hash;
}

bool has_header(const Segment& segment) {
    return segment.header.magic == kMagic && segment.header.size == sizeof(Segment) &&
           segment.header.fingerprint == kFingerprint;
}

// Only what is in use, since clearing all of it takes as long as a small execution; but all of it
// where a plugin may have written over it.
void clear_registry(Segment& segment) {
    Registry& registry = segment.registry;
    const bool trusted = harm(segment) == nullptr && segment.execution.ending == Ending::Completed;
    for (NameEntry& entry : registry.names) {
        if (trusted && entry.id == 0) break;  // they are taken in order
        entry = NameEntry{};
    }
    registry.shortage = Shortage::None;
    registry.next_id = 1;
    registry.connection_count = registry.barrier_count = 0;
    registry.epoll_count = registry.timer_count = 0;
    registry.forgot_epolls = registry.outside = registry.has_new_names = false;
    registry.keeping = 0;
    registry.next_wait = 0;
    std::memset(registry.waiters, 0, sizeof(registry.waiters));
}

}  // namespace

void initialise(Segment& segment) {
    clear_registry(segment);
    segment.header = Header{kMagic, sizeof(Segment), kFingerprint};
    segment.guard_front = segment.guard_middle = segment.guard_back = kGuard;
}

const char* harm(const Segment& segment) {
    if (!has_header(segment)) return "its header";
    if (segment.guard_front != kGuard) return "the guard before its tasks";
    if (segment.guard_middle != kGuard) return "the guard behind its tasks";
    if (segment.guard_back != kGuard) return "the guard before its history";
    if (segment.settings.task_count > kMaxTasks) return "its settings";
    if (segment.execution.logged > kMaxDecisions) return "its log of decisions";
    if (segment.trace.count > kMaxTraced) return "its trace";
    if (segment.chances.count > kMaxChances) return "its log of chances";
    if (segment.inputs.count > kMaxDraws) return "its log of inputs";
    const HistoryLog& history = segment.history;
    if (history.used > kHistoryBytes || history.records > kMaxRecords) return "its history";
    return nullptr;
}

std::uint64_t checksum_of_constants(const Segment& segment) {
    static_assert(std::is_trivially_copyable_v<Plan>);
    const Plan& plan = segment.plan;
    std::uint64_t hash = hash_words(segment.settings.step_limit, &segment.header, sizeof(Header));
    hash = mix(hash, segment.settings.spurious_wakeups ? 1 : 0);
    hash = hash_words(hash, &plan, offsetof(Plan, sleeping));
    const std::uint32_t sleeping = std::min(plan.sleep_count, kMaxSleeping);
    const std::uint32_t replayed = std::min(plan.replay_count, kMaxDecisions);
    hash = hash_words(hash, plan.sleeping, sleeping * sizeof(SleepingAccess));
    hash = mix(hash, plan.any_object ? 1 : 0);
    hash = mix(hash, plan.replay_count);
    hash = hash_words(hash, plan.replay, replayed * sizeof(Decision));
    const std::uint32_t inputs = std::min(plan.input_count, kMaxDecisions);
    return hash_words(hash, plan.inputs, inputs * sizeof(Decision));
}

}  // namespace stagger::control
