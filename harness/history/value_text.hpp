// SPDX-License-Identifier: Apache-2.0
//
// Reads a value as Value::to_string writes it: 101, 1.5, 'text', true, nil, [1, 2], {a = 1}. Used
// by the text form of histories.
#pragma once

#include <string_view>

#include "harness/base/result.hpp"
#include "harness/base/value.hpp"

namespace stagger::history {

// Reads one value from the front of `text` and moves `text` behind it.
Result<Value> read_value(std::string_view& text);

}  // namespace stagger::history
