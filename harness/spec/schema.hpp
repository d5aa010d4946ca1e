// SPDX-License-Identifier: Apache-2.0
//
// What a spec may look like, for other programs and for readers: both made from the tables of
// language.hpp, and from nothing else. Called by `stagger schema` and by tests; in the controller.
#pragma once

#include <string>
#include <vector>

namespace stagger::spec {

// A JSON Schema (draft 7) of specs, for editors that complete and check TOML. It knows keys, types
// of values, bounds and names of the language; what only a reader of the whole spec can know, such
// as whether an object is declared, is left to `stagger validate`.
std::string json_schema(const std::vector<std::string>& strategies);

// The tables of docs/spec-reference.md, as Markdown.
struct ReferenceTable {
    std::string name;  // "objects"
    std::string text;
};
std::vector<ReferenceTable> reference_tables();

}  // namespace stagger::spec
