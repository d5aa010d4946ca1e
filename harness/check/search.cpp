// SPDX-License-Identifier: Apache-2.0
#include "harness/check/search.hpp"

#include <algorithm>
#include <vector>

namespace stagger::check {

namespace {

// The invocations and responses not yet explained, in order of time, as a doubly linked list: to
// take an operation out and to put it back costs the same, whatever stands between.
class Entries {
public:
    struct Entry {
        std::uint32_t op = 0;
        bool is_response = false;
        std::uint32_t partner = 0;  // the other of invocation and response, 0 if there is none
        std::uint32_t previous = 0, next = 0;
    };

    // Entry 0 is the head of the list, the last one its end.
    explicit Entries(std::span<const Interval> intervals) {
        std::vector<std::uint64_t> events;
        events.reserve(2 * intervals.size());
        for (std::uint32_t op = 0; op < intervals.size(); ++op) {
            events.push_back(event(intervals[op].invoked, false, op));
            if (intervals[op].responded != history::kNone)
                events.push_back(event(intervals[op].responded, true, op));
        }
        std::sort(events.begin(), events.end());
        build(events, intervals.size());
    }

    const Entry& operator[](std::uint32_t index) const { return entries_[index]; }
    std::uint32_t first() const { return entries_[0].next; }
    // The first response that is left, from `index` on; at last the end.
    std::uint32_t response_from(std::uint32_t index) const {
        while (!entries_[index].is_response) index = entries_[index].next;
        return index;
    }

    void lift(std::uint32_t invocation) {
        unlink(invocation);
        if (entries_[invocation].partner != 0) unlink(entries_[invocation].partner);
    }
    // Requires: called in the reverse order of lift().
    void put_back(std::uint32_t invocation) {
        if (entries_[invocation].partner != 0) relink(entries_[invocation].partner);
        relink(invocation);
    }

private:
    // Intervals are closed: at one position, invocations stand before responses.
    static std::uint64_t event(std::uint32_t position, bool is_response, std::uint32_t op) {
        return (std::uint64_t{position} << 32) | (std::uint64_t{is_response} << 31) | op;
    }

    void build(const std::vector<std::uint64_t>& events, std::size_t ops) {
        std::vector<std::uint32_t> invocation_of(ops, 0);
        entries_.resize(events.size() + 2);
        for (std::uint32_t i = 0; i < entries_.size(); ++i) {
            entries_[i].previous = i == 0 ? 0 : i - 1;
            entries_[i].next = i + 1;
            if (i == 0 || i > events.size()) continue;
            entries_[i].op = static_cast<std::uint32_t>(events[i - 1] & 0x7fffffff);
            entries_[i].is_response = (events[i - 1] >> 31 & 1) != 0;
            std::uint32_t& invocation = invocation_of[entries_[i].op];
            if (!entries_[i].is_response) {
                invocation = i;
                continue;
            }
            entries_[i].partner = invocation;
            entries_[invocation].partner = i;
        }
        // The end looks like a response: nothing beyond it may be tried.
        entries_.back().is_response = true;
    }

    void unlink(std::uint32_t index) {
        entries_[entries_[index].previous].next = entries_[index].next;
        entries_[entries_[index].next].previous = entries_[index].previous;
    }
    void relink(std::uint32_t index) {
        entries_[entries_[index].previous].next = index;
        entries_[entries_[index].next].previous = index;
    }

    std::vector<Entry> entries_;
};

// Which operations have taken effect. As they do so roughly in order of time, all below `low` have
// and none from `high` on has: a configuration is written down as what lies between.
class Effects {
public:
    explicit Effects(std::size_t ops) : words_((ops + 31) / 32 + 1, 0) {}

    void add(std::uint32_t op) {
        words_[op / 32] |= 1u << (op % 32);
        high_ = std::max(high_, op + 1);
        while (words_[low_ / 32] & (1u << (low_ % 32))) ++low_;
    }
    void remove(std::uint32_t op, std::uint32_t high_before) {
        words_[op / 32] &= ~(1u << (op % 32));
        low_ = std::min(low_, op);
        high_ = high_before;
    }
    std::uint32_t high() const { return high_; }

    void describe(State state, std::vector<std::uint32_t>& out) const {
        out.assign({state, low_});
        for (std::uint32_t word = low_ / 32; word * 32 < high_; ++word) out.push_back(words_[word]);
    }

private:
    std::vector<std::uint32_t> words_;  // one bit more than operations, never set
    std::uint32_t low_ = 0, high_ = 0;
};

class Search {
public:
    Search(std::span<const Interval> intervals, State initial, Transitions& transitions,
           const SearchLimits& limits)
        : entries_(intervals),
          effects_(intervals.size()),
          failed_(limits.memory_bytes),
          transitions_(transitions),
          deadline_(limits.deadline),
          most_steps_(limits.steps),
          keep_longest_(limits.keep_longest),
          state_(initial) {
        for (const Interval& interval : intervals)
            if (interval.responded != history::kNone) ++unexplained_;
        frames_.reserve(intervals.size());
    }

