// SPDX-License-Identifier: Apache-2.0
//
// Value: what scenarios compute with, objects hold and histories record: nil, booleans, integers,
// reals, text, lists and maps. Compared by content. A plain value type, used in every process.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "harness/base/result.hpp"

namespace stagger {

class Value {
public:
    using List = std::vector<Value>;
    using Map = std::map<Value, Value>;

    Value() = default;
    Value(bool value) : data_(value) {}
    Value(std::int64_t value) : data_(value) {}
    Value(int value) : data_(std::int64_t{value}) {}
    Value(double value) : data_(value) {}
    Value(std::string value) : data_(std::move(value)) {}
    Value(const char* value) : data_(std::string(value)) {}
    Value(List value) : data_(std::move(value)) {}
    Value(Map value) : data_(std::move(value)) {}

    bool is_nil() const { return data_.index() == 0; }
    // Null where the value is of another kind.
    const bool* boolean() const { return std::get_if<bool>(&data_); }
    const std::int64_t* integer() const { return std::get_if<std::int64_t>(&data_); }
    const double* real() const { return std::get_if<double>(&data_); }
    const std::string* text() const { return std::get_if<std::string>(&data_); }
    const List* list() const { return std::get_if<List>(&data_); }
    const Map* map() const { return std::get_if<Map>(&data_); }
    List* list() { return std::get_if<List>(&data_); }
    Map* map() { return std::get_if<Map>(&data_); }

    // Total order by kind, then content. 1 and 1.0 are equal, as in Lua.
    friend bool operator==(const Value& a, const Value& b) { return compare(a, b) == 0; }
    friend bool operator<(const Value& a, const Value& b) { return compare(a, b) < 0; }

    // As a person would write it: 101, 'text', [1, 2], {a = 1}, nil.
    std::string to_string() const;

    // The bytes of <stagger/value.hpp>, and back. Fails on bytes that are no value, or too many.
    std::string encode() const;
    static Result<Value> decode(std::string_view bytes);

private:
    static int compare(const Value& a, const Value& b);

    std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Map> data_;
};

}  // namespace stagger
