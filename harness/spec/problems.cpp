// SPDX-License-Identifier: Apache-2.0
#include "harness/spec/problems.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "harness/spec/cases.hpp"
#include "harness/spec/expression.hpp"
#include "harness/spec/meaning.hpp"

namespace stagger::spec {

namespace {

constexpr std::size_t kMostProblems = 20;

// Words of the language whose part is not there yet, and what to call that part.
constexpr std::array<std::pair<std::string_view, std::string_view>, 1> kLater = {{
    {"command", "programs as processes (command)"},
}};

void wrong_kind(const Entry& entry, std::string_view wanted, Problems& problems) {
    problems.add(entry.value.position, fmt::format("{} must be {}, this is {}", quoted(entry.key),
                                                   wanted, entry.value.kind_name()));
}

}  // namespace

std::string Diagnostic::render() const {
    return render_problem(path, position, message, hint, source_line);
}

Problems::Problems(std::string_view text, std::string path) : text_(text), path_(std::move(path)) {
    line_starts_.push_back(0);
    for (std::size_t at = text.find('\n'); at != std::string_view::npos;
         at = text.find('\n', at + 1))
        line_starts_.push_back(at + 1);
}

std::string_view Problems::line(std::uint32_t number) const {
    if (number == 0 || number > line_starts_.size()) return {};
    return line_at(text_.substr(line_starts_[number - 1]), 1);
}

void Problems::add(Position position, std::string message, std::string hint) {
    const auto same = [&](const Diagnostic& other) {
        return other.position == position && other.message == message;
    };
    if (full() || std::any_of(found_.begin(), found_.end(), same)) return;
    found_.push_back(
        {path_, position, std::move(message), std::move(hint), std::string(line(position.line))});
}

bool Problems::full() const {
    return found_.size() >= kMostProblems;
}

std::vector<Diagnostic> Problems::take() {
    std::stable_sort(found_.begin(), found_.end(), [](const Diagnostic& a, const Diagnostic& b) {
        return std::pair(a.position.line, a.position.column) <
               std::pair(b.position.line, b.position.column);
    });
    return std::exchange(found_, {});
}

Position Problems::inside(Position node, std::size_t offset, std::string_view word) const {
    // Only a text in plain quotes on one line stands in the file as it is.
    const std::string_view shown = line(node.line);
    const std::size_t column = node.column + offset;  // behind the opening quote, from 0
    const bool plain = std::all_of(shown.begin(), shown.end(), [](char c) { return c > 0; });
    if (plain && column <= shown.size() && shown.substr(column, word.size()) == word)
        return {node.line, static_cast<std::uint32_t>(column + 1)};
    return node;
}

std::string quoted(std::string_view name) {
    constexpr std::size_t kLongest = 60;
    std::string out = "\"";
    for (char c : name.substr(0, kLongest)) out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    // A character of several bytes is not cut in its middle.
    if (name.size() > kLongest) {
        while (out.size() > 1 && (static_cast<unsigned char>(out.back()) & 0xc0) == 0x80)
            out.pop_back();
        if (static_cast<unsigned char>(out.back()) >= 0xc0) out.pop_back();
        out += "...";
    }
    return out + "\"";
}

std::string with_article(std::string_view noun) {
    const bool vowel = std::string_view("aeiou").find(noun.substr(0, 1)) != std::string_view::npos;
    return fmt::format("{} {}", vowel ? "an" : "a", noun);
}

std::string did_you_mean(std::string_view wrong, const std::vector<std::string>& names) {
    const std::string near = nearest_name(wrong, names);
    return near.empty() ? "" : fmt::format("; did you mean {}?", quoted(near));
}

const Node::Entries* read_table(const Node& node, std::string_view what, Problems& problems) {
    if (!node.entries())
        problems.add(node.position,
                     fmt::format("{} must be a table, this is {}", what, node.kind_name()));
    return node.entries();
}

void check_keys(const Node::Entries& entries, Part part, std::string_view what,
                Problems& problems) {
    std::vector<std::string> names;
    for (const KeyInfo& key : keys_of(part)) names.emplace_back(key.name);
    for (const Entry& entry : entries) {
        if (problems.full()) return;
        if (std::find(names.begin(), names.end(), entry.key) != names.end()) continue;
        if (const std::string later = comes_later(entry.key); !later.empty()) {
            problems.add(entry.position, later);
            continue;
        }
        problems.add(entry.position,
                     fmt::format("{} has no key {}{}", what, quoted(entry.key),
                                 did_you_mean(entry.key, names)),
                     "it may have " + fmt::format("{}", fmt::join(names, ", ")));
    }
}

std::optional<std::string> read_text(const Entry& entry, Problems& problems) {
    if (entry.value.text() && !entry.value.text()->empty()) return *entry.value.text();
    if (entry.value.text())
        problems.add(entry.value.position, fmt::format("{} is empty", quoted(entry.key)));
    else
        wrong_kind(entry, "text in quotes", problems);
    return std::nullopt;
}

std::optional<bool> read_boolean(const Entry& entry, Problems& problems) {
    if (entry.value.boolean()) return *entry.value.boolean();
    wrong_kind(entry, "true or false", problems);
    return std::nullopt;
}

std::optional<double> read_seconds(const Entry& entry, Problems& problems) {
    std::optional<double> seconds;
    if (entry.value.integer()) seconds = static_cast<double>(*entry.value.integer());
    if (entry.value.real()) seconds = *entry.value.real();
    if (!seconds) {
        wrong_kind(entry, "a number of seconds", problems);
    } else if (!(*seconds >= 0 && *seconds <= kMostSeconds)) {
        problems.add(entry.value.position,
                     fmt::format("{} must be {}", quoted(entry.key), kWantedTime));
        seconds.reset();
    }
    return seconds;
}

std::optional<std::uint64_t> read_count(const Entry& entry, std::uint64_t least, std::uint64_t most,
                                        Problems& problems) {
    if (!entry.value.integer()) {
        wrong_kind(entry, "a whole number", problems);
        return std::nullopt;
    }
    const std::int64_t number = *entry.value.integer();
    if (number >= 0 && static_cast<std::uint64_t>(number) >= least &&
        static_cast<std::uint64_t>(number) <= most)
        return static_cast<std::uint64_t>(number);
    const std::string wanted = most < kUnbounded ? fmt::format("from {} to {}", least, most)
                                                 : fmt::format("{} or more", least);
    problems.add(entry.value.position,
                 fmt::format("{} must be {}, this is {}", quoted(entry.key), wanted, number));
    return std::nullopt;
}

namespace {

// `any(0, 9)`: nobody means the text.
bool is_input(const std::string& text) {
    const auto names = scan_expression(text).names;
    return names.size() == 1 && names.front().name == kAny && text.starts_with(kAny) &&
           text.ends_with(')');
}

}  // namespace

std::optional<std::uint64_t> read_count(const Entry& entry, const KeyInfo& key,
                                        Problems& problems) {
    return read_count(entry, key.least, key.most, problems);
}

std::optional<Value> read_literal(const Node& node, Problems& problems) {
    auto value = document::to_value(node);
    if (node.text() && is_input(*node.text())) {
        problems.add(node.position, "any() draws an input in a step; here are literal data only",
                     "let a step store it: { store = \"n\", value = \"any(0, 9)\" }");
        return std::nullopt;
    }
    if (auto* found = std::get_if<Value>(&value)) return std::move(*found);
    const auto& problem = std::get<document::Problem>(value);
    problems.add(problem.position, problem.message, problem.hint);
    return std::nullopt;
}

std::vector<PlacedText> read_texts(const Entry& entry, Problems& problems) {
    std::vector<PlacedText> out;
    if (!entry.value.items()) {
        if (auto text = read_text(entry, problems)) out.push_back({*text, entry.value.position});
        return out;
    }
    for (const Node& item : *entry.value.items()) {
        const Entry one{entry.key, entry.position, item};
        if (auto text = read_text(one, problems)) out.push_back({*text, item.position});
    }
    return out;
}

std::string comes_later(std::string_view key) {
    for (const auto& [word, part] : kLater)
        if (word == key)
            return fmt::format("{}: {} come in a later version of Stagger", quoted(key), part);
    return "";
}

}  // namespace stagger::spec
