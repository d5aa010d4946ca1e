// SPDX-License-Identifier: Apache-2.0
//
// A library that a backend is linked with and that touches memory for it. Compiled with the flag
// that makes its accesses points, and without.
#include <cstdint>

extern "C" __attribute__((visibility("default"))) void borrowed_store(std::int64_t* cell,
                                                                      std::int64_t value) {
    *cell = value;
}
