// SPDX-License-Identifier: Apache-2.0
#include "harness/spec/expression.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <set>

namespace stagger::spec {

namespace {

struct Token {
    enum class Kind { Name, Keyword, Number, Text, Symbol, End };
    Kind kind = Kind::End;
    std::string_view text;
    std::size_t offset = 0;

    bool is(std::string_view symbol) const { return kind != Kind::Text && text == symbol; }
};

constexpr std::array<std::string_view, 22> kKeywords = {
    "and",      "break",  "do",   "else", "elseif", "end",  "false", "for",
    "function", "goto",   "if",   "in",   "local",  "nil",  "not",   "or",
    "repeat",   "return", "then", "true", "until",  "while"};

bool is_word(char c) {
    return c == '_' || std::isalnum(static_cast<unsigned char>(c));
}

// Cuts Lua source into tokens; comments and white space vanish.
class Tokenizer {
public:
    explicit Tokenizer(std::string_view source) : source_(source) {}

    std::vector<Token> all() {
        std::vector<Token> tokens;
        while (skip_blanks(), at_ < source_.size()) {
            const std::size_t start = at_;
            const Token::Kind kind = advance();
            tokens.push_back({kind, source_.substr(start, at_ - start), start});
        }
        return tokens;
    }

private:
    char peek(std::size_t ahead = 0) const {
        return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
    }

    void skip_blanks() {
        for (;;) {
            while (at_ < source_.size() && std::isspace(static_cast<unsigned char>(peek()))) ++at_;
            if (peek() != '-' || peek(1) != '-') return;
            at_ += 2;
            if (!skip_long_bracket()) at_ = std::min(source_.find('\n', at_), source_.size());
        }
    }

    // [[ ... ]] and [==[ ... ]==]
    bool skip_long_bracket() {
        if (peek() != '[') return false;
        std::size_t level = 0;
        while (peek(1 + level) == '=') ++level;
        if (peek(1 + level) != '[') return false;
        const std::string close = "]" + std::string(level, '=') + "]";
        const std::size_t end = source_.find(close, at_ + level + 2);
        at_ = end == std::string_view::npos ? source_.size() : end + close.size();
        return true;
    }

    Token::Kind advance() {
        const char c = peek();
        if (c == '_' || std::isalpha(static_cast<unsigned char>(c))) {
            const std::size_t start = at_;
            while (is_word(peek())) ++at_;
            return is_lua_keyword(source_.substr(start, at_ - start)) ? Token::Kind::Keyword
                                                                      : Token::Kind::Name;
        }
        if (std::isdigit(static_cast<unsigned char>(c)) ||
            (c == '.' && std::isdigit(static_cast<unsigned char>(peek(1))))) {
            skip_number();
            return Token::Kind::Number;
        }
        if (c == '"' || c == '\'') {
            skip_text(c);
            return Token::Kind::Text;
        }
        if (skip_long_bracket()) return Token::Kind::Text;
        skip_symbol();
        return Token::Kind::Symbol;
    }

    void skip_number() {
        while (is_word(peek()) || peek() == '.') {
            const char exponent =
                static_cast<char>(std::tolower(static_cast<unsigned char>(peek())));
            ++at_;
            if ((exponent == 'e' || exponent == 'p') && (peek() == '+' || peek() == '-')) ++at_;
        }
    }

    void skip_text(char quote) {
        for (++at_; at_ < source_.size() && peek() != quote; ++at_)
            if (peek() == '\\') ++at_;
        at_ = std::min(at_ + 1, source_.size());
    }

    void skip_symbol() {
        for (std::string_view symbol :
             {"...", "..", "==", "~=", "<=", ">=", "//", "::", "<<", ">>"})
            if (source_.substr(at_, symbol.size()) == symbol) {
                at_ += symbol.size();
                return;
            }
        ++at_;
    }

    std::string_view source_;
    std::size_t at_ = 0;
};

class Scanner {
public:
    explicit Scanner(std::string_view source) : source_(source), tokens_(Tokenizer(source).all()) {
        match_brackets();
        for (std::size_t i = 0; i < tokens_.size(); ++i) collect_bound(i);
    }

    ScannedExpression scan() const {
        ScannedExpression out;
        std::size_t copied = 0;
        for (std::size_t i = 0; i < tokens_.size(); ++i) {
            const bool argument =
                tokens_[i].is("(") || tokens_[i].is("{") || tokens_[i].kind == Token::Kind::Text;
            out.calls |= (argument && is_call_argument(i)) || tokens_[i].is("function");
            if (is_free_name(i)) {
                out.names.push_back({std::string(tokens_[i].text), tokens_[i].offset, path(i + 1)});
            } else if (tokens_[i].is("{") && !is_call_argument(i)) {
                out.marked += source_.substr(copied, tokens_[i].offset - copied);
                out.marked += kMarkTable;
                copied = tokens_[i].offset;
            }
        }
        out.marked += source_.substr(copied);
        return out;
    }

private:
    const Token& token(std::size_t i) const {
        static const Token kEnd;
        return i < tokens_.size() ? tokens_[i] : kEnd;
    }

