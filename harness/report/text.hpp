// SPDX-License-Identifier: Apache-2.0
//
// Text for a terminal: widths, cutting, wrapping and colour, safe for any bytes a scenario or a
// backend can produce. Called by the other files of `report` and by `cli`. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace stagger::report {

// Control characters become \n, \t, \x1b and so on; bytes that are no UTF-8 become U+FFFD. What
// comes out never moves a cursor or changes a colour.
std::string printable(std::string_view text);

// The same, but line breaks stay.
std::string printable_lines(std::string_view text);

// Columns that `text` takes on a terminal. Requires: printable.
std::size_t display_width(std::string_view text);

// Cut to `width` columns, ending in "..." if something is missing; never inside a character.
std::string fit(std::string_view text, std::size_t width);

// Cut or filled with spaces to exactly `width` columns.
std::string pad(std::string_view text, std::size_t width);
std::string pad_left(std::string_view text, std::size_t width);

// Broken at spaces into lines of at most `width` columns; longer words are left whole.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

// "1 schedule", "37 schedules".
std::string counted(std::uint64_t count, std::string_view noun);

// "first", "2nd", "11th": for people.
std::string ordinal(std::uint64_t number);

// How a report looks: how wide it may be, and whether it may use colour.
struct Style {
    std::size_t width = 100;
    bool colour = false;

    std::string bold(std::string_view text) const { return paint("1", text); }
    std::string dim(std::string_view text) const { return paint("2", text); }
    std::string red(std::string_view text) const { return paint("31", text); }
    std::string green(std::string_view text) const { return paint("32", text); }
    std::string yellow(std::string_view text) const { return paint("33", text); }

private:
    std::string paint(std::string_view code, std::string_view text) const;
};

}  // namespace stagger::report
