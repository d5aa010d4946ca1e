// SPDX-License-Identifier: Apache-2.0
#include "harness/check/linear/frontier.hpp"

#include <algorithm>
#include <bit>

namespace stagger::check {

namespace {

using Word = std::uint64_t;
constexpr std::uint32_t kUnset = history::kNone;

// How a configuration is laid out: a state, a bit for each open operation that has taken effect,
// and a bit for each operation without a response that has.
struct Layout {
    std::size_t open_words = 0;
    std::size_t endless_words = 0;

    std::size_t size() const { return 1 + open_words + endless_words; }
};

void set_bit(Word* words, std::uint32_t bit) {
    words[bit / 64] |= Word{1} << (bit % 64);
}
void clear_bit(Word* words, std::uint32_t bit) {
    words[bit / 64] &= ~(Word{1} << (bit % 64));
}
bool has_bit(const Word* words, std::uint32_t bit) {
    return (words[bit / 64] >> (bit % 64) & 1) != 0;
}

// A set of configurations. One that has used more operations without a response than another, and
// is the same otherwise, can do nothing that the other cannot: it is left out.
class Configurations {
public:
    explicit Configurations(Layout layout) : layout_(layout) {}

    std::size_t size() const { return next_.size(); }
    bool alive(std::size_t index) const { return alive_[index] != 0; }
    const Word* operator[](std::size_t index) const {
        return words_.data() + index * layout_.size();
    }
    bool empty() const { return living_ == 0; }
    std::size_t bytes() const {
        return words_.capacity() * sizeof(Word) + next_.capacity() * 5 +
               slots_.capacity() * sizeof(std::uint32_t);
    }

    void clear() {
        if (size() * 8 < slots_.size()) {
            // Sparse: undo what was set instead of wiping a table that was large once.
            for (const std::uint32_t slot : used_) slots_[slot] = kUnset;
        } else {
            std::fill(slots_.begin(), slots_.end(), kUnset);
        }
        used_.clear();
        words_.clear();
        next_.clear();
        alive_.clear();
        living_ = 0;
    }

    // Requires: not a view into this set.
    void insert(const Word* configuration) {
        if (2 * (used_.size() + 1) > slots_.size()) rehash();
        const std::size_t slot = find(configuration);
        for (std::uint32_t other = slots_[slot]; other != kUnset; other = next_[other]) {
            if (alive_[other] == 0) continue;
            if (covers((*this)[other], configuration)) return;
            if (covers(configuration, (*this)[other])) {
                alive_[other] = 0;
                --living_;
            }
        }
        if (slots_[slot] == kUnset) used_.push_back(static_cast<std::uint32_t>(slot));
        next_.push_back(slots_[slot]);
        slots_[slot] = static_cast<std::uint32_t>(next_.size() - 1);
        alive_.push_back(1);
        ++living_;
        words_.insert(words_.end(), configuration, configuration + layout_.size());
    }

private:
    std::size_t key_size() const { return 1 + layout_.open_words; }

    bool covers(const Word* smaller, const Word* larger) const {
        for (std::size_t i = key_size(); i < layout_.size(); ++i)
            if ((smaller[i] & ~larger[i]) != 0) return false;
        return true;
    }

    std::size_t find(const Word* configuration) const {
        Word hash = 0;
        for (std::size_t i = 0; i < key_size(); ++i) {
            hash = (hash ^ configuration[i]) * 0x9e3779b97f4a7c15u;
            hash ^= hash >> 29;
        }
        const std::size_t mask = slots_.size() - 1;
        std::size_t slot = static_cast<std::size_t>(hash ^ (hash >> 32)) & mask;
        while (slots_[slot] != kUnset &&
               !std::equal(configuration, configuration + key_size(), (*this)[slots_[slot]]))
            slot = (slot + 1) & mask;
        return slot;
    }

