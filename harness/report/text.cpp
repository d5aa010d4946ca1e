// SPDX-License-Identifier: Apache-2.0
#include "harness/report/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/format.h>

namespace stagger::report {
namespace {

struct Character {
    char32_t code = 0xFFFD;
    std::size_t bytes = 1;
    bool valid = false;
};

std::size_t sequence_length(unsigned char lead) {
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead <= 0xDF) return 2;
    if (lead >= 0xE0 && lead <= 0xEF) return 3;
    if (lead >= 0xF0 && lead <= 0xF4) return 4;
    return 0;
}

// The character that `text` begins with. Requires: not empty.
Character first_character(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t length = sequence_length(lead);
    if (length == 0 || length > text.size()) return {};
    if (length == 1) return {lead, 1, true};
    char32_t code = lead & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if ((byte & 0xC0U) != 0x80U) return {};
        code = (code << 6U) | (byte & 0x3FU);
    }
    constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (code < kSmallest[length] || code > 0x10FFFF || surrogate) return {};
    return {code, length, true};
}

struct Range {
    char32_t first, last;
};

template <std::size_t N>
bool contains(const std::array<Range, N>& ranges, char32_t code) {
    return std::any_of(ranges.begin(), ranges.end(), [code](const Range& range) {
        return code >= range.first && code <= range.last;
    });
}

// The C library's wcwidth depends on the locale, which a CI machine rarely sets; these ranges
// cover what people put into names.
std::size_t columns_of(char32_t code) {
    constexpr std::array<Range, 4> kCombining{
        {{0x300, 0x36F}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}}};
    constexpr std::array<Range, 9> kWide{{{0x1100, 0x115F},
                                          {0x2E80, 0xA4CF},
                                          {0xAC00, 0xD7A3},
                                          {0xF900, 0xFAFF},
                                          {0xFE30, 0xFE6F},
                                          {0xFF00, 0xFF60},
                                          {0xFFE0, 0xFFE6},
                                          {0x1F300, 0x1FAFF},
                                          {0x20000, 0x3FFFD}}};
    if (contains(kCombining, code)) return 0;
    return contains(kWide, code) ? 2 : 1;
}

// Control characters, C1 included, and those that reverse the direction of writing.
bool is_control(char32_t code) {
    constexpr std::array<Range, 5> kControl{
        {{0, 0x1F}, {0x7F, 0x9F}, {0x2028, 0x202E}, {0x2066, 0x2069}, {0xFEFF, 0xFEFF}}};
    return contains(kControl, code);
}

std::string escaped(char32_t code) {
    switch (code) {
        case '\n':
            return "\\n";
        case '\r':
            return "\\r";
        case '\t':
            return "\\t";
        default:
            break;
    }
    const auto number = static_cast<std::uint32_t>(code);
    return number < 0x100 ? fmt::format("\\x{:02x}", number) : fmt::format("\\u{:04x}", number);
}

std::string sanitised(std::string_view text, bool keep_line_breaks) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const Character character = first_character(text);
        if (!character.valid) {
            out += "\xEF\xBF\xBD";
        } else if (character.code == '\n' && keep_line_breaks) {
            out += '\n';
        } else if (is_control(character.code)) {
            out += escaped(character.code);
        } else {
            out += text.substr(0, character.bytes);
        }
        text.remove_prefix(character.bytes);
    }
    return out;
}

// As many bytes of `text` as fit into `width` columns.
std::string_view head(std::string_view text, std::size_t width) {
    std::size_t bytes = 0;
    std::size_t columns = 0;
    while (bytes < text.size()) {
        const Character character = first_character(text.substr(bytes));
        columns += columns_of(character.code);
        if (columns > width) break;
        bytes += character.bytes;
    }
    return text.substr(0, bytes);
}

}  // namespace

std::string printable(std::string_view text) {
    return sanitised(text, false);
}

std::string printable_lines(std::string_view text) {
    return sanitised(text, true);
}

std::size_t display_width(std::string_view text) {
    std::size_t columns = 0;
    while (!text.empty()) {
        const Character character = first_character(text);
        columns += columns_of(character.code);
        text.remove_prefix(character.bytes);
    }
    return columns;
}

std::string fit(std::string_view text, std::size_t width) {
    if (display_width(text) <= width) return std::string(text);
    if (width <= 3) return std::string(head(text, width));
    return std::string(head(text, width - 3)) + "...";
}

std::string pad(std::string_view text, std::size_t width) {
    std::string out = fit(text, width);
    out.append(width - display_width(out), ' ');
    return out;
}

std::string pad_left(std::string_view text, std::size_t width) {
    const std::string cut = fit(text, width);
    return std::string(width - display_width(cut), ' ') + cut;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
    std::vector<std::string> lines;
    std::string line;
    while (!text.empty()) {
        const std::size_t space = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, space);
        if (!line.empty() && display_width(line) + 1 + display_width(word) > width) {
            lines.push_back(std::move(line));
            line.clear();
        }
        if (!word.empty()) {
            if (!line.empty()) line += ' ';
            line += word;
        }
        text.remove_prefix(std::min(space + 1, text.size()));
    }
    if (!line.empty()) lines.push_back(std::move(line));
    return lines;
}

std::string counted(std::uint64_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string ordinal(std::uint64_t number) {
    if (number == 1) return "first";
    const std::uint64_t tens = number % 100;
    std::string_view ending = "th";
    if (tens < 11 || tens > 13) {
        if (number % 10 == 1) ending = "st";
        if (number % 10 == 2) ending = "nd";
        if (number % 10 == 3) ending = "rd";
    }
    return fmt::format("{}{}", number, ending);
}

std::string Style::paint(std::string_view code, std::string_view text) const {
    if (!colour || text.empty()) return std::string(text);
    return fmt::format("\033[{}m{}\033[0m", code, text);
}

}  // namespace stagger::report
