// SPDX-License-Identifier: Apache-2.0
//
// Sets of which the whole is read, and from which nothing is removed.
#include <algorithm>

#include "harness/check/linear/grow_only_set.hpp"
#include "harness/recorded/distinct.hpp"

namespace stagger::recorded {

namespace {

using check::Decision;
using check::Finding;
using check::Pattern;

// Additions whose results say nothing, and reads.
bool fits(const Part& part, const Values& values) {
    return std::all_of(part.calls.begin(), part.calls.end(), [&](const Call& call) {
        const bool adds = call.function == Function::Insert && !call.known;
        return adds || (call.function == Function::Read && values[call.result].list());
    });
}

}  // namespace

std::optional<Finding> DistinctJudge::judge_set(const Part& part, const Ends& ends) {
    if (!fits(part, history_.values)) return std::nullopt;
    forget();
    std::vector<std::optional<check::Interval>> additions;
    std::vector<std::uint32_t> call_of;
    for (const std::uint32_t item : initial_items_) number_of(item);
    additions.resize(count_);
    call_of.resize(count_, kNone);
    const std::uint32_t initial = count_;
    for (std::uint32_t i = 0; i < part.calls.size(); ++i) {
        if (part.calls[i].function != Function::Insert) continue;
        if (is_known(part.calls[i].value)) return std::nullopt;
        number_of(part.calls[i].value);
        additions.push_back(check::Interval{part.calls[i].invoked, ends[i]});
        call_of.push_back(i);
    }
    std::vector<check::SetRead> reads;
    std::vector<std::uint32_t> read_calls;
    std::vector<std::uint8_t> seen(count_, 0);
    for (std::uint32_t i = 0; i < part.calls.size(); ++i) {
        if (part.calls[i].function != Function::Read || ends[i] == kNone) continue;
        check::SetRead read{{part.calls[i].invoked, ends[i]}, {}};
        for (const Value& item : *history_.values[part.calls[i].result].list()) {
            const std::uint32_t value = history_.values.find(item);
            if (value == kNone || value >= numbers_.size() || !is_known(value))
                return Finding{Decision::Illegal, Pattern::SeenTooEarly, i, kNone};
            read.elements.push_back(numbers_[value].number);
            seen[numbers_[value].number] = 1;
        }
        std::sort(read.elements.begin(), read.elements.end());
        read.elements.erase(std::unique(read.elements.begin(), read.elements.end()),
                            read.elements.end());
        const bool all_initial = read.elements.size() >= initial &&
                                 (initial == 0 || read.elements[initial - 1] == initial - 1);
        if (!all_initial) return Finding{Decision::Illegal, Pattern::Interleaved, i, kNone};
        reads.push_back(std::move(read));
        read_calls.push_back(i);
    }
    // What never returned and was never seen need not have been added.
    for (std::uint32_t element = initial; element < additions.size(); ++element)
        if (additions[element]->responded == kNone && seen[element] == 0)
            additions[element].reset();
    Finding finding = check::judge_grow_only_set(additions, reads);
    const auto call = [&](std::uint32_t op) {
        if (op == kNone) return kNone;
        return op < additions.size() ? call_of[op] : read_calls[op - additions.size()];
    };
    finding.first = call(finding.first);
    finding.second = call(finding.second);
    return finding;
}

}  // namespace stagger::recorded
