// SPDX-License-Identifier: Apache-2.0
//
// Bytes stand in the stream in an order in which each could have gone in at a moment of its write,
// that is: none stands behind one of a write that began only after its own had returned. Reads take
// from the front, in an order that respects time, and none takes what was written after it.
#include "harness/check/mixture.hpp"

#include <algorithm>

#include "harness/check/terms.hpp"

namespace stagger::check {

namespace {

using history::kNone;

template <typename Item>
void sort_by_invocation(std::vector<Item>& items) {
    std::stable_sort(items.begin(), items.end(),
                     [](const Item& a, const Item& b) { return a.when.invoked < b.when.invoked; });
}

class MixtureSearch {
public:
    MixtureSearch(Mixture mixture, const SearchLimits& limits)
        : mixture_(std::move(mixture)), limits_(limits), failed_(limits.memory_bytes) {
        sort_by_invocation(mixture_.writes);
        sort_by_invocation(mixture_.reads);
        next_.resize(mixture_.writes.size());
        begun_.resize(mixture_.reads.size());
    }

    SearchOutcome run() {
        for (;;) {
            if (const auto limit = limit_reached()) return *limit;
            if (all_read()) return SearchOutcome::Found;
            collect_choices();
            if (choices_.size() == 1) {
                take(choices_.front());
            } else if (choices_.empty() || !is_new()) {
                if (!retreat()) return SearchOutcome::Impossible;
            } else {
                branches_.push_back({moves_.size(), choices_, 0});
                take(choices_.front());
            }
        }
    }

private:
    // Bytes of a write that came out in a row, or the beginning of a read.
    struct Move {
        bool begins_read = false;
        std::uint32_t what = 0;      // the write, or the read
        std::uint32_t previous = 0;  // the write that had to go on, or the read before
        std::uint32_t from = 0;      // how far the write had come out
        std::uint32_t length = 0;
    };
    struct Branch {
        std::size_t moves;
        std::vector<std::uint32_t> choices;
        std::size_t taken;
    };

    bool read_is_over() const {
        return read_ == kNone || at_ == mixture_.reads[read_].bytes.size();
    }
    bool all_read() const {
        return low_read_ == begun_.size() && read_is_over() && left_nothing_behind();
    }

    // What came in before that read, or any before it in the order, was to be out by now.
    bool left_nothing_behind() const {
        if (read_ == kNone || !mixture_.reads[read_].empties || relaxed()) return true;
        if (must_go_on_ != kNone) return false;
        std::uint32_t begun = 0;
        for (std::size_t i = 0; i < begun_.size(); ++i)
            if (begun_[i]) begun = std::max(begun, mixture_.reads[i].when.invoked);
        for (std::size_t i = low_; i < next_.size(); ++i)
            if (!finished(i) && mixture_.writes[i].when.responded < begun) return false;
        return true;
    }
    bool relaxed() const { return mixture_.lossy || mixture_.duplicating; }
    bool finished(std::size_t write) const {
        return next_[write] == mixture_.writes[write].bytes.size();
    }

    // The first to return of those not begun, which everything that comes before must precede.
    std::uint32_t first_return_of_reads() const {
        std::uint32_t first = kNone;
        for (std::size_t i = low_read_; i < begun_.size(); ++i) {
            if (mixture_.reads[i].when.invoked > first) break;
            if (!begun_[i]) first = std::min(first, mixture_.reads[i].when.responded);
        }
        return first;
    }

    void collect_choices() {
        choices_.clear();
        if (!read_is_over()) return collect_writes();
        if (!left_nothing_behind()) return;
        const std::uint32_t first = first_return_of_reads();
        for (std::uint32_t i = low_read_; i < begun_.size(); ++i) {
            if (mixture_.reads[i].when.invoked > first) break;
            if (!begun_[i]) choices_.push_back(i);
        }
    }

    // The writes that the next byte may come from; the one that the last came from first.
    void collect_writes() {
        std::uint32_t last =
            std::min(first_return_of_reads(), mixture_.reads[read_].when.responded);
        for (window_end_ = low_; window_end_ < next_.size(); ++window_end_) {
            const Mixture::Write& write = mixture_.writes[window_end_];
            if (write.when.invoked > last) break;
            if (finished(window_end_)) continue;
            if (!relaxed()) last = std::min(last, write.when.responded);
            const bool may_go_on = must_go_on_ == kNone || must_go_on_ == window_end_;
            if (may_go_on && position_in(window_end_) != std::string_view::npos)
                choices_.push_back(window_end_);
        }
        std::erase_if(choices_, [&](std::uint32_t write) {
            return mixture_.writes[write].when.invoked > last;
        });
        if (mixture_.duplicating && choices_.size() > 1)
            choices_.erase(choices_.begin() + 1, choices_.end());
        const auto latest = std::find(choices_.begin(), choices_.end(), latest_);
        if (latest != choices_.end()) std::rotate(choices_.begin(), latest, latest + 1);
    }

