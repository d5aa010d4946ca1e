// SPDX-License-Identifier: Apache-2.0
//
// An item is certainly on the stack from the end of its push to the beginning of its pop. At a
// moment at which nothing is certainly there, the stack may as well be empty: what lies before and
// what lies behind can be judged apart. Where there is no such moment, some item is below all
// others all the time: its push can come before all that ended, its pop after all that began. Any
// that can be, may be; it is taken out, and what is left is judged again. What is popped while it
// is still being pushed is on the stack for no time at all, and in nobody's way. With trees over
// time and items all that takes O(n log n).
#include <algorithm>
#include <bit>
#include <limits>

#include "harness/check/linear/containers.hpp"

namespace stagger::check {

namespace {

using history::kNone;

// The greatest of a range of numbers, and where it stands.
class MaximumTree {
public:
    explicit MaximumTree(std::size_t size)
        : leaves_(std::bit_ceil(std::max<std::size_t>(size, 1))), values_(2 * leaves_, kNothing) {}

    static constexpr std::int64_t kNothing = std::numeric_limits<std::int64_t>::min();

    void set(std::size_t index, std::int64_t value) {
        std::size_t node = index + leaves_;
        values_[node] = value;
        while (node > 1) {
            node /= 2;
            values_[node] = std::max(values_[2 * node], values_[2 * node + 1]);
        }
    }
    std::int64_t maximum(std::size_t from, std::size_t to) const {
        std::int64_t best = kNothing;
        for (from += leaves_, to += leaves_; from < to; from /= 2, to /= 2) {
            if (from % 2 == 1) best = std::max(best, values_[from++]);
            if (to % 2 == 1) best = std::max(best, values_[--to]);
        }
        return best;
    }
    // Some index in the range with at least that value; `to` if there is none.
    std::size_t find(std::size_t from, std::size_t to, std::int64_t least) const {
        std::size_t left = from + leaves_;
        std::size_t right = to + leaves_;
        for (; left < right; left /= 2, right /= 2) {
            if (left % 2 == 1 && values_[left++] >= least) return descend(left - 1, least);
            if (right % 2 == 1 && values_[--right] >= least) return descend(right, least);
        }
        return to;
    }

private:
    std::size_t descend(std::size_t node, std::int64_t least) const {
        while (node < leaves_) node = values_[2 * node] >= least ? 2 * node : 2 * node + 1;
        return node - leaves_;
    }

    std::size_t leaves_;
    std::vector<std::int64_t> values_;
};

// How many stretches lie over each moment; finds a moment with none.
class CoverTree {
public:
    explicit CoverTree(std::size_t size)
        : leaves_(std::bit_ceil(std::max<std::size_t>(size, 1))),
          least_(2 * leaves_, 0),
          added_(2 * leaves_, 0) {}

    void add(std::size_t from, std::size_t to, int amount) {
        if (from < to) add(1, 0, leaves_, {from, to}, amount);
    }
    // The first moment of the range under nothing; `to` if there is none.
    std::size_t find_bare(std::size_t from, std::size_t to) const {
        return from < to ? find(1, 0, leaves_, {from, to}, 0) : to;
    }

private:
    struct Range {
        std::size_t from, to;
    };

    void add(std::size_t node, std::size_t begin, std::size_t end, Range range, int amount) {
        if (range.to <= begin || end <= range.from) return;
        if (range.from <= begin && end <= range.to) {
            least_[node] += amount;
            added_[node] += amount;
            return;
        }
        const std::size_t middle = (begin + end) / 2;
        add(2 * node, begin, middle, range, amount);
        add(2 * node + 1, middle, end, range, amount);
        least_[node] = std::min(least_[2 * node], least_[2 * node + 1]) + added_[node];
    }

    std::size_t find(std::size_t node, std::size_t begin, std::size_t end, Range range,
                     int above) const {
        if (range.to <= begin || end <= range.from || least_[node] + above > 0) return range.to;
        if (node >= leaves_) return begin;
        const std::size_t middle = (begin + end) / 2;
        const std::size_t left = find(2 * node, begin, middle, range, above + added_[node]);
        return left != range.to ? left
                                : find(2 * node + 1, middle, end, range, above + added_[node]);
    }

    std::size_t leaves_;
    std::vector<int> least_, added_;
};

class StackJudge {
public:
    explicit StackJudge(const Container& container) {
        for (const Item& item : container.items)
            if (item.put.responded < item.take.invoked) items_.push_back(item);
        std::sort(items_.begin(), items_.end(),
                  [](const Item& a, const Item& b) { return a.put.responded < b.put.responded; });
        for (const Item& item : items_) {
            moments_.push_back(item.put.responded);
            moments_.push_back(item.take.invoked);
        }
        std::sort(moments_.begin(), moments_.end());
        moments_.erase(std::unique(moments_.begin(), moments_.end()), moments_.end());
    }

