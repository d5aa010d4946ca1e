// SPDX-License-Identifier: Apache-2.0
#include "harness/base/source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

namespace stagger {

namespace {

constexpr std::size_t kLongestLine = 4096;
constexpr std::size_t kWindow = 120;  // characters of a long line that are shown

bool starts_character(char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

// A line as a sequence of characters, each harmless on a terminal and one column wide.
std::vector<std::string> characters(std::string_view line) {
    std::vector<std::string> out;
    while (!line.empty()) {
        const std::size_t length = character_length(line);
        const auto byte = static_cast<unsigned char>(line[0]);
        if (length == 0)
            out.emplace_back("?");
        else
            out.emplace_back(byte < 0x20 || byte == 0x7f ? " " : line.substr(0, length));
        line.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

bool continues_word(const std::string& character) {
    const char c = character[0];
    return c == '_' || c == '-' || std::isalnum(static_cast<unsigned char>(c)) || c < 0;
}

// How many characters the caret underlines: a word, or a text in quotes.
std::size_t token_length(const std::vector<std::string>& line, std::size_t start) {
    if (start >= line.size()) return 1;
    std::size_t end = start + 1;
    if (line[start] == "\"" || line[start] == "'") {
        while (end < line.size() && line[end] != line[start]) ++end;
        return end < line.size() ? end + 1 - start : 1;
    }
    if (continues_word(line[start]))
        while (end < line.size() && continues_word(line[end])) ++end;
    return end - start;
}

}  // namespace

std::size_t character_length(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xc2 ? 0
                               : lead < 0xe0 ? 2
                               : lead < 0xf0 ? 3
                               : lead < 0xf5 ? 4
                                             : 0;
    if (length == 0 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
    const auto second = length > 1 ? static_cast<unsigned char>(text[1]) : 0;
    const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    const bool surrogate_or_beyond =
        (lead == 0xed && second > 0x9f) || (lead == 0xf4 && second > 0x8f);
    return overlong || surrogate_or_beyond ? 0 : length;
}

std::string_view line_at(std::string_view text, std::uint32_t line) {
    if (line == 0) return {};
    std::size_t start = 0;
    for (std::uint32_t i = 1; i < line; ++i) {
        const std::size_t end = text.find('\n', start);
        if (end == std::string_view::npos) return {};
        start = end + 1;
    }
    std::string_view found = text.substr(start, text.find('\n', start) - start);
    if (!found.empty() && found.back() == '\r') found.remove_suffix(1);
    return found.size() <= kLongestLine ? found : std::string_view{};
}

Position position_of(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, offset);
    const std::size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
    const auto lines = std::count(before.begin(), before.end(), '\n');
    const auto column = std::count_if(before.begin() + static_cast<std::ptrdiff_t>(start),
                                      before.end(), starts_character);
    return {static_cast<std::uint32_t>(lines) + 1, static_cast<std::uint32_t>(column) + 1};
}

std::string render_problem(std::string_view path, Position position, std::string_view message,
                           std::string_view hint, std::string_view source_line) {
    std::string out{path};
    if (position.line > 0) out += fmt::format(":{}:{}", position.line, position.column);
    out += fmt::format(": error: {}\n", message);
    if (!source_line.empty() && position.column > 0) {
        const auto line = characters(source_line);
        const std::size_t caret = std::min<std::size_t>(position.column - 1, line.size());
        const std::size_t first = line.size() <= kWindow || caret < kWindow / 2
                                      ? 0
                                      : std::min(caret - kWindow / 2, line.size() - kWindow);
        const std::size_t last = std::min(line.size(), first + kWindow);
        std::string shown;
        for (std::size_t i = first; i < last; ++i) shown += line[i];
        const std::string number = fmt::format("{}", position.line);
        const std::string before = first > 0 ? "..." : "";
        out +=
            fmt::format("  {} | {}{}{}\n", number, before, shown, last < line.size() ? "..." : "");
        const std::size_t length =
            std::min(token_length(line, caret), std::max(last, caret + 1) - caret);
        out += fmt::format("  {:{}} | {:{}}^{:~>{}}\n", "", number.size(), "",
                           before.size() + caret - first, "", length - 1);
    }
    if (!hint.empty()) out += fmt::format("  hint: {}\n", hint);
    return out;
}

Result<std::string> read_text_file(const std::string& path, std::size_t limit) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status)) return Error{fmt::format("there is no file {}", path)};
    if (!std::filesystem::is_regular_file(status))
        return Error{fmt::format("{} is no file that can be read as text", path)};
    const auto size = std::filesystem::file_size(path, error);
    if (!error && size > limit)
        return Error{fmt::format("{} has {} bytes; at most {} are read", path, size, limit)};
    std::ifstream file(path, std::ios::binary);
    if (!file) return Error{fmt::format("{} cannot be read: {}", path, std::strerror(errno))};
    std::string text(limit + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (file.bad() || text.size() > limit)
        return Error{fmt::format("{} cannot be read whole: it changes or the disk fails", path)};
    return text;
}

}  // namespace stagger
