// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "harness/check/linear/distinct.hpp"

namespace stagger::check {

namespace {

using history::kNone;

// All that happened to one value, or to a chain of values that swaps join. Its operations take
// effect in one go: it cannot come before another block of which some operation precedes one of
// its own. So two blocks are in conflict where each has an operation that precedes one of the
// other.
struct Block {
    // The earliest end and the latest beginning of its operations, shifted by one: at 0 is the
    // write of the initial value.
    std::uint64_t first_end = ~std::uint64_t{0};
    std::uint64_t last_begin = 0;
    std::uint32_t first_op = kNone, last_op = kNone;

    bool is_forward() const { return first_end < last_begin; }
    bool empty() const { return first_op == kNone && first_end != 0; }
};

class RegisterJudge {
public:
    RegisterJudge(std::span<const Access> accesses, std::uint32_t values, std::uint32_t initial)
        : accesses_(accesses), blocks_(values), writer_(values, kNone), next_(values, kNone) {
        initial_ = initial;
    }

    Finding run() {
        if (const Finding found = collect(); found.decision != Decision::Legal) return found;
        if (const Finding found = join_chains(); found.decision != Decision::Legal) return found;
        return compare();
    }

private:
    static std::uint64_t begin(const Interval& interval) {
        return std::uint64_t{interval.invoked} + 1;
    }
    static std::uint64_t end(const Interval& interval) {
        return std::uint64_t{interval.responded} + 1;
    }
    static Finding illegal(Pattern pattern, std::uint32_t first, std::uint32_t second) {
        return {Decision::Illegal, pattern, first, second};
    }

    void add(Block& block, std::uint32_t op) const {
        const Interval& interval = accesses_[op].interval;
        if (block.first_op == kNone || begin(interval) > block.last_begin) block.last_op = op;
        block.last_begin = std::max(block.last_begin, begin(interval));
        if (end(interval) < block.first_end) block.first_op = op;
        if (block.first_op == kNone) block.first_op = op;
        block.first_end = std::min(block.first_end, end(interval));
    }

    // Each operation into the block of its value; a swap is in the one of what it wrote.
    Finding collect() {
        blocks_[initial_].first_end = 0;
        for (std::uint32_t op = 0; op < accesses_.size(); ++op)
            if (accesses_[op].wrote != kNone) writer_[accesses_[op].wrote] = op;
        for (std::uint32_t op = 0; op < accesses_.size(); ++op) {
            const Access& access = accesses_[op];
            if (access.saw != kNone && access.saw != initial_) {
                const std::uint32_t writer = writer_[access.saw];
                if (writer == kNone || writer == op ||
                    access.interval.responded < accesses_[writer].interval.invoked)
                    return illegal(Pattern::SeenTooEarly, op, writer == op ? kNone : writer);
            }
            if (access.wrote == kNone) {
                add(blocks_[access.saw], op);
                continue;
            }
            add(blocks_[access.wrote], op);
            if (access.saw == kNone) continue;
            // Each value goes only once.
            if (next_[access.saw] != kNone)
                return illegal(Pattern::Interleaved, op, writer_[next_[access.saw]]);
            next_[access.saw] = access.wrote;
        }
        return {};
    }

    // What a swap saw is directly followed by what it wrote: the two are one block.
    Finding join_chains() {
        std::vector<bool> follows(blocks_.size(), false);
        for (std::uint32_t value = 0; value < blocks_.size(); ++value)
            if (next_[value] != kNone) follows[next_[value]] = true;
        // No beginning: values that replace each other in a circle.
        std::vector<bool> seen(blocks_.size(), false);
        for (std::uint32_t value = 0; value < blocks_.size(); ++value) {
            if (follows[value]) continue;
            seen[value] = true;
            for (std::uint32_t at = next_[value]; at != kNone; at = next_[at]) {
                seen[at] = true;
                Block& whole = blocks_[value];
                Block& part = blocks_[at];
                if (part.first_end < whole.last_begin)
                    return illegal(Pattern::Interleaved, part.first_op, whole.last_op);
                if (part.first_end < whole.first_end) {
                    whole.first_end = part.first_end;
                    whole.first_op = part.first_op;
                }
                if (part.last_begin > whole.last_begin) {
                    whole.last_begin = part.last_begin;
                    whole.last_op = part.last_op;
                }
                part = Block{};
            }
        }
        for (std::uint32_t value = 0; value < blocks_.size(); ++value)
            if (!seen[value] && !blocks_[value].empty())
                return illegal(Pattern::Interleaved, blocks_[value].first_op, kNone);
        return {};
    }

    Finding compare() const {
        std::vector<const Block*> forward;
        for (const Block& block : blocks_)
            if (!block.empty() && block.is_forward()) forward.push_back(&block);
        std::sort(forward.begin(), forward.end(),
                  [](const Block* a, const Block* b) { return a->first_end < b->first_end; });
        for (std::size_t i = 1; i < forward.size(); ++i)
            if (forward[i]->first_end < forward[i - 1]->last_begin)
                return conflict(*forward[i - 1], *forward[i]);
        for (const Block& block : blocks_) {
            if (block.empty() || block.is_forward()) continue;
            // The last forward block that began to end before this one's last beginning.
            const auto after = std::lower_bound(
                forward.begin(), forward.end(), block.last_begin,
                [](const Block* a, std::uint64_t begin) { return a->first_end < begin; });
            if (after == forward.begin()) continue;
            const Block& around = **(after - 1);
            if (block.first_end < around.last_begin) return conflict(around, block);
        }
        return {};
    }

    static Finding conflict(const Block& a, const Block& b) {
        return illegal(Pattern::Interleaved, a.last_op,
                       b.first_op != kNone ? b.first_op : b.last_op);
    }

    std::span<const Access> accesses_;
    std::vector<Block> blocks_;          // by value
    std::vector<std::uint32_t> writer_;  // by value
    std::vector<std::uint32_t> next_;    // by value: the one that a swap put in its place
    std::uint32_t initial_ = 0;
};

}  // namespace

Finding judge_register(std::span<const Access> accesses, std::uint32_t values,
                       std::uint32_t initial) {
    return RegisterJudge(accesses, values, initial).run();
}

}  // namespace stagger::check
