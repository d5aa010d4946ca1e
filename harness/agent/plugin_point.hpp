// SPDX-License-Identifier: Apache-2.0
//
// The explicit point that plugins get through the host table, for what the agent cannot see.
#pragma once

namespace stagger::agent {

// In plugin code of a task: a point that `label` names; elsewhere nothing.
__attribute__((visibility("default"))) void plugin_point(const char* label);

}  // namespace stagger::agent
