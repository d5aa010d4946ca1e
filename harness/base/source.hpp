// SPDX-License-Identifier: Apache-2.0
//
// Places in a text that the user wrote, and how an error there is shown: path, line, column, the
// line itself and a caret. For specs and schedule files. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "harness/base/result.hpp"

namespace stagger {

// Both from 1, columns in characters; 0: nowhere.
struct Position {
    std::uint32_t line = 0;
    std::uint32_t column = 0;

    friend bool operator==(const Position&, const Position&) = default;
};

// The line of that number, without its line break; "" if there is none, or if it is so long that
// nobody would want to see it.
std::string_view line_at(std::string_view text, std::uint32_t line);

// The length of the UTF-8 character at the start of `text`, 0 if there is none.
std::size_t character_length(std::string_view text);

// Where the byte at `offset` stands.
Position position_of(std::string_view text, std::size_t offset);

//   specs/a.toml:12:9: error: a register has no operation "lode"; did you mean "load"?
//     12 |   { lode = "n" },
//        |     ^~~~
//     hint: ...
// The line is cut to a window around the caret if it is long; `hint` and `source_line` may be "".
std::string render_problem(std::string_view path, Position, std::string_view message,
                           std::string_view hint, std::string_view source_line);

// The whole file, or why not: it cannot be read, is no regular file, or is larger than `limit`
// bytes, which is seen before it is read.
Result<std::string> read_text_file(const std::string& path, std::size_t limit);

}  // namespace stagger
