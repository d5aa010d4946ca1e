// SPDX-License-Identifier: Apache-2.0
#include "harness/engine/strategy/knowledge.hpp"

#include <algorithm>
#include <cmath>

#include "harness/control/decider.hpp"

namespace stagger::engine {
namespace {

using control::AccessName;
using control::Call;
using control::Key;
using control::mix;
using control::TraceEntry;
using control::TraceKind;

// What is remembered is bounded; behind the bounds planners only aim less well.
constexpr std::size_t kMaxKeys = std::size_t{1} << 14;
constexpr std::size_t kMaxAccesses = std::size_t{1} << 12;  // of one task to one key
constexpr std::size_t kMaxPairs = std::size_t{1} << 20;

bool is_memory(Call call) {
    return call == Call::MemoryRead || call == Call::MemoryWrite || call == Call::AtomicLoad ||
           call == Call::MemoryAtomic;
}

// Accesses that can read from each other: whole operations, and single words of memory.
bool is_access(const TraceEntry& entry) {
    return entry.kind == TraceKind::Event &&
           (entry.call == Call::Response || is_memory(entry.call));
}

bool is_decision(const TraceEntry& entry, const control::KeySet& filter) {
    const bool choice = (entry.candidates & (entry.candidates - 1)) != 0;
    if (entry.kind != TraceKind::Event || !choice) return false;
    const bool goes_on = entry.turn == 0 && entry.asker == entry.task;
    return !goes_on || !control::is_quiet(filter, footprint_of(entry));
}

}  // namespace

std::uint64_t ReadsFrom::name() const {
    const std::uint64_t from = mix(writer.task, writer.ordinal);
    return mix(mix(key, mix(reader.task, reader.ordinal)), from);
}

KeyUse& Knowledge::use_of(Key key, bool operation) {
    const auto [at, fresh] = index_.try_emplace(key, keys_.size());
    if (fresh) {
        keys_.emplace_back();
        keys_.back().key = key;
        keys_.back().operation = operation;
        keys_.back().accesses.resize(tasks_);
        counts_.emplace_back(tasks_, 0);
        last_write_.emplace_back();
    }
    return keys_[at->second];
}

void Knowledge::learn(const control::Segment& segment) {
    for (auto& counts : counts_) std::fill(counts.begin(), counts.end(), 0);
    std::fill(last_write_.begin(), last_write_.end(), Write{});
    last_pairs_.clear();
    ++executions_;
    last_read_.assign(std::size_t{tasks_} * 2, {});
    note_events(segment.trace);
    for (std::uint32_t i = 0; i < segment.trace.count; ++i) {
        const TraceEntry& entry = segment.trace.entries[i];
        if (is_access(entry) && entry.task < tasks_) note_access(entry);
    }
    if (!calm_) {
        choices_ = std::max(choices_, segment.execution.decisions);
        return;
    }
    calm_ = false;
    calm_events_.assign(tasks_, 0);
    std::uint64_t choices = 0;
    for (std::uint32_t i = 0; i < segment.trace.count; ++i) {
        const TraceEntry& entry = segment.trace.entries[i];
        choices += is_decision(entry, filter_) ? 1 : 0;
        const bool counts = entry.kind == TraceKind::Event && entry.call != Call::Response;
        if (counts && entry.task < tasks_ && filter_.has(entry.key)) ++calm_events_[entry.task];
    }
    choices_ = std::max<std::uint64_t>(choices, 1);
}

// Which keys tasks meet in.
void Knowledge::note_events(const control::Trace& trace) {
    for (std::uint32_t i = 0; i < trace.count; ++i) {
        const TraceEntry& entry = trace.entries[i];
        const bool nameless = entry.key == control::kNoKey || entry.key == control::kAnyKey ||
                              control::is_private_memory(entry.key);
        if (nameless || entry.task >= tasks_ || keys_.size() >= kMaxKeys) continue;
        if ((silent_ & control::bit(entry.task)) != 0) continue;
        const bool operation = entry.call == Call::Invoke || entry.call == Call::Response;
        KeyUse& use = use_of(entry.key, operation);
        if (use.execution != executions_) use.meeting = use.changing = 0;
        use.execution = executions_;
        use.meeting |= control::bit(entry.task);
        if (!entry.reads_only) use.changing |= control::bit(entry.task);
        use.tasks |= control::bit(entry.task);
        if (!entry.reads_only) use.writers |= control::bit(entry.task);
        if (use.is_contended || (use.meeting & (use.meeting - 1)) == 0 || use.changing == 0)
            continue;
        use.is_contended = true;
        ++contended_count_;
        filter_.add(use.key);
    }
}

bool Knowledge::reads(const TraceEntry& entry) const {
    if (entry.call == Call::MemoryWrite) return false;
    if (entry.call != Call::Response) return true;
    return entry.site >= blind_.size() || !blind_[entry.site];
}

void Knowledge::note_access(const TraceEntry& entry) {
    const auto found = index_.find(entry.key);
    if (found == index_.end()) return;
    const std::size_t index = found->second;
    KeyUse& use = keys_[index];
    const std::uint32_t ordinal = ++counts_[index][entry.task];
    std::vector<Access>& known = use.accesses[entry.task];
    const bool writes = !entry.reads_only;
    const bool reads = this->reads(entry);
    if (reads) use.readers |= control::bit(entry.task);
    if (ordinal > known.size() && known.size() < kMaxAccesses) {
        known.push_back({entry.site, reads, writes});
        ++use.total;
    }
    if (!use.contended()) return;
    Write write{{entry.task, ordinal}, operation_of(entry)};
    if (reads) note_read(index, write.access, write.operation);
    if (!writes) return;
    const LastRead& before = last_read_[entry.task * 2 + (use.operation ? 1 : 0)];
    if (before.read.key != control::kNoKey) {
        write.read_sites = before.sites_name;
        reads_before_.try_emplace(ReadsFrom{use.key, write.access, {}}.name(), before.read);
    }
    last_write_[index] = write;
}

// The operation that an access to memory belongs to: the one its task has under way.
ReadsFrom Knowledge::operation_of(const TraceEntry& entry) const {
    if (entry.call == Call::Response || entry.object == control::kNoSite) return {};
    const Key key = control::make_key(control::KeySpace::Object, entry.object);
    const auto found = index_.find(key);
    if (found == index_.end()) return {};
    return {key, {entry.task, counts_[found->second][entry.task] + 1}, {}};
}

void Knowledge::note_read(std::size_t use, const AccessName& reader, const ReadsFrom& operation) {
    const Write& write = last_write_[use];
    const ReadsFrom pair{keys_[use].key, reader, write.access};
    last_pairs_.push_back(pair);
    const std::uint64_t name = sites_name(pair);
    note_row(pair, keys_[use].operation, name);
    if (write.read_sites != 0) seen_chains_.insert(chain_name(name, write.read_sites));
    if (seen_.size() >= kMaxPairs || !seen_.insert(pair.name()).second) return;
    seen_sites_.insert(name);
    // Which of two operations took effect first is told by memory, if it is seen.
    const bool same_object =
        operation.key != control::kNoKey &&
        (write.operation.key == operation.key || write.access.task == control::kNobody);
    if (!same_object) return;
    const ReadsFrom operations{operation.key, operation.reader, write.operation.reader};
    seen_.insert(operations.name());
    seen_sites_.insert(sites_name(operations));
}

void Knowledge::note_row(const ReadsFrom& pair, bool operation, std::uint64_t name) {
    LastRead& last = last_read_[pair.reader.task * 2 + (operation ? 1 : 0)];
    const ReadsFrom bare{pair.key, pair.reader, {}};
    if (last.read.key != control::kNoKey) {
        seen_rows_.insert(row_name(last.sites_name, name));
        next_reads_.try_emplace(last.read.name(), bare);
    }
    last = {bare, name};
}

std::uint64_t Knowledge::row_name(std::uint64_t first, std::uint64_t second) {
    return mix(first, second);
}

ReadsFrom Knowledge::next_read(const ReadsFrom& after) const {
    const auto found = next_reads_.find(ReadsFrom{after.key, after.reader, {}}.name());
    return found == next_reads_.end() ? ReadsFrom{} : found->second;
}

std::uint64_t Knowledge::chain_name(std::uint64_t read, std::uint64_t before) {
    return mix(mix(read, before), 1);
}

ReadsFrom Knowledge::read_before_write(const ReadsFrom& pair) const {
    const auto found = reads_before_.find(ReadsFrom{pair.key, pair.writer, {}}.name());
    return found == reads_before_.end() ? ReadsFrom{} : found->second;
}

double Knowledge::log_interleavings() const {
    double most = 0;
    for (const KeyUse& use : keys_) {
        if (!use.contended()) continue;
        double log = std::lgamma(use.total + 1.0);
        for (const auto& known : use.accesses) {
            log -= std::lgamma(static_cast<double>(known.size()) + 1);
        }
        most = std::max(most, log);
    }
    return most;
}

const KeyUse* Knowledge::use_of(Key key) const {
    const auto found = index_.find(key);
    return found == index_.end() ? nullptr : &keys_[found->second];
}

std::uint64_t Knowledge::sites_name(const ReadsFrom& pair) const {
    const auto found = index_.find(pair.key);
    if (found == index_.end()) return 0;
    const KeyUse& use = keys_[found->second];
    const auto site_of = [&](const AccessName& name) -> std::uint64_t {
        if (name.task >= use.accesses.size()) return control::kNobody;
        const std::vector<Access>& known = use.accesses[name.task];
        return name.ordinal - 1 < known.size() ? known[name.ordinal - 1].site : control::kNoSite;
    };
    const std::uint64_t own = pair.reader.task == pair.writer.task ? 1 : 0;
    const std::uint64_t level = use.operation ? 2 : 0;
    return mix(mix(site_of(pair.reader), site_of(pair.writer)), own + level);
}

}  // namespace stagger::engine
