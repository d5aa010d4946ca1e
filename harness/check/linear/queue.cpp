// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>

#include "harness/check/linear/containers.hpp"

namespace stagger::check {

namespace {

// The items' indices, from the latest such moment to the earliest. Moments are sorted together with
// their indices: looking each up in its item would miss the cache.
template <typename Moment>
std::vector<std::uint32_t> latest_first(const std::vector<Item>& items, Moment moment) {
    std::vector<std::uint64_t> keys(items.size());
    for (std::uint32_t i = 0; i < keys.size(); ++i)
        keys[i] = std::uint64_t{moment(items[i])} << 32 | i;
    std::sort(keys.begin(), keys.end(), std::greater<>());
    std::vector<std::uint32_t> order(keys.size());
    std::transform(keys.begin(), keys.end(), order.begin(),
                   [](std::uint64_t key) { return static_cast<std::uint32_t>(key); });
    return order;
}

// For each item, when the first of those that were put in after it was certainly taken out: until
// then it must have been taken out itself.
std::vector<std::uint32_t> bounds_by_order(const Container& container,
                                           std::vector<std::uint32_t>& overtaking) {
    const auto& items = container.items;
    const auto by_begin = latest_first(items, [](const Item& item) { return item.put.invoked; });
    const auto by_end = latest_first(items, [](const Item& item) { return item.put.responded; });
    std::vector<std::uint32_t> bounds(items.size(), history::kNone);
    overtaking.assign(items.size(), history::kNone);
    std::uint32_t least = history::kNone;
    std::uint32_t whose = history::kNone;
    std::size_t next = 0;
    for (const std::uint32_t item : by_end) {
        for (; next < by_begin.size() &&
               items[by_begin[next]].put.invoked > items[item].put.responded;
             ++next) {
            if (items[by_begin[next]].take.responded >= least) continue;
            least = items[by_begin[next]].take.responded;
            whose = by_begin[next];
        }
        bounds[item] = least;
        overtaking[item] = whose;
    }
    return bounds;
}

// Gives those items that must go, and of which it is not known who took them, to operations of
// which it is not known what they took. False where there are too few.
bool give_away(Container& container, const std::vector<std::uint32_t>& bounds,
               std::uint32_t& left_over) {
    std::vector<std::uint32_t> needed;
    for (std::uint32_t i = 0; i < container.items.size(); ++i)
        if (!container.items[i].taken() && bounds[i] != history::kNone) needed.push_back(i);
    std::sort(needed.begin(), needed.end(),
              [&](std::uint32_t a, std::uint32_t b) { return bounds[a] < bounds[b]; });
    std::sort(container.wild.begin(), container.wild.end());
    for (std::size_t i = 0; i < needed.size(); ++i) {
        if (i >= container.wild.size() || container.wild[i] > bounds[needed[i]]) {
            left_over = needed[i];
            return false;
        }
        container.items[needed[i]].take.invoked = container.wild[i];
    }
    return true;
}

}  // namespace

Finding judge_queue(const Container& container) {
    if (const Finding found = taken_too_early(container); found.decision != Decision::Legal)
        return found;
    std::vector<std::uint32_t> overtaking;
    const std::vector<std::uint32_t> bounds = bounds_by_order(container, overtaking);
    const auto out_of_order = [&](std::uint32_t item) {
        return Finding{Decision::Illegal, Pattern::OutOfOrder, item_op(container.items[item]),
                       item_op(container.items[overtaking[item]])};
    };
    for (std::uint32_t i = 0; i < container.items.size(); ++i)
        if (container.items[i].taken() && bounds[i] < container.items[i].take.invoked)
            return out_of_order(i);
    Container settled = container;
    std::uint32_t left_over = 0;
    if (!give_away(settled, bounds, left_over)) return out_of_order(left_over);
    return judge_empties(settled, container);
}

}  // namespace stagger::check
