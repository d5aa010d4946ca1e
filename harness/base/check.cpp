// SPDX-License-Identifier: Apache-2.0
#include "harness/base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace stagger {

void check_failed(const char* file, int line, const char* condition) {
    std::fprintf(stderr, "stagger: bug in stagger itself: %s:%d: %s does not hold\n", file, line,
                 condition);
    std::abort();
}

}  // namespace stagger
