// SPDX-License-Identifier: Apache-2.0
#include "harness/control/code.hpp"

#include <cstring>

namespace stagger::control {

void forget_code(Code& code) {
    if (!code.on || !code.instrumented.load(std::memory_order_relaxed)) return;
    std::memset(code.features, 0, sizeof(code.features));
}

}  // namespace stagger::control
