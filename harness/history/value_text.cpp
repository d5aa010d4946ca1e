// SPDX-License-Identifier: Apache-2.0
#include "harness/history/value_text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <optional>

namespace stagger::history {

namespace {

constexpr int kDeepest = 64;

bool is_word(char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

class Reader {
public:
    explicit Reader(std::string_view& text) : text_(text) {}

    Result<Value> value(int depth) {
        skip_spaces();
        if (depth > kDeepest) return Error{"this value is nested too deeply"};
        if (text_.empty()) return Error{"a value is missing"};
        if (text_[0] == '\'') return quoted();
        if (text_[0] == '[') return list(depth);
        if (text_[0] == '{') return map(depth);
        for (const auto& [name, constant] : kConstants)
            if (text_.substr(0, word_length()) == name) return take(name.size()), constant();
        return number();
    }

private:
    using Row = std::pair<std::string_view, Value (*)()>;
    static constexpr Row kConstants[] = {
        {"nil", [] { return Value(); }},
        {"true", [] { return Value(true); }},
        {"false", [] { return Value(false); }},
        {"inf", [] { return Value(std::numeric_limits<double>::infinity()); }},
        {"nan", [] { return Value(std::numeric_limits<double>::quiet_NaN()); }},
    };

    void take(std::size_t count) { text_.remove_prefix(count); }
    void skip_spaces() {
        while (!text_.empty() && text_[0] == ' ') take(1);
    }
    bool take_if(char c) {
        skip_spaces();
        if (text_.empty() || text_[0] != c) return false;
        take(1);
        return true;
    }
    std::size_t word_length() const {
        std::size_t length = 0;
        while (length < text_.size() && is_word(text_[length])) ++length;
        return length;
    }

    Result<Value> number() {
        const std::size_t length = text_.find_first_not_of("+-.0123456789aefin");
        const std::string_view digits = text_.substr(0, length);
        const char* end = digits.data() + digits.size();
        std::int64_t integer = 0;
        if (auto [rest, error] = std::from_chars(digits.data(), end, integer);
            error == std::errc() && rest == end)
            return take(digits.size()), Value(integer);
        double real = 0;
        if (auto [rest, error] = std::from_chars(digits.data(), end, real);
            error == std::errc() && rest == end)
            return take(digits.size()), Value(real);
        return Error{fmt::format("\"{}\" is no value", text_.substr(0, text_.find(' ')))};
    }

    Result<Value> quoted() {
        take(1);
        std::string content;
        while (!text_.empty() && text_[0] != '\'') {
            const auto c = text_[0] == '\\' ? escaped() : std::optional(text_[0]);
            if (!c) return Error{"a text has an escape that does not exist"};
            content += *c;
            take(1);
        }
        if (text_.empty()) return Error{"a text has no closing quote"};
        take(1);
        return Value(std::move(content));
    }

    // The character that an escape means; leaves its last character to be taken.
    std::optional<char> escaped() {
        take(1);
        if (text_.empty()) return std::nullopt;
        if (text_[0] == 'n') return '\n';
        if (text_[0] == '\'' || text_[0] == '\\') return text_[0];
        if (text_[0] != 'x' || text_.size() < 3) return std::nullopt;
        const int high = hex_digit(text_[1]);
        const int low = hex_digit(text_[2]);
        if (high < 0 || low < 0) return std::nullopt;
        take(2);
        return static_cast<char>(high * 16 + low);
    }

    Result<Value> list(int depth) {
        take(1);
        Value::List items;
        if (take_if(']')) return Value(std::move(items));
        do {
            STAGGER_TRY(Value item, value(depth + 1));
            items.push_back(std::move(item));
        } while (take_if(','));
        if (!take_if(']')) return Error{"a list has no closing bracket"};
        return Value(std::move(items));
    }

    Status key(int depth, Value& out) {
        skip_spaces();
        if (const std::size_t length = word_length(); length > 0) {
            out = Value(std::string(text_.substr(0, length)));
            return take(length), Ok{};
        }
        if (!take_if('[')) return Error{"a map has a key that is neither a name nor in [ ]"};
        STAGGER_TRY(out, value(depth + 1));
        if (!take_if(']')) return Error{"a key has no closing bracket"};
        return Ok{};
    }

    Result<Value> map(int depth) {
        take(1);
        Value::Map items;
        if (take_if('}')) return Value(std::move(items));
        do {
            Value name;
            if (Status status = key(depth, name); !status.ok()) return status.error();
            if (!take_if('=')) return Error{"a key has no value: write {key = value}"};
            STAGGER_TRY(Value item, value(depth + 1));
            items.insert_or_assign(std::move(name), std::move(item));
        } while (take_if(','));
        if (!take_if('}')) return Error{"a map has no closing brace"};
        return Value(std::move(items));
    }

    std::string_view& text_;
};

}  // namespace

Result<Value> read_value(std::string_view& text) {
    return Reader(text).value(0);
}

std::string shortened(const Value& value) {
    constexpr std::size_t kLongest = 200;
    std::string text = value.to_string();
    if (text.size() <= kLongest) return text;
    const auto boundary = [&text](std::size_t at) {
        while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) --at;
        return at;
    };
    const std::size_t front = boundary(kLongest / 4), back = boundary(text.size() - kLongest / 8);
    return text.substr(0, front) + "..." + text.substr(back) + " (" + std::to_string(text.size()) +
           " characters)";
}

}  // namespace stagger::history
