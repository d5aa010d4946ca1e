// SPDX-License-Identifier: Apache-2.0
//
// Cases that the command line asks for: the file's that match, or one made to order. Called by
// `run` and `gate`, in the controller. Pure.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "harness/base/result.hpp"
#include "harness/spec/scenario.hpp"

namespace stagger::spec {

// What `run SPEC --backend B -D name=value --filter GLOB` selects. Empty: everything.
struct Selection {
    std::vector<std::string> backends;
    std::map<std::string, Value> params;
    std::string filter;  // glob over case ids
};

// The file's cases that match; if none does and `make` is set, one per backend asked for, expected
// to hold. Fails on an unknown parameter (with the nearest name).
Result<std::vector<Case>> select_cases(const Scenario&, const Selection&, bool make);

// All backends that the case uses; and the one that holds an object.
std::set<std::string> backends_of(const Case&);
const std::string& backend_of(const Case&, const std::string& object);

// `name=value` of -D: value is literal TOML (true, 3, "text"), or bare text.
Result<std::pair<std::string, Value>> parse_definition(const std::string& text);

// The choice that a case makes of its scenario, as JSON text, for the worker process and for
// schedule files; and the case again. case_from_json fails on text that is none.
std::string case_to_json(const Case&);
Result<Case> case_from_json(const std::string& text);

bool glob_matches(std::string_view glob, std::string_view text);  // * and ?

// Nearest of `names` by edit distance, or "" if none is near.
std::string nearest_name(std::string_view wrong, const std::vector<std::string>& names);

}  // namespace stagger::spec
