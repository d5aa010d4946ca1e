// SPDX-License-Identifier: Apache-2.0
#include "harness/check/linear/grow_only_set.hpp"

#include <algorithm>

namespace stagger::check {

namespace {

using history::kNone;

struct Entry {
    Interval interval;
    std::uint32_t op;
};

// Steps take effect one after the other, with any order inside. So no operation of a later step may
// have ended before one of an earlier step began.
class Steps {
public:
    // False, with the two that contradict each other, where the operation cannot be this late.
    bool add(const Entry& entry, Finding& finding) {
        if (entry.interval.responded < begun_before_) {
            finding = {Decision::Illegal, Pattern::Interleaved, entry.op, last_begun_};
            return false;
        }
        if (latest_ == kNone || entry.interval.invoked > begun_here_) {
            begun_here_ = entry.interval.invoked;
            latest_ = entry.op;
        }
        return true;
    }
    void next_step() {
        if (latest_ == kNone || begun_here_ < begun_before_) return;
        begun_before_ = begun_here_;
        last_begun_ = latest_;
    }

private:
    std::uint32_t begun_before_ = 0, begun_here_ = 0;  // the latest beginnings
    std::uint32_t last_begun_ = kNone, latest_ = kNone;
};

}  // namespace

Finding judge_grow_only_set(std::span<const std::optional<Interval>> additions,
                            std::span<const SetRead> reads) {
    const auto first_read = static_cast<std::uint32_t>(additions.size());
    std::vector<std::uint32_t> by_size(reads.size());
    for (std::uint32_t i = 0; i < by_size.size(); ++i) by_size[i] = i;
    std::stable_sort(by_size.begin(), by_size.end(), [&](std::uint32_t a, std::uint32_t b) {
        return reads[a].elements.size() < reads[b].elements.size();
    });
    Finding finding;
    Steps steps;
    std::vector<std::uint8_t> there(additions.size(), 0);
    const std::vector<std::uint32_t>* seen = nullptr;
    std::uint32_t seen_by = kNone;
    for (const std::uint32_t index : by_size) {
        const std::vector<std::uint32_t>& elements = reads[index].elements;
        if (seen && !std::includes(elements.begin(), elements.end(), seen->begin(), seen->end()))
            return {Decision::Illegal, Pattern::Interleaved, first_read + index,
                    first_read + seen_by};
        if (!seen || elements.size() != seen->size()) {
            steps.next_step();
            for (const std::uint32_t element : elements) {
                if (there[element] != 0) continue;
                there[element] = 1;
                if (additions[element] && !steps.add({*additions[element], element}, finding))
                    return finding;
            }
            steps.next_step();
        }
        if (!steps.add({reads[index].interval, first_read + index}, finding)) return finding;
        seen = &elements;
        seen_by = index;
    }
    steps.next_step();
    for (std::uint32_t element = 0; element < additions.size(); ++element)
        if (there[element] == 0 && additions[element] &&
            !steps.add({*additions[element], element}, finding))
            return finding;
    return finding;
}

}  // namespace stagger::check