    void rehash() {
        std::vector<std::uint32_t> heads;
        for (const std::uint32_t slot : used_) heads.push_back(slots_[slot]);
        slots_.assign(std::max<std::size_t>(64, 2 * slots_.size()), kUnset);
        used_.clear();
        for (const std::uint32_t head : heads) {
            const std::size_t slot = find((*this)[head]);
            slots_[slot] = head;
            used_.push_back(static_cast<std::uint32_t>(slot));
        }
    }

    Layout layout_;
    std::vector<Word> words_;
    std::vector<std::uint32_t> next_;  // the next of equal state and open operations, or kUnset
    std::vector<std::uint8_t> alive_;
    std::vector<std::uint32_t> slots_;  // the first of such a chain, or kUnset
    std::vector<std::uint32_t> used_;   // slots that are not free
    std::size_t living_ = 0;
};

struct Moment {
    std::uint32_t position;
    bool is_response;
    std::uint32_t op;
    bool operator<(const Moment& other) const {
        if (position != other.position) return position < other.position;
        if (is_response != other.is_response) return other.is_response;
        return op < other.op;
    }
};

class FrontierSearch {
public:
    FrontierSearch(std::span<const Interval> intervals, Transitions& transitions,
                   std::span<const std::uint32_t> twins, const SearchLimits& limits)
        : intervals_(intervals),
          transitions_(transitions),
          twins_(twins),
          limits_(limits),
          layout_(plan()),
          now_(layout_),
          before_(layout_),
          after_(layout_) {}

    FrontierResult run(State initial) {
        std::vector<Word> start(layout_.size(), 0);
        start[0] = initial;
        now_.insert(start.data());
        for (const Moment& moment : moments_) {
            if (moment.is_response) {
                if (!respond(moment.op)) return {SearchOutcome::Impossible, moment.op, states()};
            } else {
                invoke(moment.op);
            }
            if (outcome_ != SearchOutcome::Found) return {outcome_, moment.op, {}};
        }
        return {
            transitions_.exhausted() ? SearchOutcome::OutOfMemory : SearchOutcome::Found, 0, {}};
    }

private:
    // Sorts the moments, and gives each operation its bit.
    Layout plan() {
        slot_.assign(intervals_.size(), 0);
        std::uint32_t endless = 0;
        for (std::uint32_t op = 0; op < intervals_.size(); ++op) {
            moments_.push_back({intervals_[op].invoked, false, op});
            if (intervals_[op].responded != history::kNone)
                moments_.push_back({intervals_[op].responded, true, op});
            else
                slot_[op] = endless++;
        }
        std::sort(moments_.begin(), moments_.end());
        std::vector<std::uint32_t> free;
        std::uint32_t slots = 0;
        for (const Moment& moment : moments_) {
            if (is_endless(moment.op)) continue;
            if (moment.is_response) {
                free.push_back(slot_[moment.op]);
            } else if (free.empty()) {
                slot_[moment.op] = slots++;
            } else {
                slot_[moment.op] = free.back();
                free.pop_back();
            }
        }
        return {(slots + 63) / 64, (endless + 63) / 64};
    }

    bool is_endless(std::uint32_t op) const { return intervals_[op].responded == history::kNone; }
    Word* bits(Word* configuration, std::uint32_t op) const {
        return configuration + 1 + (is_endless(op) ? layout_.open_words : 0);
    }
    bool taken(const Word* configuration, std::uint32_t op) const {
        return has_bit(configuration + 1 + (is_endless(op) ? layout_.open_words : 0), slot_[op]);
    }
    static State state(const Word* configuration) { return static_cast<State>(configuration[0]); }

    void invoke(std::uint32_t op) {
        open_.push_back(op);
        if (is_endless(op) || !transitions_.only_looks(op)) return;
        // What changes nothing may as well take effect as soon as it can.
        after_.clear();
        for (std::size_t i = 0; i < now_.size() && within_limits(); ++i) {
            if (!now_.alive(i)) continue;
            scratch_.assign(now_[i], now_[i] + layout_.size());
            look(scratch_.data(), op);
            after_.insert(scratch_.data());
        }
        std::swap(now_, after_);
    }

    void look(Word* configuration, std::uint32_t op) {
        if (transitions_.step(state(configuration), op, 0))
            set_bit(bits(configuration, op), slot_[op]);
    }

