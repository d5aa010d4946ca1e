// SPDX-License-Identifier: Apache-2.0
#include "harness/check/linear/containers.hpp"

#include <algorithm>

namespace stagger::check {

namespace {

// A stretch of time, its ends not included, during which something was there at every moment.
struct Stretch {
    std::uint32_t from;
    std::uint32_t to;
};

std::vector<Stretch> filled(const Container& container) {
    std::vector<Stretch> stretches;
    for (const Item& item : container.items)
        if (item.put.responded < item.take.invoked)
            stretches.push_back({item.put.responded, item.take.invoked});
    std::sort(stretches.begin(), stretches.end(),
              [](const Stretch& a, const Stretch& b) { return a.from < b.from; });
    std::vector<Stretch> merged;
    for (const Stretch& stretch : stretches) {
        if (!merged.empty() && stretch.from < merged.back().to)
            merged.back().to = std::max(merged.back().to, stretch.to);
        else
            merged.push_back(stretch);
    }
    return merged;
}

// The first empty result for which there is no moment; kNone if there is none.
std::uint32_t impossible_empty(const Container& container) {
    if (container.empties.empty()) return history::kNone;
    const std::vector<Stretch> stretches = filled(container);
    for (std::uint32_t i = 0; i < container.empties.size(); ++i) {
        const Interval& empty = container.empties[i];
        const auto after = std::lower_bound(
            stretches.begin(), stretches.end(), empty.invoked,
            [](const Stretch& stretch, std::uint32_t begin) { return stretch.from < begin; });
        if (after != stretches.begin() && (after - 1)->to > empty.responded) return i;
    }
    return history::kNone;
}

}  // namespace

Finding taken_too_early(const Container& container) {
    for (const Item& item : container.items)
        if (item.take.responded < item.put.invoked)
            return {Decision::Illegal, Pattern::SeenTooEarly, item.take_op, item.put_op};
    return {};
}

Container with_wild_takes(const Container& container) {
    Container changed = container;
    if (container.wild.empty()) return changed;
    const std::uint32_t first = *std::min_element(container.wild.begin(), container.wild.end());
    for (Item& item : changed.items)
        if (!item.taken()) item.take.invoked = first;
    changed.wild.clear();
    return changed;
}

Finding judge_empties(const Container& settled, const Container& container) {
    const std::uint32_t found = impossible_empty(settled);
    if (found == history::kNone) return {};
    const bool open =
        !container.wild.empty() && impossible_empty(with_wild_takes(container)) == history::kNone;
    return {open ? Decision::Undecided : Decision::Illegal, Pattern::NeverEmpty,
            container.empty_ops[found], history::kNone};
}

Finding judge_bag(const Container& container) {
    const Finding found = taken_too_early(container);
    return found.decision == Decision::Legal ? judge_empties(container, container) : found;
}

}  // namespace stagger::check
