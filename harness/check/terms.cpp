// SPDX-License-Identifier: Apache-2.0
#include "harness/check/terms.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace stagger::check {

namespace {

// What kind of content a term has: its first word.
enum Tag : std::uint32_t { kNil, kBoolean, kInteger, kReal, kText, kEmptyList, kList, kMap };

std::uint32_t hash_of(std::span<const std::uint32_t> words) {
    std::uint64_t hash = words.size();
    for (std::uint32_t word : words) {
        hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 29;
    }
    return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

Term two_words(Terms& terms, Tag tag, std::uint64_t bits) {
    const std::uint32_t words[] = {tag, static_cast<std::uint32_t>(bits),
                                   static_cast<std::uint32_t>(bits >> 32)};
    return terms.intern(words);
}

Term real_term(Terms& terms, double value) {
    constexpr double kLimit = 9223372036854775808.0;
    if (value >= -kLimit && value < kLimit && std::trunc(value) == value)
        return integer_term(terms, static_cast<std::int64_t>(value));
    return two_words(terms, kReal, std::bit_cast<std::uint64_t>(value));
}

Term text_term(Terms& terms, const std::string& text) {
    std::vector<std::uint32_t> words{kText, static_cast<std::uint32_t>(text.size())};
    words.resize(2 + (text.size() + 3) / 4);
    for (std::size_t i = 0; i < text.size(); ++i)
        words[2 + i / 4] |= std::uint32_t{static_cast<unsigned char>(text[i])} << (8 * (i % 4));
    return terms.intern(words);
}

Term map_term(Terms& terms, const Value::Map& map) {
    std::vector<std::uint32_t> words{kMap};
    for (const auto& [key, value] : map) {
        words.push_back(value_term(terms, key));
        words.push_back(value_term(terms, value));
    }
    return terms.intern(words);
}

struct Number {
    bool is_integer = false;
    std::int64_t integer = 0;
    double real = 0;
};

bool read_number(const Terms& terms, Term term, Number& out) {
    const auto words = terms[term];
    if (words.size() != 3 || (words[0] != kInteger && words[0] != kReal)) return false;
    const std::uint64_t bits = words[1] | (std::uint64_t{words[2]} << 32);
    out.is_integer = words[0] == kInteger;
    out.integer = static_cast<std::int64_t>(bits);
    out.real = out.is_integer ? static_cast<double>(out.integer) : std::bit_cast<double>(bits);
    return true;
}

}  // namespace

Term Terms::intern(std::span<const std::uint32_t> words) {
    const std::uint32_t hash = hash_of(words);
    if (!slots_.empty()) {
        const std::uint32_t found = slots_[find(words, hash)];
        if (found != 0) return found - 1;
    }
    if (exhausted_ || !make_room(words.size())) {
        exhausted_ = true;
        return 0;
    }
    entries_.push_back({static_cast<std::uint32_t>(words_.size()),
                        static_cast<std::uint32_t>(words.size()), hash});
    words_.insert(words_.end(), words.begin(), words.end());
    slots_[find(words, hash)] = static_cast<std::uint32_t>(entries_.size());
    return static_cast<Term>(entries_.size() - 1);
}

bool Terms::contains(std::span<const std::uint32_t> words) const {
    return !slots_.empty() && slots_[find(words, hash_of(words))] != 0;
}

std::span<const std::uint32_t> Terms::operator[](Term term) const {
    if (term >= entries_.size()) return {};
    return std::span(words_).subspan(entries_[term].offset, entries_[term].length);
}

std::size_t Terms::bytes() const {
    return words_.capacity() * sizeof(words_[0]) + entries_.capacity() * sizeof(Entry) +
           slots_.capacity() * sizeof(slots_[0]);
}

std::size_t Terms::find(std::span<const std::uint32_t> words, std::uint32_t hash) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = hash & mask;
    for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
        const Entry& entry = entries_[slots_[slot] - 1];
        if (entry.hash != hash || entry.length != words.size()) continue;
        if (std::equal(words.begin(), words.end(), words_.begin() + entry.offset)) break;
    }
    return slot;
}

