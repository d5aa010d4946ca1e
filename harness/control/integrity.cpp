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

// Calls `visit(from, size)` for each piece. How long the pieces are stands in the first of them.
template <typename Visit>
void visit_constants(const Segment& segment, Visit visit) {
    static_assert(std::is_trivially_copyable_v<Plan>);
    const Plan& plan = segment.plan;
    visit(&segment.header, sizeof(segment.header));
    visit(&segment.settings.step_limit, sizeof(segment.settings.step_limit));
    visit(&segment.settings.spurious_wakeups, sizeof(segment.settings.spurious_wakeups));
    visit(&plan, offsetof(Plan, sleeping));
    visit(&plan.any_object, sizeof(plan.any_object));
    visit(&plan.follow_count, sizeof(plan.follow_count));
    visit(&plan.follow_loosely, sizeof(plan.follow_loosely));
    visit(&plan.replay_count, sizeof(plan.replay_count));
    visit(plan.sleeping, std::min(plan.sleep_count, kMaxSleeping) * sizeof(SleepingAccess));
    visit(plan.follow, std::min(plan.follow_count, kMaxFollowed) * sizeof(AccessName));
    visit(plan.replay, std::min(plan.replay_count, kMaxDecisions) * sizeof(Decision));
    visit(plan.inputs, std::min(plan.input_count, kMaxDecisions) * sizeof(Decision));
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

void Constants::capture(const Segment& segment) {
    bytes_.clear();
    visit_constants(segment, [&](const void* from, std::size_t size) {
        const auto* begin = static_cast<const char*>(from);
        bytes_.insert(bytes_.end(), begin, begin + size);
    });
}

bool Constants::still_hold(const Segment& segment) const {
    std::size_t at = 0;
    bool same = true;
    visit_constants(segment, [&](const void* from, std::size_t size) {
        same = same && size <= bytes_.size() - at && std::memcmp(&bytes_[0] + at, from, size) == 0;
        if (same) at += size;
    });
    return same && at == bytes_.size();
}

}  // namespace stagger::control
