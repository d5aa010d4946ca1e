// SPDX-License-Identifier: Apache-2.0
//
// What descriptors need of file locks. Private to the agent.
#pragma once

#include "harness/agent/identity.hpp"

namespace stagger::agent {

// All locks on one file share a key: flock, lockf and fcntl.
inline control::Key file_lock_key(int descriptor) {
    return control::make_key(control::KeySpace::Lock, descriptor_id(descriptor));
}

}  // namespace stagger::agent
