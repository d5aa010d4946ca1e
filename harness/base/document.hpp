// SPDX-License-Identifier: Apache-2.0
//
// A TOML document as a tree of nodes that know where they stand, in the order of the file. Read by
// `spec` and `schedule`; the parser behind it is hidden in document.cpp. Pure, plain data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/base/source.hpp"
#include "harness/base/value.hpp"

namespace stagger::document {

struct Entry;

class Node {
public:
    using Items = std::vector<Node>;
    using Entries = std::vector<Entry>;
    struct Date {};  // a date or a time, which nothing here takes

    Position position;
    std::variant<Date, bool, std::int64_t, double, std::string, Items, Entries> content;

    // Null where the node is of another kind.
    const bool* boolean() const { return std::get_if<bool>(&content); }
    const std::int64_t* integer() const { return std::get_if<std::int64_t>(&content); }
    const double* real() const { return std::get_if<double>(&content); }
    const std::string* text() const { return std::get_if<std::string>(&content); }
    const Items* items() const { return std::get_if<Items>(&content); }
    const Entries* entries() const { return std::get_if<Entries>(&content); }

    // The entry of a table, or null.
    const Entry* find(std::string_view key) const;
    // "a number", "text", "a table", ... for messages.
    std::string_view kind_name() const;
};

// `key = value` of a table.
struct Entry {
    std::string key;
    Position position;  // of the key
    Node value;
};

struct Problem {
    Position position;
    std::string message;
    std::string hint;
};

// Deeper nesting is refused, so that no reader of a document can overflow its stack.
inline constexpr std::size_t kMaxDepth = 48;

// The root table, or the first thing that is no TOML, with what to do about it.
std::variant<Node, Problem> parse(std::string_view text);

// Literal data as a value; fails on dates and on numbers that are not finite.
std::variant<Value, Problem> to_value(const Node&);

}  // namespace stagger::document
