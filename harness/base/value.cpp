// SPDX-License-Identifier: Apache-2.0
#include "harness/base/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <compare>
#include <limits>
#include <stagger/value.hpp>

namespace stagger {

namespace {

// Kinds in their order; integers and reals share one.
int rank(const Value& value) {
    if (value.is_nil()) return 0;
    if (value.boolean()) return 1;
    if (value.integer() || value.real()) return 2;
    if (value.text()) return 3;
    return value.list() ? 4 : 5;
}

int sign(std::strong_ordering order) {
    return order < 0 ? -1 : order > 0 ? 1 : 0;
}

// NaN equals itself and stands before every other number, so that the order is total.
int compare_reals(double a, double b) {
    if (std::isnan(a) || std::isnan(b)) return static_cast<int>(std::isnan(b)) - std::isnan(a);
    return a < b ? -1 : a > b ? 1 : 0;
}

// Exact, also where the integer has no exact double.
int compare_mixed(std::int64_t a, double b) {
    constexpr double kLimit = 9223372036854775808.0;
    if (std::isnan(b)) return 1;
    if (b >= kLimit) return -1;
    if (b < -kLimit) return 1;
    const auto whole = static_cast<std::int64_t>(std::floor(b));
    if (a != whole) return a < whole ? -1 : 1;
    return static_cast<double>(whole) < b ? -1 : 0;
}

int compare_numbers(const Value& a, const Value& b) {
    if (a.integer() && b.integer()) return sign(*a.integer() <=> *b.integer());
    if (a.integer()) return compare_mixed(*a.integer(), *b.real());
    if (b.integer()) return -compare_mixed(*b.integer(), *a.real());
    return compare_reals(*a.real(), *b.real());
}

bool is_identifier(const std::string& text) {
    if (text.empty() || std::isdigit(static_cast<unsigned char>(text[0]))) return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        return c == '_' || std::isalnum(static_cast<unsigned char>(c));
    });
}

std::string quoted(const std::string& text) {
    std::string out = "'";
    for (char c : text) {
        if (c == '\'' || c == '\\')
            out += {'\\', c};
        else if (c == '\n')
            out += "\\n";
        else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        else
            out += c;
    }
    return out + "'";
}

void print(const Value& value, std::string& out);

void print_list(const Value::List& list, std::string& out) {
    out += '[';
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (i > 0) out += ", ";
        print(list[i], out);
    }
    out += ']';
}

void print_map(const Value::Map& map, std::string& out) {
    out += '{';
    bool first = true;
    for (const auto& [key, item] : map) {
        if (!first) out += ", ";
        first = false;
        if (key.text() && is_identifier(*key.text())) {
            out += *key.text();
        } else {
            out += '[';
            print(key, out);
            out += ']';
        }
        out += " = ";
        print(item, out);
    }
    out += '}';
}

void print(const Value& value, std::string& out) {
    if (value.is_nil()) out += "nil";
    if (auto* boolean = value.boolean()) out += *boolean ? "true" : "false";
    if (auto* integer = value.integer()) out += fmt::format("{}", *integer);
    if (auto* real = value.real()) out += std::isnan(*real) ? "nan" : fmt::format("{}", *real);
    if (auto* text = value.text()) out += quoted(*text);
    if (auto* list = value.list()) print_list(*list, out);
    if (auto* map = value.map()) print_map(*map, out);
}

void append(const Value& value, std::string& out);

void append_map(const Value::Map& map, std::string& out) {
    std::vector<std::pair<std::string, const Value*>> pairs;
    pairs.reserve(map.size());
    for (const auto& [key, item] : map) pairs.emplace_back(key.encode(), &item);
    std::sort(pairs.begin(), pairs.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    wire::append_map_header(out, pairs.size());
    for (const auto& [key, item] : pairs) {
        out += key;
        append(*item, out);
    }
}

void append(const Value& value, std::string& out) {
    if (value.is_nil()) out += wire::encode_nil();
    if (auto* boolean = value.boolean()) out += wire::encode_boolean(*boolean);
    if (auto* integer = value.integer()) wire::append_integer(out, *integer);
    if (auto* real = value.real()) wire::append_real(out, *real);
    if (auto* text = value.text()) wire::append_text(out, *text);
    if (auto* map = value.map()) append_map(*map, out);
    if (auto* list = value.list()) {
        wire::append_list_header(out, list->size());
        for (const Value& item : *list) append(item, out);
    }
}

// Requires: wire::is_value(bytes). Fails on maps whose keys are not in canonical order.
Result<Value> read(std::string_view bytes) {
    if (wire::is_nil(bytes)) return Value();
    if (auto boolean = wire::decode_boolean(bytes)) return Value(*boolean);
    if (auto integer = wire::decode_integer(bytes)) return Value(*integer);
    if (auto real = wire::decode_real(bytes)) return Value(*real);
    if (auto text = wire::decode_text(bytes)) return Value(std::string(*text));
    if (wire::is_list(bytes)) {
        Value::List list;
        for (std::string_view item : wire::items(bytes)) {
            STAGGER_TRY(Value value, read(item));
            list.push_back(std::move(value));
        }
        return Value(std::move(list));
    }
    Value::Map map;
    std::string_view previous;
    for (auto [key, item] : wire::pairs(bytes)) {
        if (!previous.empty() && !(previous < key))
            return Error{"These bytes are no value: the keys of a map are not in order."};
        previous = key;
        STAGGER_TRY(Value read_key, read(key));
        STAGGER_TRY(Value read_item, read(item));
        map.insert_or_assign(std::move(read_key), std::move(read_item));
    }
    return Value(std::move(map));
}

}  // namespace

int Value::compare(const Value& a, const Value& b) {
    const int kinds = rank(a) - rank(b);
    if (kinds != 0) return kinds;
    if (rank(a) == 2) return compare_numbers(a, b);
    if (a.boolean()) return static_cast<int>(*a.boolean()) - static_cast<int>(*b.boolean());
    if (a.text()) return a.text()->compare(*b.text());
    if (a.list()) {
        const auto& [x, y] = std::pair<const List&, const List&>(*a.list(), *b.list());
        for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i)
            if (const int order = compare(x[i], y[i])) return order;
        return sign(x.size() <=> y.size());
    }
    if (a.map()) {
        const auto& [x, y] = std::pair<const Map&, const Map&>(*a.map(), *b.map());
        for (auto i = x.begin(), j = y.begin(); i != x.end() && j != y.end(); ++i, ++j) {
            if (const int order = compare(i->first, j->first)) return order;
            if (const int order = compare(i->second, j->second)) return order;
        }
        return sign(x.size() <=> y.size());
    }
    return 0;
}

std::string Value::to_string() const {
    std::string out;
    print(*this, out);
    return out;
}

std::string Value::encode() const {
    std::string out;
    append(*this, out);
    return out;
}

Result<Value> Value::decode(std::string_view bytes) {
    const std::size_t size = wire::value_size(bytes);
    if (size == 0)
        return Error{fmt::format(
            "These {} bytes are no value: they are cut short, nested too deeply, or no encoding "
            "of <stagger/value.hpp>.",
            bytes.size())};
    if (size != bytes.size())
        return Error{
            fmt::format("A value of {} bytes is followed by {} more.", size, bytes.size() - size)};
    return read(bytes);
}

}  // namespace stagger
