// SPDX-License-Identifier: Apache-2.0
//
// Case ids, which the parser and the command line's own cases must spell alike.
#pragma once

#include <map>
#include <string>

#include "harness/spec/scenario.hpp"

namespace stagger::spec {

// "increment/shm/locked=true,lock=spin"; `settings` are what the case itself says, as text.
std::string case_id(const std::string& scenario, const std::string& backends,
                    const std::map<std::string, std::string>& settings);

// A value as an id and an option show it: text bare where it needs no quotes.
std::string setting_text(const Value&);

// The defaults as a case on one backend.
Case case_on(const CaseDefaults&, const std::string& backend);

}  // namespace stagger::spec
