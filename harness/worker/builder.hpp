// SPDX-License-Identifier: Apache-2.0
//
// The builder: a fork of the host that makes a case's OS objects and its processes, looks after
// them, and ends when they have been torn down. Each time that processes are made anew there is a
// new one, so that they begin like all before: with the host's memory as it was when it had loaded
// the backends, at the same addresses, which name what threads of one process share.
#pragma once

#include "harness/worker/interpreter.hpp"

namespace stagger::worker {

inline constexpr const char* kNoRoom = "the system has no room for another process";

// Makes them, and serves the controller's commands until it asks for their end, or is gone itself.
// Everything has been cleaned up then.
void build_and_serve(Surroundings&, bool explored_servers);

}  // namespace stagger::worker