    SearchResult run() {
        std::uint32_t entry = first_choice();
        while (unexplained_ > 0) {
            if (const auto limit = limit_reached()) return result(*limit);
            if (!entries_[entry].is_response) {
                entry = advance(entry, 0) ? first_choice() : next_choice(entry);
                continue;
            }
            if (frames_.size() >= deepest_) {
                if (keep_longest_ && frames_.size() >= longest_.size()) longest_ = order();
                deepest_ = frames_.size();
                stuck_ = entries_[entry].op;
            }
            if (!retreat(entry)) return conclude(SearchOutcome::Impossible);
        }
        return conclude(SearchOutcome::Found);
    }

private:
    struct Frame {
        std::uint32_t entry;
        unsigned alternative;
        State before;
        std::uint32_t high_before;
    };

    // What may take effect next: first the operation that returns first, since nothing else is
    // needed yet (Lowe calls this just in time), then the others in the order of invocation, and
    // then nothing: a response.
    std::uint32_t first_choice() const {
        return unexplained_ > 0 ? entries_[entries_.response_from(entries_.first())].partner : 0;
    }
    std::uint32_t next_choice(std::uint32_t entry) const {
        const std::uint32_t urgent = entries_[entries_.response_from(entry)].partner;
        const std::uint32_t next = entry == urgent ? entries_.first() : entries_[entry].next;
        return next == urgent ? entries_[next].next : next;
    }

    // Lets the operation of `entry` take effect next, from the given alternative on, unless that
    // leads where the search has already failed.
    bool advance(std::uint32_t entry, unsigned alternative) {
        const std::uint32_t op = entries_[entry].op;
        for (;; ++alternative) {
            const auto after = transitions_.step(state_, op, alternative);
            if (!after) return false;
            const std::uint32_t high_before = effects_.high();
            effects_.add(op);
            if (!has_failed(*after)) {
                frames_.push_back({entry, alternative, state_, high_before});
                state_ = *after;
                entries_.lift(entry);
                if (entries_[entry].partner != 0) --unexplained_;
                return true;
            }
            effects_.remove(op, high_before);
        }
    }

    // Takes back the last effect and tries what else could have happened there. Sets `entry` to
    // where to go on; false when nothing is left to take back.
    bool retreat(std::uint32_t& entry) {
        if (frames_.empty()) return false;
        const Frame frame = frames_.back();
        frames_.pop_back();
        // Only a configuration left behind can be met again: those on the way here are smaller.
        effects_.describe(state_, scratch_);
        failed_.intern(scratch_);
        effects_.remove(entries_[frame.entry].op, frame.high_before);
        entries_.put_back(frame.entry);
        if (entries_[frame.entry].partner != 0) ++unexplained_;
        state_ = frame.before;
        const bool advanced = advance(frame.entry, frame.alternative + 1);
        entry = advanced ? first_choice() : next_choice(frame.entry);
        return true;
    }

    bool has_failed(State after) {
        if (failed_.empty()) return false;
        effects_.describe(after, scratch_);
        return failed_.contains(scratch_);
    }

    std::optional<SearchOutcome> limit_reached() {
        if (failed_.exhausted() || transitions_.exhausted()) return SearchOutcome::OutOfMemory;
        if (++steps_ > most_steps_) return SearchOutcome::OutOfTime;
        if (steps_ % 1024 != 0) return std::nullopt;
        if (std::chrono::steady_clock::now() < deadline_) return std::nullopt;
        return SearchOutcome::OutOfTime;
    }

    // The last step may have been an illusion of a full table of states.
    SearchResult conclude(SearchOutcome outcome) const {
        if (transitions_.exhausted()) return result(SearchOutcome::OutOfMemory);
        SearchResult concluded = result(outcome);
        if (outcome != SearchOutcome::Found) return concluded;
        concluded.order = order();
        return concluded;
    }

    SearchResult result(SearchOutcome outcome) const {
        return {outcome, stuck_, failed_.bytes(), longest_};
    }

    std::vector<std::uint32_t> order() const {
        std::vector<std::uint32_t> ops;
        ops.reserve(frames_.size());
        for (const Frame& frame : frames_) ops.push_back(entries_[frame.entry].op);
        return ops;
    }

    Entries entries_;
    Effects effects_;
    Terms failed_;  // configurations from which there is no way on
    Transitions& transitions_;
    std::chrono::steady_clock::time_point deadline_;
    std::uint64_t most_steps_;
    bool keep_longest_;
    State state_;
    std::vector<Frame> frames_;
    std::vector<std::uint32_t> scratch_;
    std::vector<std::uint32_t> longest_;  // order met so far, where it is wanted
    std::size_t unexplained_ = 0;         // responses still in the list
    std::size_t deepest_ = 0;
    std::uint64_t steps_ = 0;
    std::uint32_t stuck_ = 0;
};

}  // namespace

SearchResult find_order(std::span<const Interval> intervals, State initial,
                        Transitions& transitions, const SearchLimits& limits) {
    return Search(intervals, initial, transitions, limits).run();
}

}  // namespace stagger::check
