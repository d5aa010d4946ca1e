// SPDX-License-Identifier: Apache-2.0
//
// What models of collections share: a state that is a sequence of words. Used by the files of this
// folder.
#pragma once

#include <vector>

#include "harness/recorded/models/model.hpp"

namespace stagger::recorded {

using Words = std::vector<std::uint32_t>;

// No value has a first word as large as these, so that a state is never mistaken for a value.
enum Tag : std::uint32_t {
    kStackTag = 2000,
    kSetTag,
    kHeapTag,
    kRwlockTag,
    kTextTag,
    kVersionsTag
};

inline State store(check::Terms& terms, const Words& words) {
    return terms.intern(words);
}
inline Words load(const check::Terms& terms, State state) {
    const auto words = terms[state];
    return {words.begin(), words.end()};
}

// The state of a collection at first: the tag, and the terms of the items of --initial.
inline Words initial_words(const Setting& setting, Tag tag) {
    Words words{tag};
    if (setting.initial && setting.initial->list())
        for (const Value& item : *setting.initial->list())
            words.push_back(check::value_term(setting.terms, item));
    return words;
}

}  // namespace stagger::recorded