    Finding run() {
        Trees trees(items_.size(), moments_.size());
        for (std::size_t i = 0; i < items_.size(); ++i) {
            trees.pops.set(i, items_[i].take.invoked);
            trees.late.set(i, -std::int64_t{items_[i].put.invoked});
            cover(trees, i, 1);
        }
        std::vector<Group> groups;
        if (!items_.empty()) groups.push_back({0, items_.size()});
        while (!groups.empty()) {
            const Group group = groups.back();
            groups.pop_back();
            if (!reduce(trees, group, groups)) return illegal(trees, group);
        }
        return {};
    }

private:
    // Items by the end of their pushes; those taken out are still counted.
    struct Group {
        std::size_t from, to;
    };
    struct Trees {
        Trees(std::size_t items, std::size_t moments)
            : pops(items), late(items), early(items), cover(moments) {}
        MaximumTree pops;   // beginnings of pops
        MaximumTree late;   // beginnings of pushes, negated, of those that could not be first yet
        MaximumTree early;  // ends of pops, of those whose push could be the first of their group
        CoverTree cover;    // over the moments
    };

    std::size_t moment(std::uint32_t position) const {
        return static_cast<std::size_t>(
            std::lower_bound(moments_.begin(), moments_.end(), position) - moments_.begin());
    }

    void cover(Trees& trees, std::size_t item, int amount) const {
        trees.cover.add(moment(items_[item].put.responded) + 1, moment(items_[item].take.invoked),
                        amount);
    }

    // Cuts the group in two, or takes an item out. False where neither is possible.
    bool reduce(Trees& trees, Group group, std::vector<Group>& groups) const {
        // What is left of it: any item's pop begins after time 0.
        const std::size_t first = trees.pops.find(group.from, group.to, 0) == group.to
                                      ? group.to
                                      : first_left(trees, group);
        if (first == group.to) return true;
        const std::int64_t last_pop = trees.pops.maximum(first, group.to);
        const std::uint32_t begin = items_[first].put.responded;
        const std::size_t end = moment(static_cast<std::uint32_t>(last_pop));
        const std::size_t bare = trees.cover.find_bare(moment(begin) + 1, end);
        if (bare != end && moment(begin) + 1 < end) {
            const std::uint32_t cut = moments_[bare];
            const auto behind =
                std::partition_point(items_.begin() + static_cast<std::ptrdiff_t>(first),
                                     items_.begin() + static_cast<std::ptrdiff_t>(group.to),
                                     [cut](const Item& item) { return item.put.responded < cut; });
            const auto middle = static_cast<std::size_t>(behind - items_.begin());
            groups.push_back({first, middle});
            groups.push_back({middle, group.to});
            return true;
        }
        return take_out_lowest(trees, {first, group.to}, last_pop, groups);
    }

    std::size_t first_left(const Trees& trees, Group group) const {
        std::size_t from = group.from;
        std::size_t to = group.to;
        // The least index that is left, by halving.
        while (to - from > 1) {
            const std::size_t middle = (from + to) / 2;
            if (trees.pops.maximum(from, middle) != MaximumTree::kNothing)
                to = middle;
            else
                from = middle;
        }
        return from;
    }

    bool take_out_lowest(Trees& trees, Group group, std::int64_t last_pop,
                         std::vector<Group>& groups) const {
        const std::int64_t first_push = items_[group.from].put.responded;
        for (;;) {
            const std::size_t found = trees.late.find(group.from, group.to, -first_push);
            if (found == group.to) break;
            trees.late.set(found, MaximumTree::kNothing);
            trees.early.set(found, items_[found].take.responded);
        }
        const std::size_t lowest = trees.early.find(group.from, group.to, last_pop);
        if (lowest == group.to) return false;
        trees.early.set(lowest, MaximumTree::kNothing);
        trees.pops.set(lowest, MaximumTree::kNothing);
        cover(trees, lowest, -1);
        groups.push_back(group);
        return true;
    }

    // Names the item pushed first and the one popped last: one of them would have to be the lowest.
    Finding illegal(const Trees& trees, Group group) const {
        const std::size_t first = first_left(trees, group);
        const std::int64_t last_pop = trees.pops.maximum(first, group.to);
        const std::size_t last = trees.pops.find(first, group.to, last_pop);
        return {Decision::Illegal, Pattern::NotNested, item_op(items_[first]),
                last == first ? kNone : item_op(items_[last])};
    }

    std::vector<Item> items_;  // by the end of their pushes
    std::vector<std::uint32_t> moments_;
};

}  // namespace

Finding judge_stack(const Container& container) {
    if (const Finding found = taken_too_early(container); found.decision != Decision::Legal)
        return found;
    const Finding empties = judge_empties(container, container);
    if (empties.decision == Decision::Illegal) return empties;
    Finding found = StackJudge(container).run();
    if (found.decision == Decision::Legal) return empties;
    if (container.wild.empty()) return found;
    if (StackJudge(with_wild_takes(container)).run().decision == Decision::Legal)
        found.decision = Decision::Undecided;
    return found;
}

}  // namespace stagger::check