    // Names that `local`, `for` and parameter lists bind count as bound everywhere: that can hide a
    // misspelt name in a function, never reject a good one.
    void collect_bound(std::size_t i) {
        if (token(i).is("local") || token(i).is("for")) {
            std::size_t j = i + 1;
            if (token(j).is("function")) ++j;
            while (token(j).kind == Token::Kind::Name) {
                bound_.insert(token(j).text);
                j += token(j + 1).is(",") ? 2 : 1;
            }
        }
        if (token(i).is("function")) {
            std::size_t j = i + 1;
            while (token(j).kind == Token::Kind::Name || token(j).is(".") || token(j).is(":")) ++j;
            if (!token(j).is("(")) return;
            for (++j; token(j).kind == Token::Kind::Name || token(j).is(","); ++j)
                if (token(j).kind == Token::Kind::Name) bound_.insert(token(j).text);
        }
    }

    bool is_free_name(std::size_t i) const {
        if (token(i).kind != Token::Kind::Name || bound_.count(token(i).text)) return false;
        if (i == 0) return true;
        const Token& before = token(i - 1);
        if (before.is(".") || before.is(":") || before.is("goto") || before.is("::")) return false;
        const bool names_field =
            token(i + 1).is("=") && (before.is("{") || before.is(",") || before.is(";"));
        return !names_field;
    }

    // f{...} calls f: marking its table would make it two calls.
    bool is_call_argument(std::size_t i) const {
        if (i == 0) return false;
        const Token& before = token(i - 1);
        return before.kind == Token::Kind::Name || before.kind == Token::Kind::Text ||
               before.is(")") || before.is("]");
    }

    std::vector<Access> path(std::size_t i) const {
        std::vector<Access> out;
        for (;;) {
            if (token(i).is(".") && token(i + 1).kind == Token::Kind::Name) {
                out.push_back({std::string(token(i + 1).text), std::nullopt, token(i + 1).offset});
                i += 2;
            } else if (token(i).is("[")) {
                out.push_back({"", literal_index(i + 1), token(i + 1).offset});
                i = behind_bracket_[i];
            } else {
                return out;
            }
        }
    }

    std::optional<std::int64_t> literal_index(std::size_t i) const {
        if (token(i).kind != Token::Kind::Number || !token(i + 1).is("]")) return std::nullopt;
        std::int64_t number = 0;
        const std::string_view text = token(i).text;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
        return number;
    }

    // For each `[`, the token behind its `]`; the end where there is none.
    void match_brackets() {
        behind_bracket_.assign(tokens_.size(), tokens_.size());
        std::vector<std::size_t> open;
        for (std::size_t i = 0; i < tokens_.size(); ++i) {
            if (tokens_[i].is("[")) open.push_back(i);
            if (!tokens_[i].is("]") || open.empty()) continue;
            behind_bracket_[open.back()] = i + 1;
            open.pop_back();
        }
    }

    std::string_view source_;
    std::vector<Token> tokens_;
    std::vector<std::size_t> behind_bracket_;
    std::set<std::string_view> bound_;
};

}  // namespace

ScannedExpression scan_expression(std::string_view source) {
    return Scanner(source).scan();
}

const std::vector<std::string>& library_names() {
    static const std::vector<std::string> kNames = {"string", "table",    "math",     "ipairs",
                                                    "type",   "tonumber", "tostring", "sorted",
                                                    "len",    "any"};
    return kNames;
}

const std::vector<std::string>& library_members(std::string_view library) {
    static const std::vector<std::string> kString = {"byte",    "char", "find",  "format", "gmatch",
                                                     "gsub",    "len",  "lower", "match",  "rep",
                                                     "reverse", "sub",  "upper"};
    static const std::vector<std::string> kTable = {"concat", "insert", "pack",
                                                    "remove", "sort",   "unpack"};
    static const std::vector<std::string> kMath = {
        "abs",  "acos", "asin", "atan", "ceil",       "cos",  "deg",        "exp",  "floor",
        "fmod", "huge", "log",  "max",  "maxinteger", "min",  "mininteger", "modf", "pi",
        "rad",  "sin",  "sqrt", "tan",  "tointeger",  "type", "ult"};
    static const std::vector<std::string> kNone;
    return library == "string"  ? kString
           : library == "table" ? kTable
           : library == "math"  ? kMath
                                : kNone;
}

bool is_identifier(std::string_view text) {
    return !text.empty() && !std::isdigit(static_cast<unsigned char>(text[0])) &&
           std::all_of(text.begin(), text.end(), is_word);
}

bool is_lua_keyword(std::string_view text) {
    return std::find(kKeywords.begin(), kKeywords.end(), text) != kKeywords.end();
}

}  // namespace stagger::spec
