// SPDX-License-Identifier: Apache-2.0
#include "harness/agent/real.hpp"

// The linker makes these for a section whose name is an identifier.
extern "C" {
extern stagger::agent::RealFunction __start_stagger_real[] __attribute__((visibility("hidden")));
extern stagger::agent::RealFunction __stop_stagger_real[] __attribute__((visibility("hidden")));
}

namespace stagger::agent {

void find_real_functions() {
    for (RealFunction* real = __start_stagger_real; real != __stop_stagger_real; ++real) {
        real->find();
    }
}

}  // namespace stagger::agent
