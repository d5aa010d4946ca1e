// SPDX-License-Identifier: Apache-2.0
//
// Encoded lists that grow and shrink at their end, and lists inside a map: what append, pop and
// read mean where the mechanism itself has no lists. Pure functions on the bytes of
// <stagger/value.hpp>, for every backend.
#pragma once

#include <string>
#include <string_view>

#include <stagger/plugin.hpp>

namespace stagger::plugin {

// Requires: `list` is an encoded list, as in popped().
inline std::string appended(std::string_view list, std::string_view value) {
    std::string out;
    out.reserve(list.size() + value.size());
    wire::append_list_header(out, wire::count(list) + 1);
    out.append(list.substr(5));
    out.append(value);
    return out;
}

// Takes the last item from `list`; EMPTY where it has none.
inline Reply popped(std::string& list) {
    std::string_view last;
    for (const std::string_view item : wire::items(list)) last = item;
    if (last.empty()) return {STAGGER_EMPTY};
    Reply reply = Reply::of(std::string(last));
    std::string rest;
    wire::append_list_header(rest, wire::count(list) - 1);
    rest.append(list, 5, list.size() - 5 - last.size());
    list = std::move(rest);
    return reply;
}

// What append, pop and read act on inside a map: the value at the key, if it is a list.
inline std::string list_in_map(std::string held) {
    if (!wire::is_list(held)) throw Failure("the value at this key of the map is no list");
    return held;
}

}  // namespace stagger::plugin
