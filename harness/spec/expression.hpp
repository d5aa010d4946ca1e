// SPDX-License-Identifier: Apache-2.0
//
// Reads the text of an expression without running it: which names it uses, and what Lua is given to
// compile. Used inside `spec` by the checks and by the Evaluator. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stagger::spec {

// `.x` or `[1]` or `[anything]` behind a name.
struct Access {
    std::string field;                  // "" for an index
    std::optional<std::int64_t> index;  // nothing where it is not a literal integer
    std::size_t offset = 0;
};

// A name that the expression does not bind itself, once for each place where it stands.
struct NameUse {
    std::string name;
    std::size_t offset = 0;  // in bytes, into the source
    std::vector<Access> path;
};

struct ScannedExpression {
    std::vector<NameUse> names;  // in order of appearance
    bool calls = false;          // some function, so that running it may take a while
    // What is compiled: the source, with every table constructor marked, so that two tables
    // compare by content wherever they come from.
    std::string marked;
};

// Requires nothing of the source; what it says about text that is no Lua is meaningless.
ScannedExpression scan_expression(std::string_view source);

// The function of the sandbox that marks a table, and those names that every expression may use.
inline constexpr std::string_view kMarkTable = "__table";
inline constexpr std::string_view kAny = "any";  // draws an input: in steps only
const std::vector<std::string>& library_names();
// What the library of that name has: "math" has "abs", ...; empty for any other name.
const std::vector<std::string>& library_members(std::string_view library);

bool is_identifier(std::string_view text);
bool is_lua_keyword(std::string_view text);

}  // namespace stagger::spec
