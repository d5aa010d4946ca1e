// SPDX-License-Identifier: Apache-2.0
//
// What the names in an expression stood for when it was evaluated, for a report that it was false:
// "l = 40, r = 50". Called by workers for assertions and by the engine for expectations. Pure.
#pragma once

#include <string>

#include "harness/spec/evaluator.hpp"

namespace stagger::spec {

// Each variable once, in order of appearance; of a table the part that the expression looks at:
// "clerk[0].ticket = 1". "" where it names nothing that has a value.
std::string shown_values(const Evaluator&, const std::string& source);

}  // namespace stagger::spec
