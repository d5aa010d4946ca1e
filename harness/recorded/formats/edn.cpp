// SPDX-License-Identifier: Apache-2.0
#include "harness/recorded/formats/edn.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace stagger::recorded {

namespace {

constexpr int kDeepest = 64;
constexpr std::uint64_t kLargestForm = std::uint64_t{16} << 20;

bool is_blank(int c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == ',';
}

bool ends_word(int c) {
    return c < 0 || is_blank(c) || c == '(' || c == ')' || c == '[' || c == ']' || c == '{' ||
           c == '}' || c == '"' || c == ';';
}

void append_utf8(std::string& out, unsigned code) {
    if (code < 0x80) {
        out += static_cast<char>(code);
        return;
    }
    if (code < 0x800) {
        out += static_cast<char>(0xc0 | (code >> 6));
    } else {
        out += static_cast<char>(0xe0 | (code >> 12));
        out += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
    }
    out += static_cast<char>(0x80 | (code & 0x3f));
}

}  // namespace

std::string canonical_digits(std::string_view digits) {
    std::string text;
    if (digits.front() == '-') {
        text = "-";
        digits.remove_prefix(1);
    }
    const std::size_t first = digits.find_first_not_of('0');
    return text.append(digits.substr(std::min(first, digits.size())));
}

Value edn_atom(std::string_view word) {
    if (word.empty() || word == "nil") return {};
    if (word == "true") return true;
    if (word == "false") return false;
    if (word[0] == ':') return std::string(word.substr(1));
    if (word[0] == '\\') return std::string(word.substr(1));
    std::string_view digits = word;
    if (digits[0] == '+') digits.remove_prefix(1);
    if (!digits.empty() && (digits.back() == 'N' || digits.back() == 'M')) digits.remove_suffix(1);
    const char* const end = digits.data() + digits.size();
    std::int64_t integer = 0;
    const auto as_integer = std::from_chars(digits.data(), end, integer);
    if (as_integer.ec == std::errc{} && as_integer.ptr == end) return integer;
    if (as_integer.ec == std::errc::result_out_of_range && as_integer.ptr == end)
        return canonical_digits(digits);
    const bool may_be_real =
        !digits.empty() && (digits[0] == '-' || (digits[0] >= '0' && digits[0] <= '9'));
    double real = 0;
    const auto as_real = std::from_chars(digits.data(), end, real);
    if (may_be_real && as_real.ec == std::errc{} && as_real.ptr == end) return real;
    return std::string(word);
}

bool EdnReader::fail(const std::string& message) {
    if (!error_)
        error_ =
            std::make_unique<Error>(input_.problem() ? *input_.problem() : input_.error(message));
    return false;
}

bool EdnReader::too_large() {
    if (input_.offset() - form_start_ <= kLargestForm) return false;
    fail(fmt::format("this event is longer than {} MiB: expected one map for each event",
                     kLargestForm >> 20));
    return true;
}

void EdnReader::skip_blanks() {
    for (;;) {
        const int c = input_.peek();
        if (c == ';') {
            while (input_.peek() >= 0 && input_.peek() != '\n') input_.get();
        } else if (is_blank(c)) {
            input_.get();
        } else if (c == '#' && input_.look_ahead(2).starts_with("#_")) {
            input_.get();
            input_.get();
            Value discarded;
            if (++discarding_ > kDeepest || !read_form(discarded, 1)) {
                fail("this is nested too deeply for an event");
                return;
            }
            --discarding_;
        } else {
            return;
        }
    }
}

const std::string& EdnReader::read_word() {
    word_.clear();
    while (!ends_word(input_.peek())) {
        word_ += static_cast<char>(input_.get());
        if (too_large()) break;
    }
    return word_;
}

bool EdnReader::skip_tag() {
    if (input_.peek() != '#') return true;
    input_.get();
    read_word();
    skip_blanks();
    return !failed();
}

bool EdnReader::read_form(Value& value, int depth) {
    if (depth > kDeepest) return fail("this is nested too deeply for an event");
    skip_blanks();
    if (too_large()) return false;
    const int c = input_.peek();
    switch (c) {
        case -1:
            return fail("the history ends in the middle of an event: expected the rest of it");
        case '{':
            input_.get();
            return read_map(value, depth);
        case '[':
            input_.get();
            return read_sequence(value, ']', depth);
        case '(':
            input_.get();
            return read_sequence(value, ')', depth);
        case '"':
            return read_text(value);
        case '#':
            return read_dispatch(value, depth);
        default:
            return read_atom(value);
    }
}

bool EdnReader::read_sequence(Value& value, char close, int depth) {
    Value::List list;
    for (;;) {
        skip_blanks();
        if (input_.peek() == close) break;
        Value item;
        if (!read_form(item, depth + 1)) return false;
        list.push_back(std::move(item));
    }
    input_.get();
    value = Value(std::move(list));
    return true;
}

bool EdnReader::read_map(Value& value, int depth) {
    Value::Map map;
    for (;;) {
        skip_blanks();
        if (input_.peek() == '}') break;
        Value key;
        Value item;
        if (!read_form(key, depth + 1) || !read_form(item, depth + 1)) return false;
        map.insert_or_assign(std::move(key), std::move(item));
    }
    input_.get();
    value = Value(std::move(map));
    return true;
}

bool EdnReader::read_text(Value& value) {
    std::string text;
    input_.get();
    for (int c = input_.get(); c != '"'; c = input_.get()) {
        if (c < 0) return fail("the history ends in the middle of a text: expected its closing \"");
        if (too_large()) return false;
        if (c != '\\') {
            text += static_cast<char>(c);
            continue;
        }
        const int escaped = input_.get();
        if (escaped == 'n')
            text += '\n';
        else if (escaped == 't')
            text += '\t';
        else if (escaped == 'r')
            text += '\r';
        else if (escaped == 'u') {
            unsigned code = 0;
            for (int i = 0; i < 4; ++i) {
                const int digit = input_.get();
                const char byte = static_cast<char>(digit);
                unsigned part = 0;
                if (std::from_chars(&byte, &byte + 1, part, 16).ec != std::errc{})
                    return fail("expected four hexadecimal digits behind \\u");
                code = code * 16 + part;
            }
            append_utf8(text, code);
        } else if (escaped >= 0) {
            text += static_cast<char>(escaped);
        }
    }
    value = Value(std::move(text));
    return true;
}

bool EdnReader::read_dispatch(Value& value, int depth) {
    input_.get();
    if (input_.peek() == '{') {
        input_.get();
        return read_sequence(value, '}', depth);
    }
    if (input_.peek() == '"') return read_text(value);
    read_word();
    // ##Inf and the like are one word; any other tag stands before the form that it is of.
    if (!word_.empty() && word_[0] == '#') {
        value = Value(word_.substr(1));
        return true;
    }
    return !failed() && read_form(value, depth + 1);
}

bool EdnReader::read_atom(Value& value) {
    if (input_.peek() == '\\') {
        input_.get();
        std::string character(1, static_cast<char>(std::max(input_.get(), 0)));
        if (!ends_word(input_.peek())) character += read_word();
        value = Value(std::move(character));
        return true;
    }
    if (read_word().empty())
        return fail(
            fmt::format("unexpected '{}': expected a value", static_cast<char>(input_.peek())));
    if (failed()) return false;
    value = edn_atom(word_);
    return true;
}

}  // namespace stagger::recorded
