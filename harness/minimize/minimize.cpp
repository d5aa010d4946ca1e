// SPDX-License-Identifier: Apache-2.0
#include "harness/minimize/minimize.hpp"

#include <algorithm>

namespace stagger::minimize {
namespace {

Decisions without(const Decisions& all, std::size_t from, std::size_t to) {
    Decisions rest(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(from));
    rest.insert(rest.end(), all.begin() + static_cast<std::ptrdiff_t>(to), all.end());
    return rest;
}

}  // namespace

// ddmin with complements only: what is wanted is a small schedule, and subsets alone rarely fit.
Decisions minimize(Decisions decisions, const StillShows& still_shows, std::size_t most_tries) {
    std::size_t tries = 0;
    if (most_tries == 0) return decisions;
    if (++tries; !decisions.empty() && still_shows({})) return {};
    std::size_t pieces = 2;
    while (!decisions.empty()) {
        const std::size_t size = (decisions.size() + pieces - 1) / pieces;
        bool smaller = false;
        for (std::size_t from = 0; from < decisions.size() && tries < most_tries;) {
            Decisions candidate = without(decisions, from, std::min(from + size, decisions.size()));
            ++tries;
            if (still_shows(candidate)) {
                decisions = std::move(candidate);
                smaller = true;
            } else {
                from += size;
            }
        }
        if (tries >= most_tries) break;
        if (size == 1 && !smaller) break;
        if (!smaller)
            pieces = std::min(pieces * 2, decisions.size());
        else
            pieces = std::max<std::size_t>(std::min(pieces, decisions.size()), 2);
    }
    return decisions;
}

std::uint64_t minimize_offset(std::uint64_t offset,
                              const std::function<bool(std::uint64_t)>& shows) {
    std::uint64_t fails = 0;
    while (offset - fails > 1) {
        const std::uint64_t middle = fails + (offset - fails) / 2;
        (shows(middle) ? offset : fails) = middle;
    }
    return offset;
}

}  // namespace stagger::minimize