    // False where no configuration lets this operation have taken effect.
    bool respond(std::uint32_t op) {
        before_.clear();
        after_.clear();
        for (std::size_t i = 0; i < now_.size(); ++i)
            if (now_.alive(i)) file(now_[i], op);
        for (std::size_t i = 0; i < before_.size() && within_limits(); ++i)
            if (before_.alive(i)) extend(i, op);
        if (outcome_ != SearchOutcome::Found) return true;
        if (transitions_.exhausted()) {
            outcome_ = SearchOutcome::OutOfMemory;
            return true;
        }
        if (after_.empty()) return false;
        open_.erase(std::find(open_.begin(), open_.end(), op));
        std::swap(now_, after_);
        return true;
    }

    // With those in which the responding operation has taken effect, or with those without.
    void file(const Word* configuration, std::uint32_t op) {
        if (!taken(configuration, op)) {
            before_.insert(configuration);
            return;
        }
        filed_.assign(configuration, configuration + layout_.size());
        clear_bit(bits(filed_.data(), op), slot_[op]);
        after_.insert(filed_.data());
    }

    void extend(std::size_t index, std::uint32_t responding) {
        for (const std::uint32_t op : open_) {
            if (taken(before_[index], op) || waits_for_twin(before_[index], op)) continue;
            for (unsigned alternative = 0;; ++alternative) {
                const State now = state(before_[index]);
                const auto next = transitions_.step(now, op, alternative);
                if (!next || transitions_.exhausted()) break;
                if (is_endless(op) && *next == now) continue;
                scratch_.assign(before_[index], before_[index] + layout_.size());
                scratch_[0] = *next;
                set_bit(bits(scratch_.data(), op), slot_[op]);
                for (const std::uint32_t other : open_)
                    if (!is_endless(other) && transitions_.only_looks(other) &&
                        !taken(scratch_.data(), other))
                        look(scratch_.data(), other);
                file(scratch_.data(), responding);
            }
        }
    }

    // Of several that do the same, the one invoked first goes first.
    bool waits_for_twin(const Word* configuration, std::uint32_t op) const {
        return !twins_.empty() && is_endless(op) && twins_[op] != history::kNone &&
               !taken(configuration, twins_[op]);
    }

    bool within_limits() {
        if (outcome_ != SearchOutcome::Found) return false;
        if (++steps_ > limits_.steps) outcome_ = SearchOutcome::OutOfTime;
        if (now_.bytes() + before_.bytes() + after_.bytes() > limits_.memory_bytes)
            outcome_ = SearchOutcome::OutOfMemory;
        if (steps_ % 256 == 0 && std::chrono::steady_clock::now() >= limits_.deadline)
            outcome_ = SearchOutcome::OutOfTime;
        return outcome_ == SearchOutcome::Found;
    }

    std::vector<State> states() const {
        constexpr std::size_t kMost = 64;
        std::vector<State> found;
        for (std::size_t i = 0; i < before_.size() && found.size() < kMost; ++i) {
            const State one = state(before_[i]);
            if (std::find(found.begin(), found.end(), one) == found.end()) found.push_back(one);
        }
        return found;
    }

    std::span<const Interval> intervals_;
    Transitions& transitions_;
    std::span<const std::uint32_t> twins_;
    SearchLimits limits_;
    std::vector<Moment> moments_;
    std::vector<std::uint32_t> slot_;
    Layout layout_;
    Configurations now_, before_, after_;
    std::vector<std::uint32_t> open_;
    std::vector<Word> scratch_, filed_;
    SearchOutcome outcome_ = SearchOutcome::Found;
    std::uint64_t steps_ = 0;
};

}  // namespace

FrontierResult find_by_frontier(std::span<const Interval> intervals, State initial,
                                Transitions& transitions, std::span<const std::uint32_t> twins,
                                const SearchLimits& limits) {
    return FrontierSearch(intervals, transitions, twins, limits).run(initial);
}

}  // namespace stagger::check
