// SPDX-License-Identifier: Apache-2.0
//
// Who runs a call that the agent stands in front of: the agent's model, or libc itself. Private to
// the agent.
#pragma once

#include "harness/agent/identity.hpp"
#include "harness/agent/point.hpp"

namespace stagger::agent {

// True if libc's own definition is to run, as the plugin's code: outside of control; and, after
// the point that this call is, where libc itself is under test. `other` is a second object that
// the call changes.
inline bool left_to_libc(control::Call call, const void* object, const void* other = nullptr) {
    if (!controlled()) return true;
    if (!process.real_libc) return false;
    EngineCode engine;
    point(call, address_key(object));
    if (other != nullptr) also_touches(address_key(other));
    return true;
}

}  // namespace stagger::agent
