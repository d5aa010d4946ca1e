// SPDX-License-Identifier: Apache-2.0
//
// The bytes in which values cross the backend ABI, for authors of backends: self-describing,
// canonical (equal values have equal bytes, so a backend compares with ==), copied freely. Header
// only, C++17, standard library only; used in every process. No function keeps what it is given;
// a string_view that one returns points into its argument.
//
//   'N'            nil                    'S' u32 bytes...  text
//   'F', 'T'       false, true            'L' u32 items...  list: the number of items, then each
//   'I' 8 bytes    integer                'M' u32 pairs...  map: the number of pairs, then key and
//   'D' 8 bytes    real, IEEE 754                           value of each, sorted by the key's
//   bytes
//
// All numbers are little endian. A real that is an integer is written as that integer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace stagger::wire {
// Lists and maps nest at most this deep; deeper bytes are malformed, so no reader can be made to
// overflow its stack.
inline constexpr std::size_t kMaxDepth = 100;

namespace detail {

template <typename Number>
void append_little_endian(std::string& out, Number number) {
    for (std::size_t i = 0; i < sizeof number; ++i)
        out.push_back(static_cast<char>((number >> (8 * i)) & 0xff));
}

template <typename Number>
Number read_little_endian(const char* bytes) {
    Number number = 0;
    for (std::size_t i = 0; i < sizeof number; ++i)
        number |= static_cast<Number>(static_cast<Number>(static_cast<unsigned char>(bytes[i]))
                                      << (8 * i));
    return number;
}

}  // namespace detail

inline void append_integer(std::string& out, std::int64_t value) {
    out.push_back('I');
    detail::append_little_endian(out, static_cast<std::uint64_t>(value));
}

inline void append_real(std::string& out, double value) {
    // 2^63 itself is no integer of 64 bits; the comparison is false for NaN.
    constexpr double kLimit = 9223372036854775808.0;
    if (value >= -kLimit && value < kLimit) {
        auto integer = static_cast<std::int64_t>(value);
        if (!(static_cast<double>(integer) < value) && !(static_cast<double>(integer) > value))
            return append_integer(out, integer);
    }
    if (!(value <= value)) value = std::numeric_limits<double>::quiet_NaN();
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    out.push_back('D');
    detail::append_little_endian(out, bits);
}

inline void append_text(std::string& out, std::string_view text) {
    out.push_back('S');
    detail::append_little_endian(out, static_cast<std::uint32_t>(text.size()));
    out.append(text);
}

// What stands before the items of a list, or before the pairs of a map.
inline void append_list_header(std::string& out, std::size_t count) {
    out.push_back('L');
    detail::append_little_endian(out, static_cast<std::uint32_t>(count));
}
inline void append_map_header(std::string& out, std::size_t count) {
    out.push_back('M');
    detail::append_little_endian(out, static_cast<std::uint32_t>(count));
}

inline std::string encode_nil() {
    return "N";
}
inline std::string encode_boolean(bool value) {
    return value ? "T" : "F";
}

inline std::string encode_integer(std::int64_t value) {
    std::string out;
    append_integer(out, value);
    return out;
}
inline std::string encode_real(double value) {
    std::string out;
    append_real(out, value);
    return out;
}
inline std::string encode_text(std::string_view text) {
    std::string out;
    append_text(out, text);
    return out;
}

// `items`: any range of encoded values (std::string or std::string_view).
template <typename Range>
std::string encode_list(const Range& items) {
    std::string out;
    append_list_header(out, static_cast<std::size_t>(std::distance(items.begin(), items.end())));
    for (const auto& item : items) out.append(item);
    return out;
}

// `pairs`: any range of (encoded key, encoded value) sorted by key, each key once; a
// std::map<std::string, std::string> is one.
template <typename Range>
std::string encode_map(const Range& pairs) {
    std::string out;
    append_map_header(out, static_cast<std::size_t>(std::distance(pairs.begin(), pairs.end())));
    for (const auto& [key, value] : pairs) {
        out.append(key);
        out.append(value);
    }
    return out;
}

// The size of the first value in `bytes`, 0 if there is no whole, well-formed one. Never reads
// outside `bytes`.
inline std::size_t value_size(std::string_view bytes, std::size_t depth = 0) {
    if (bytes.empty()) return 0;
    const char tag = bytes[0];
    if (tag == 'N' || tag == 'F' || tag == 'T') return 1;
    if (tag == 'I' || tag == 'D') return bytes.size() >= 9 ? 9 : 0;
    if (tag != 'S' && tag != 'L' && tag != 'M') return 0;
    if (bytes.size() < 5) return 0;
    const std::size_t count = detail::read_little_endian<std::uint32_t>(bytes.data() + 1);
    if (tag == 'S') return bytes.size() - 5 >= count ? 5 + count : 0;
    if (depth >= kMaxDepth) return 0;
    const std::size_t values = tag == 'L' ? count : 2 * count;
    std::size_t at = 5;
    for (std::size_t i = 0; i < values; ++i) {
        const std::size_t size = value_size(bytes.substr(at), depth + 1);
        if (size == 0) return 0;
        at += size;
    }
    return at;
}

