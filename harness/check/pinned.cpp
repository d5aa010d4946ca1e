// SPDX-License-Identifier: Apache-2.0
#include "harness/check/pinned.hpp"

#include <algorithm>
#include <unordered_map>

namespace stagger::check {
namespace {

bool reads(const Op& op) {
    return op.operation == Operation::Read || op.operation == Operation::Snapshot;
}

// The longest list that was read.
std::vector<Term> longest_read(const Terms& terms, std::span<const Op> ops) {
    std::vector<Term> longest;
    for (const Op& op : ops) {
        const bool told = reads(op) && op.known && op.status == ResultStatus::Ok;
        if (!told || !is_list(terms, op.result)) continue;
        std::vector<Term> items = list_items(terms, op.result);
        if (items.size() > longest.size()) longest = std::move(items);
    }
    return longest;
}

// How often each value was put there.
std::unordered_map<Term, std::uint32_t> times_put(const Terms& terms, std::span<const Op> ops,
                                                  State initial) {
    std::unordered_map<Term, std::uint32_t> times;
    for (const Term item : list_items(terms, initial)) ++times[item];
    for (const Op& op : ops)
        if (op.operation == Operation::Append) ++times[op.value];
    return times;
}

}  // namespace

std::vector<State> pinned_states(Terms& terms, std::span<const Op> ops, State initial) {
    const bool grows = std::all_of(ops.begin(), ops.end(), [](const Op& op) {
        return reads(op) || op.operation == Operation::Append;
    });
    if (!grows || !is_list(terms, initial)) return {};
    const std::vector<Term> longest = longest_read(terms, ops);
    const auto times = times_put(terms, ops, initial);
    // The list grew item by item, so an item that is there once, and was appended once, was
    // appended to exactly those before it.
    std::unordered_map<Term, State> before;
    std::unordered_map<Term, std::uint32_t> seen;
    State prefix = empty_list(terms);
    for (const Term item : longest) {
        ++seen[item];
        before.try_emplace(item, prefix);
        prefix = list_term(terms, prefix, item);
    }
    std::vector<State> pinned(ops.size(), kAnyState);
    for (std::size_t i = 0; i < ops.size(); ++i) {
        const Op& op = ops[i];
        if (reads(op)) {
            if (op.known) pinned[i] = op.result;
        } else if (const auto found = seen.find(op.value);
                   found != seen.end() && found->second == 1 && times.at(op.value) == 1) {
            pinned[i] = before.at(op.value);
        }
    }
    return pinned;
}

}  // namespace stagger::check
