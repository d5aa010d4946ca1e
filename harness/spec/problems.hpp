// SPDX-License-Identifier: Apache-2.0
//
// Collects what is wrong with one spec, and reads typed entries of its tables into it. Used by the
// parts of the parser only; one per parse.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/document.hpp"
#include "harness/spec/language.hpp"
#include "harness/spec/parse.hpp"

namespace stagger::spec {

using document::Entry;
using document::Node;

class Problems {
public:
    Problems(std::string_view text, std::string path);

    // Keeps the first 20 or so; a spec with more is not worth more words.
    void add(Position, std::string message, std::string hint = "");
    bool none() const { return found_.empty(); }
    bool full() const;
    std::vector<Diagnostic> take();

    // Where byte `offset` of the text of `node` stands, if that can be told; else where it starts.
    Position inside(Position node, std::size_t offset, std::string_view word) const;

private:
    std::string_view line(std::uint32_t number) const;

    std::string_view text_;
    std::vector<std::size_t> line_starts_;
    std::string path_;
    std::vector<Diagnostic> found_;
};

// "name" in quotes, cut short if someone wrote a novel.
std::string quoted(std::string_view name);

// "a list", "an event"
std::string with_article(std::string_view noun);

// `; did you mean "load"?`, or "" if nothing is near.
std::string did_you_mean(std::string_view wrong, const std::vector<std::string>& names);

// The entries, or null after a complaint that `node` is no table. `what`: "an object".
const Node::Entries* read_table(const Node&, std::string_view what, Problems&);

// Complains about each key that the part does not have; those for later are named as such.
void check_keys(const Node::Entries&, Part, std::string_view what, Problems&);

// Each complains, and gives nothing, if the entry is of another kind or out of bounds.
std::optional<std::string> read_text(const Entry&, Problems&);
std::optional<bool> read_boolean(const Entry&, Problems&);
std::optional<double> read_seconds(const Entry&, Problems&);
std::optional<std::uint64_t> read_count(const Entry&, std::uint64_t least, std::uint64_t most,
                                        Problems&);
// Within the bounds of that key.
std::optional<std::uint64_t> read_count(const Entry&, const KeyInfo&, Problems&);
std::optional<Value> read_literal(const Node&, Problems&);
// One text, or an array of them, with where each stands.
struct PlacedText {
    std::string text;
    Position position;
};
std::vector<PlacedText> read_texts(const Entry&, Problems&);

// A sentence if `key` belongs to a part of the language that is not there yet, "" otherwise.
std::string comes_later(std::string_view key);

}  // namespace stagger::spec
