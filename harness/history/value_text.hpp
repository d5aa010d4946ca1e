// SPDX-License-Identifier: Apache-2.0
//
// Values as people read them. Reads one as Value::to_string writes it: 101, 1.5, 'text', true, nil,
// [1, 2], {a = 1}; used by the text form of histories. And shortens one for a message.
#pragma once

#include <string>
#include <string_view>

#include "harness/base/result.hpp"
#include "harness/base/value.hpp"

namespace stagger::history {

// Reads one value from the front of `text` and moves `text` behind it.
Result<Value> read_value(std::string_view& text);

}  // namespace stagger::history
