// SPDX-License-Identifier: Apache-2.0
//
// What the models of queues, framed streams and topics share: values on their way, and which of
// them the contract's FIFO scope lets out next: the first, the first of any producer, or any.
#include <algorithm>

#include "harness/check/models/model.hpp"

namespace stagger::check::model {

void normalise(Items& items, stagger_fifo_scope scope) {
    if (scope != STAGGER_FIFO_NONE) return;
    for (Item& item : items) item.producer = 0;
    std::sort(items.begin(), items.end());
}

bool may_be_next(const Items& items, std::size_t index, stagger_fifo_scope scope) {
    if (scope == STAGGER_FIFO_GLOBAL) return index == 0;
    const auto before = items.begin() + static_cast<std::ptrdiff_t>(index);
    if (scope == STAGGER_FIFO_NONE) return index == 0 || items[index - 1] != items[index];
    return std::none_of(items.begin(), before,
                        [&](const Item& other) { return other.producer == items[index].producer; });
}

bool take_item(Items& items, const Op& op, stagger_fifo_scope scope, unsigned alternative) {
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (op.known && items[i].value != op.result) continue;
        if (!may_be_next(items, i, scope)) continue;
        if (alternative-- > 0) continue;
        items.erase(items.begin() + static_cast<std::ptrdiff_t>(i));
        return true;
    }
    return false;
}

bool shows(const Terms& terms, const Items& items, Term seen, stagger_fifo_scope scope) {
    if (!is_list(terms, seen)) return false;
    std::vector<Term> values = list_items(terms, seen);
    std::vector<Term> held;
    for (const Item& item : items) held.push_back(item.value);
    if (scope != STAGGER_FIFO_GLOBAL) {
        std::sort(values.begin(), values.end());
        std::sort(held.begin(), held.end());
    }
    return values == held;
}

}  // namespace stagger::check::model