// While a vector grows, its old and its new memory exist side by side: both count.
template <typename T>
bool Terms::grow(std::vector<T>& vector, std::size_t size) {
    if (size <= vector.capacity()) return true;
    const std::size_t capacity = std::max({size, 2 * vector.capacity(), std::size_t{64}});
    if (bytes() + capacity * sizeof(T) > limit_) return false;
    vector.reserve(capacity);
    return true;
}

bool Terms::make_room(std::size_t words) {
    if (words_.size() + words > std::numeric_limits<std::uint32_t>::max()) return false;
    if (!grow(words_, words_.size() + words) || !grow(entries_, entries_.size() + 1)) return false;
    if (2 * (entries_.size() + 1) <= slots_.size()) return true;
    const std::size_t size = std::max(std::size_t{64}, 2 * slots_.size());
    if (bytes() + size * sizeof(slots_[0]) > limit_) return false;
    slots_ = std::vector<std::uint32_t>(size, 0);
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        std::size_t slot = entries_[i].hash & (size - 1);
        while (slots_[slot] != 0) slot = (slot + 1) & (size - 1);
        slots_[slot] = static_cast<std::uint32_t>(i + 1);
    }
    return true;
}

Term value_term(Terms& terms, const Value& value) {
    if (auto* boolean = value.boolean()) {
        const std::uint32_t words[] = {kBoolean, *boolean ? 1u : 0u};
        return terms.intern(words);
    }
    if (auto* integer = value.integer()) return integer_term(terms, *integer);
    if (auto* real = value.real()) return real_term(terms, *real);
    if (auto* text = value.text()) return text_term(terms, *text);
    if (auto* map = value.map()) return map_term(terms, *map);
    if (auto* list = value.list()) {
        Term term = empty_list(terms);
        for (const Value& item : *list) term = list_term(terms, term, value_term(terms, item));
        return term;
    }
    return nil_term(terms);
}

Term list_term(Terms& terms, Term front, Term last) {
    const std::uint32_t words[] = {kList, front, last};
    return terms.intern(words);
}

Term empty_list(Terms& terms) {
    const std::uint32_t words[] = {kEmptyList};
    return terms.intern(words);
}

Term nil_term(Terms& terms) {
    const std::uint32_t words[] = {kNil};
    return terms.intern(words);
}

Term integer_term(Terms& terms, std::int64_t value) {
    return two_words(terms, kInteger, static_cast<std::uint64_t>(value));
}

bool is_list(const Terms& terms, Term term) {
    const auto words = terms[term];
    return !words.empty() && (words[0] == kEmptyList || words[0] == kList);
}

bool is_empty_list(const Terms& terms, Term term) {
    const auto words = terms[term];
    return !words.empty() && words[0] == kEmptyList;
}

ListParts list_parts(const Terms& terms, Term term) {
    const auto words = terms[term];
    return {words[1], words[2]};
}

std::vector<Term> list_items(const Terms& terms, Term term) {
    std::vector<Term> items;
    while (!is_empty_list(terms, term)) {
        const ListParts parts = list_parts(terms, term);
        items.push_back(parts.last);
        term = parts.front;
    }
    std::reverse(items.begin(), items.end());
    return items;
}

// The words of a text hold its bytes in the order of memory: see text_term.
static_assert(std::endian::native == std::endian::little);

std::string_view text_of(const Terms& terms, Term term) {
    const auto words = terms[term];
    if (words.size() < 2 || words[0] != kText) return {};
    return {reinterpret_cast<const char*>(words.data() + 2), words[1]};
}

std::optional<std::int64_t> integer_of(const Terms& terms, Term term) {
    Number number;
    if (!read_number(terms, term, number) || !number.is_integer) return std::nullopt;
    return number.integer;
}

Term sum_term(Terms& terms, Term a, Term b) {
    Number x;
    Number y;
    if (!read_number(terms, a, x) || !read_number(terms, b, y)) return kNoTerm;
    if (!x.is_integer || !y.is_integer) return real_term(terms, x.real + y.real);
    // Integers wrap around, as Lua's do.
    const std::uint64_t sum =
        static_cast<std::uint64_t>(x.integer) + static_cast<std::uint64_t>(y.integer);
    return integer_term(terms, static_cast<std::int64_t>(sum));
}

}  // namespace stagger::check
