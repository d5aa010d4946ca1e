// SPDX-License-Identifier: Apache-2.0
//
// What a campaign has learned from its executions so far, calm ones and others: which keys tasks
// meet in, which accesses each task makes of them, and who has read from whom. Planners aim with
// it. In the controller; owned by the explorer, learns from the trace between executions.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "harness/control/layout.hpp"

namespace stagger::engine {

// One access that some execution made: a task's `ordinal`-th of its key.
struct Access {
    std::uint32_t site = control::kNoSite;
    bool reads = false;
    bool writes = false;
};

// A key, and all that is known of its accesses.
struct KeyUse {
    control::Key key = control::kNoKey;
    bool operation = false;  // an object's: its accesses are operations
    control::TaskMask tasks = 0, readers = 0, writers = 0;
    std::vector<std::vector<Access>> accesses;  // by task, then ordinal - 1
    std::uint32_t total = 0;                    // accesses in all

    // Tasks met in it, in one execution, and one of them changed it.
    bool contended() const { return is_contended; }
    bool is_contended = false;
    std::uint64_t execution = 0;  // the last with an access, and who had one in it
    control::TaskMask meeting = 0, changing = 0;
};

// "`reader` reads what `writer` wrote": ordinals from 1; the writer's task kNobody is the initial
// value's.
struct ReadsFrom {
    control::Key key = control::kNoKey;
    control::AccessName reader{control::kNobody, 0}, writer{control::kNobody, 0};

    std::uint64_t name() const;  // the same for the same pair, and for no other
};

class Knowledge {
public:
    // `silent`: tasks that make no decisions; that they meet with one client says nothing.
    // `blind`: by site, whether its operation returns nothing of what its object holds.
    // `groups`: by task, who runs the same steps.
    Knowledge(std::vector<std::uint32_t> groups, control::TaskMask silent, std::vector<bool> blind)
        : tasks_(static_cast<std::uint32_t>(groups.size())),
          groups_(std::move(groups)),
          silent_(silent),
          blind_(std::move(blind)) {}

    // From the trace of the execution that has just ended.
    void learn(const control::Segment&);

    std::uint32_t tasks() const { return tasks_; }
    std::uint32_t group_of(control::TaskIndex task) const { return groups_[task]; }
    // Choices that an execution takes where tasks meet: the most so far.
    std::uint64_t choices() const { return choices_; }
    const control::KeySet& contended() const { return filter_; }
    const std::vector<KeyUse>& keys() const { return keys_; }
    // Events of the contended keys that the calm execution has, by task.
    const std::vector<std::uint32_t>& calm_events() const { return calm_events_; }

    // The logarithm of the interleavings of the key with the most: classes of executions are about
    // as many, or more where keys are independent.
    double log_interleavings() const;

    bool has_seen(const ReadsFrom& pair) const { return seen_.contains(pair.name()); }
    // The same for all instances of two steps, whichever tasks of their roles run them.
    bool has_seen_sites(std::uint64_t name) const { return seen_sites_.contains(name); }
    std::uint64_t sites_name(const ReadsFrom&) const;
    // Of two reads in a row of one task, in the same way.
    static std::uint64_t row_name(std::uint64_t first, std::uint64_t second);
    bool has_seen_row(std::uint64_t name) const { return seen_rows_.contains(name); }
    // Of a read, and of the one that its writer did last before it wrote, in the same way.
    static std::uint64_t chain_name(std::uint64_t read, std::uint64_t before);
    bool has_seen_chain(std::uint64_t name) const { return seen_chains_.contains(name); }
    // The read that the writer of this pair did last before; its key is kNoKey if there is none.
    ReadsFrom read_before_write(const ReadsFrom& pair) const;
    // The read of an operation's result, or of memory, that the task did next; its key is kNoKey if
    // there is none.
    ReadsFrom next_read(const ReadsFrom& after) const;
    const KeyUse* use_of(control::Key key) const;
    // Changes when something was learned that a planner could aim at.
    std::size_t version() const {
        return seen_.size() + seen_rows_.size() + seen_chains_.size() + contended_count_;
    }
    // Of the last execution, in the order of the reads.
    const std::vector<ReadsFrom>& last_pairs() const { return last_pairs_; }

private:
    KeyUse& use_of(control::Key key, bool operation);
    void note_events(const control::Trace&);
    void note_access(const control::TraceEntry&);
    void note_read(std::size_t use, const control::AccessName& reader, const ReadsFrom& operation);
    ReadsFrom operation_of(const control::TraceEntry&) const;
    void note_row(const ReadsFrom& pair, bool operation, std::uint64_t name);
    bool reads(const control::TraceEntry&) const;

    std::uint32_t tasks_;
    std::vector<std::uint32_t> groups_;
    control::TaskMask silent_;
    std::vector<bool> blind_;
    std::uint64_t choices_ = 1;
    std::uint64_t executions_ = 0;
    std::size_t contended_count_ = 0;
    bool calm_ = true;  // the next execution is the first
    control::KeySet filter_{};
    std::vector<KeyUse> keys_;
    std::unordered_map<control::Key, std::size_t> index_;
    std::vector<std::uint32_t> calm_events_;
    std::unordered_set<std::uint64_t> seen_, seen_sites_, seen_rows_, seen_chains_;
    std::vector<ReadsFrom> last_pairs_;

    struct Write {
        control::AccessName access{control::kNobody, 0};
        ReadsFrom operation;           // as a reader: the one that the write belongs to
        std::uint64_t read_sites = 0;  // of what its task read last before; 0: nothing
    };
    struct LastRead {
        ReadsFrom read;
        std::uint64_t sites_name = 0;
    };

    // Of the execution being read: accesses so far by key and task, the last write by key, and the
    // last read by task, of memory and of operations.
    std::vector<std::vector<std::uint32_t>> counts_;
    std::vector<Write> last_write_;
    std::vector<LastRead> last_read_;
    // By the name of a read without a writer, the read that followed it when it was first seen.
    std::unordered_map<std::uint64_t, ReadsFrom> next_reads_;
    // By the name of a write as if it read, the read of its task before it when it was first seen.
    std::unordered_map<std::uint64_t, ReadsFrom> reads_before_;
};

}  // namespace stagger::engine
