// SPDX-License-Identifier: Apache-2.0
//
// The one place that knows toml++. It is compiled into this file without exceptions, and with its
// nesting bounded, which the packaged library is not for dotted keys.
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 48
// It asserts, and under clang even lets the optimiser assume, that a table header begins with a
// letter or a quote; `[=]` is bad input, not a bug, and the code behind the assertion handles it.
#undef NDEBUG
#define TOML_ASSERT(condition) static_assert(true)

#include "harness/base/document.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace stagger::document {

namespace {

constexpr std::size_t kMaxDots = 24;  // parts of one dotted key

Position position_of_node(const ::toml::source_region& region) {
    return {static_cast<std::uint32_t>(region.begin.line),
            static_cast<std::uint32_t>(region.begin.column)};
}

// Skips a string or comment that starts at `at`; returns where scanning goes on.
std::size_t skip_opaque(std::string_view text, std::size_t at) {
    if (text[at] == '#') return std::min(text.find('\n', at), text.size());
    const std::string_view triple = text.substr(at, 3);
    const bool multiline = triple == "\"\"\"" || triple == "'''";
    const std::string_view quote = multiline ? triple : triple.substr(0, 1);
    for (std::size_t i = at + quote.size(); i < text.size(); ++i) {
        if (text[i] == '\\' && quote[0] == '"')
            ++i;
        else if (text.substr(i, quote.size()) == quote)
            return i + quote.size();
        else if (text[i] == '\n' && !multiline)
            return i;
    }
    return text.size();
}

// toml++ recurses once for each part of a dotted key, without a bound: look before it does.
std::optional<Problem> find_endless_key(std::string_view text) {
    std::size_t dots = 0;
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i];
        if (c == '"' || c == '\'' || c == '#') {
            i = skip_opaque(text, i);
            continue;
        }
        if (c == '.') ++dots;
        if (c == '=' || c == ',' || c == '[' || c == '{' || c == '\n') dots = 0;
        if (dots > kMaxDots)
            return Problem{stagger::position_of(text, i),
                           fmt::format("a key of more than {} parts", kMaxDots), ""};
        ++i;
    }
    return std::nullopt;
}

// What a person can do about an error that toml++ reports; "" if its message says enough.
std::string hint_for(std::string_view description) {
    const auto says = [&](std::string_view part) {
        return description.find(part) != std::string_view::npos;
    };
    if (says("inline table") && says("'\\n'")) return "break lines inside [ ] only";
    if (says("dangling comma")) return "remove the comma before the }";
    if (says("determine value type")) return "text needs quotes: \"...\"";
    if (says("string") && says("control characters"))
        return "is the closing quote missing? Text of several lines stands between \"\"\" and "
               "\"\"\"";
    if (says("expected comma or closing")) return "is a comma missing before it?";
    if (says("end-of-file")) return "the file ends too early: is a quote or bracket left open?";
    if (says("utf-8")) return "save the file as UTF-8";
    return "";
}

Problem too_deep(Position position) {
    return {position, "brackets are nested too deeply",
            fmt::format("nest at most {} of them", kMaxDepth)};
}

Problem problem_of(const ::toml::parse_error& error, std::string_view text) {
    const std::string description{error.description()};
    const Position at = position_of_node(error.source());
    if (description.find("nested value depth") != std::string::npos) return too_deep(at);
    std::string message = description;
    constexpr std::string_view kPrefix = "Error while parsing ";
    if (message.rfind(kPrefix, 0) == 0) message = "in a " + message.substr(kPrefix.size());
    for (std::string_view article : {"in a inline", "in a array"})
        if (message.rfind(article, 0) == 0) message.insert(4, "n");
    if (!message.empty())
        message[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(message[0])));
    return {at.line > 0 ? at : stagger::position_of(text, text.size()), message,
            hint_for(description)};
}

// Builds our tree from theirs; `problem_` is set when something does not fit.
class Converter {
public:
    Node convert(const ::toml::node& from, std::size_t depth) {
        Node node;
        node.position = position_of_node(from.source());
        if (depth > kMaxDepth) {
            if (!problem_) problem_ = too_deep(node.position);
            return node;
        }
        if (auto* boolean = from.as_boolean()) node.content = boolean->get();
        if (auto* integer = from.as_integer()) node.content = std::int64_t{integer->get()};
        if (auto* real = from.as_floating_point()) node.content = real->get();
        if (auto* text = from.as_string()) node.content = text->get();
        if (auto* array = from.as_array()) node.content = convert_items(*array, depth);
        if (auto* table = from.as_table()) node.content = convert_entries(*table, depth);
        return node;
    }

    std::optional<Problem> problem() const { return problem_; }

private:
    Node::Items convert_items(const ::toml::array& array, std::size_t depth) {
        Node::Items items;
        items.reserve(array.size());
        for (const auto& item : array) items.push_back(convert(item, depth + 1));
        return items;
    }

    Node::Entries convert_entries(const ::toml::table& table, std::size_t depth) {
        Node::Entries entries;
        entries.reserve(table.size());
        for (const auto& [key, value] : table)
            entries.push_back({std::string(key.str()), position_of_node(key.source()),
                               convert(value, depth + 1)});
        std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
            return std::pair(a.position.line, a.position.column) <
                   std::pair(b.position.line, b.position.column);
        });
        return entries;
    }

    std::optional<Problem> problem_;
};

}  // namespace

const Entry* Node::find(std::string_view key) const {
    if (const Entries* all = entries())
        for (const Entry& entry : *all)
            if (entry.key == key) return &entry;
    return nullptr;
}

std::string_view Node::kind_name() const {
    constexpr std::string_view kNames[] = {"a date", "a boolean", "an integer", "a number",
                                           "text",   "an array",  "a table"};
    return kNames[content.index()];
}

std::variant<Node, Problem> parse(std::string_view text) {
    if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
        return Problem{stagger::position_of(text, nul), "a NUL byte: this is no text file",
                       "remove the byte, or write \"\\u0000\" inside quotes"};
    if (auto problem = find_endless_key(text)) return *problem;
    const ::toml::parse_result result = ::toml::parse(text);
    if (!result) return problem_of(result.error(), text);
    Converter converter;
    Node root = converter.convert(result.table(), 0);
    if (auto problem = converter.problem()) return *problem;
    return root;
}

std::variant<Value, Problem> to_value(const Node& node) {
    if (node.boolean()) return Value(*node.boolean());
    if (node.integer()) return Value(*node.integer());
    if (node.text()) return Value(*node.text());
    if (node.real()) {
        if (std::isfinite(*node.real())) return Value(*node.real());
        return Problem{node.position, "numbers must be finite", ""};
    }
    if (node.items()) {
        Value::List list;
        for (const Node& item : *node.items()) {
            auto value = to_value(item);
            if (auto* problem = std::get_if<Problem>(&value)) return *problem;
            list.push_back(std::get<Value>(std::move(value)));
        }
        return Value(std::move(list));
    }
    if (node.entries()) {
        Value::Map map;
        for (const Entry& entry : *node.entries()) {
            auto value = to_value(entry.value);
            if (auto* problem = std::get_if<Problem>(&value)) return *problem;
            map.emplace(entry.key, std::get<Value>(std::move(value)));
        }
        return Value(std::move(map));
    }
    return Problem{node.position, "dates and times are no values here", "write it as text"};
}

}  // namespace stagger::document