    // Where the next byte stands in a write.
    std::size_t position_in(std::uint32_t write) const {
        const std::string_view bytes = mixture_.writes[write].bytes;
        const char byte = mixture_.reads[read_].bytes[at_];
        if (relaxed()) return bytes.find(byte, next_[write]);
        return bytes[next_[write]] == byte ? next_[write] : std::string_view::npos;
    }

    void take(std::uint32_t choice) { read_is_over() ? begin_read(choice) : take_byte(choice); }

    void begin_read(std::uint32_t read) {
        moves_.push_back({true, read, read_, 0, 0});
        begun_[read] = true;
        read_ = read;
        at_ = 0;
        while (low_read_ < begun_.size() && begun_[low_read_]) ++low_read_;
    }

    void take_byte(std::uint32_t write) {
        const bool goes_on = !moves_.empty() && !moves_.back().begins_read &&
                             moves_.back().what == write &&
                             (branches_.empty() || branches_.back().moves < moves_.size());
        if (!goes_on) moves_.push_back({false, write, must_go_on_, next_[write], 0});
        ++moves_.back().length;
        if (!mixture_.duplicating)
            next_[write] = static_cast<std::uint32_t>(position_in(write)) + 1;
        ++at_;
        latest_ = write;
        const bool bound = mixture_.writes[write].atomic && !finished(write) && !relaxed();
        must_go_on_ = bound ? write : kNone;
        while (low_ < next_.size() && finished(low_)) ++low_;
    }

    void take_back() {
        const Move move = moves_.back();
        moves_.pop_back();
        if (move.begins_read) {
            begun_[move.what] = false;
            low_read_ = std::min(low_read_, move.what);
            read_ = move.previous;
            at_ = read_ == kNone ? 0 : mixture_.reads[read_].bytes.size();
            return;
        }
        next_[move.what] = move.from;
        low_ = std::min(low_, move.what);
        must_go_on_ = move.previous;
        at_ -= move.length;
    }

    // Back to the last place with another choice, and on with that.
    bool retreat() {
        while (!branches_.empty()) {
            Branch& branch = branches_.back();
            while (moves_.size() > branch.moves) take_back();
            if (++branch.taken < branch.choices.size()) {
                take(branch.choices[branch.taken]);
                return true;
            }
            branches_.pop_back();
        }
        return false;
    }

    // Whether the search is here for the first time. Writes before `low_` are finished, and those
    // beyond what may come next have not begun.
    bool is_new() {
        scratch_.assign({low_, low_read_, read_, static_cast<std::uint32_t>(at_), must_go_on_});
        const std::size_t end = read_is_over() ? next_.size() : window_end_;
        for (std::size_t i = low_; i < end; ++i) scratch_.push_back(next_[i]);
        for (std::uint32_t i = low_read_; i < begun_.size(); ++i)
            if (begun_[i]) scratch_.push_back(i);
        if (failed_.contains(scratch_)) return false;
        failed_.intern(scratch_);
        return true;
    }

    std::optional<SearchOutcome> limit_reached() {
        if (failed_.exhausted()) return SearchOutcome::OutOfMemory;
        if (++steps_ > limits_.steps) return SearchOutcome::OutOfTime;
        if (steps_ % 1024 != 0) return std::nullopt;
        if (std::chrono::steady_clock::now() < limits_.deadline) return std::nullopt;
        return SearchOutcome::OutOfTime;
    }

    Mixture mixture_;
    const SearchLimits limits_;
    Terms failed_;                          // where the search has been
    std::vector<std::uint32_t> next_;       // by write: how many of its bytes came out
    std::vector<bool> begun_;               // by read
    std::uint32_t low_ = 0, low_read_ = 0;  // all before are finished, or begun
    std::uint32_t window_end_ = 0;          // writes from here on cannot come next
    std::uint32_t read_ = kNone;
    std::size_t at_ = 0;  // how far into that read
    std::uint32_t must_go_on_ = kNone;
    std::uint32_t latest_ = kNone;
    std::vector<Move> moves_;
    std::vector<Branch> branches_;
    std::vector<std::uint32_t> choices_, scratch_;
    std::uint64_t steps_ = 0;
};

}  // namespace

SearchOutcome find_mixture(Mixture mixture, const SearchLimits& limits) {
    return MixtureSearch(std::move(mixture), limits).run();
}

}  // namespace stagger::check