// Exactly one well-formed value and nothing after it.
inline bool is_value(std::string_view bytes) {
    return !bytes.empty() && value_size(bytes) == bytes.size();
}

inline bool is_nil(std::string_view bytes) {
    return bytes == "N";
}
inline bool is_list(std::string_view bytes) {
    return bytes.size() >= 5 && bytes[0] == 'L';
}
inline bool is_map(std::string_view bytes) {
    return bytes.size() >= 5 && bytes[0] == 'M';
}

// Each gives nothing where the bytes are a value of another kind.
inline std::optional<bool> decode_boolean(std::string_view bytes) {
    if (bytes == "T") return true;
    if (bytes == "F") return false;
    return std::nullopt;
}

inline std::optional<std::int64_t> decode_integer(std::string_view bytes) {
    if (bytes.size() != 9 || bytes[0] != 'I') return std::nullopt;
    return static_cast<std::int64_t>(detail::read_little_endian<std::uint64_t>(bytes.data() + 1));
}

// An integer is a real too.
inline std::optional<double> decode_real(std::string_view bytes) {
    if (auto integer = decode_integer(bytes)) return static_cast<double>(*integer);
    if (bytes.size() != 9 || bytes[0] != 'D') return std::nullopt;
    const auto bits = detail::read_little_endian<std::uint64_t>(bytes.data() + 1);
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

inline std::optional<std::string_view> decode_text(std::string_view bytes) {
    if (bytes.empty() || bytes[0] != 'S' || value_size(bytes) != bytes.size()) return std::nullopt;
    return bytes.substr(5);
}

// The number of items of a list or pairs of a map; 0 for any other value.
inline std::size_t count(std::string_view bytes) {
    if (!is_list(bytes) && !is_map(bytes)) return 0;
    return detail::read_little_endian<std::uint32_t>(bytes.data() + 1);
}

// Walks over encoded values that stand one after the other; stops at malformed bytes.
class ValueIterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;
    using pointer = const std::string_view*;
    using reference = std::string_view;
    ValueIterator() = default;
    ValueIterator(std::string_view rest, std::size_t left) : rest_(rest), left_(left) { look(); }

    std::string_view operator*() const { return rest_.substr(0, size_); }
    ValueIterator& operator++() {
        rest_.remove_prefix(size_);
        --left_;
        look();
        return *this;
    }
    friend bool operator==(const ValueIterator& a, const ValueIterator& b) {
        return a.left_ == b.left_;
    }
    friend bool operator!=(const ValueIterator& a, const ValueIterator& b) { return !(a == b); }

private:
    void look() {
        size_ = left_ == 0 ? 0 : value_size(rest_);
        if (size_ == 0) left_ = 0;
    }

    std::string_view rest_;
    std::size_t left_ = 0;
    std::size_t size_ = 0;
};

// for (std::string_view item : items(list)) ...: the encoded items of a list; empty for others.
struct Items {
    std::string_view list;

    ValueIterator begin() const {
        return is_list(list) ? ValueIterator(list.substr(5), count(list)) : ValueIterator();
    }
    ValueIterator end() const { return {}; }
};
inline Items items(std::string_view list) {
    return {list};
}

// for (auto [key, value] : pairs(map)) ...: the encoded pairs of a map; empty for others.
struct Pair {
    std::string_view key;
    std::string_view value;
};

class PairIterator {
public:
    PairIterator() = default;
    explicit PairIterator(ValueIterator key) : key_(key), value_(key) {
        if (value_ != ValueIterator()) ++value_;
    }

    Pair operator*() const { return {*key_, *value_}; }
    PairIterator& operator++() { return *this = PairIterator(++value_); }
    // A key without its value is malformed, and therefore the end.
    friend bool operator!=(const PairIterator& a, const PairIterator& b) {
        return a.value_ != b.value_;
    }

private:
    ValueIterator key_;
    ValueIterator value_;
};

struct Pairs {
    std::string_view map;

    PairIterator begin() const {
        return is_map(map) ? PairIterator(ValueIterator(map.substr(5), 2 * count(map)))
                           : PairIterator();
    }
    PairIterator end() const { return {}; }
};
inline Pairs pairs(std::string_view map) {
    return {map};
}

// What the operation `add` computes: two integers give an integer, which wraps around as in C's
// unsigned arithmetic; any other two numbers a real. Nothing where one is no number.
inline std::optional<std::string> add(std::string_view a, std::string_view b) {
    const auto x = decode_integer(a), y = decode_integer(b);
    if (x && y)
        return encode_integer(static_cast<std::int64_t>(static_cast<std::uint64_t>(*x) +
                                                        static_cast<std::uint64_t>(*y)));
    const auto u = decode_real(a), v = decode_real(b);
    if (!u || !v) return std::nullopt;
    return encode_real(*u + *v);
}

}  // namespace stagger::wire
