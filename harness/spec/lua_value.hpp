// SPDX-License-Identifier: Apache-2.0
//
// Values in and out of Lua. Used by the sandbox and the evaluator only. Lists and maps become
// tables that remember what they were, and compare by content.
#pragma once

#include <optional>
#include <string>

#include "harness/base/result.hpp"
#include "harness/base/value.hpp"

struct lua_State;

namespace stagger::spec {

// Requires: called under a protected call, as it may raise a Lua error (memory).
void push_value(lua_State*, const Value&);

// Never raises. Fails on functions, and on tables nested too deeply, cyclic or too large.
Result<Value> to_value(lua_State*, int index);

// Registers the metatables in a new state. Requires: a protected call.
void open_values(lua_State*);

// lua_CFunctions. mark_table: gives the table on the stack content comparison; value_length: how
// many entries a list or map has, or bytes a text; value_less: a total order over all values;
// value_text: as a person would write it, without addresses.
int mark_table(lua_State*);
int value_length(lua_State*);
int value_less(lua_State*);
int value_text(lua_State*);

}  // namespace stagger::spec
