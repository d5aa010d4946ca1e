// SPDX-License-Identifier: Apache-2.0
//
// Terms: sequences of words, interned. Equal content has an equal number, so that the oracles
// compare, hash and copy whole values and model states as one 32-bit word. One table serves one
// call of judge(); its memory is bounded. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "harness/base/value.hpp"

namespace stagger::check {

using Term = std::uint32_t;

class Terms {
public:
    explicit Terms(std::size_t limit_bytes) : limit_(limit_bytes) {}

    // The number of this content, new or known. Requires: `words` is not a view into this table.
    // Once the memory is used up (`exhausted`), new content gets the number 0.
    Term intern(std::span<const std::uint32_t> words);
    bool contains(std::span<const std::uint32_t> words) const;
    // Valid until the next intern().
    std::span<const std::uint32_t> operator[](Term term) const;

    bool empty() const { return entries_.empty(); }
    bool exhausted() const { return exhausted_; }
    std::size_t bytes() const;

private:
    struct Entry {
        std::uint32_t offset;
        std::uint32_t length;
        std::uint32_t hash;
    };

    // The slot that holds this content, or the free one where it belongs.
    std::size_t find(std::span<const std::uint32_t> words, std::uint32_t hash) const;
    bool make_room(std::size_t words);
    template <typename T>
    bool grow(std::vector<T>& vector, std::size_t size);

    std::size_t limit_;
    bool exhausted_ = false;
    std::vector<std::uint32_t> words_;
    std::vector<Entry> entries_;
    std::vector<std::uint32_t> slots_;  // 0: free, else the entry's number + 1
};

// Values as terms. 1 and 1.0 are one term, as they are equal. A list is its list without the last
// item, and the last item: append and pop make or take apart one small term.
Term value_term(Terms& terms, const Value& value);
Term list_term(Terms& terms, Term front, Term last);
Term empty_list(Terms& terms);
Term nil_term(Terms& terms);
Term integer_term(Terms& terms, std::int64_t value);

struct ListParts {
    Term front;
    Term last;
};
bool is_list(const Terms& terms, Term term);
bool is_empty_list(const Terms& terms, Term term);
// Requires: a list that is not empty.
ListParts list_parts(const Terms& terms, Term term);
// First to last. Requires: a list.
std::vector<Term> list_items(const Terms& terms, Term term);

// The bytes of a text, none of anything else. Valid until the next intern().
std::string_view text_of(const Terms& terms, Term term);
std::optional<std::int64_t> integer_of(const Terms& terms, Term term);

inline constexpr Term kNoTerm = std::numeric_limits<Term>::max();
// a + b as a backend's `add` computes it; kNoTerm unless both are numbers.
Term sum_term(Terms& terms, Term a, Term b);

}  // namespace stagger::check
