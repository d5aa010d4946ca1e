// SPDX-License-Identifier: Apache-2.0
//
// What a process has of the system, as the kernel tells it: for tests that nothing is left over.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace stagger::testing {

// Of the calling process.
struct Usage {
    std::size_t descriptors = 0;
    std::size_t resident_kb = 0;
    std::size_t descendants = 0;
};
Usage usage();

// Named objects of the system whose names begin so: shared memory and semaphores, message queues,
// sockets with and without a file. Slashes in front aside.
std::vector<std::string> objects_named(const std::string& prefix);

}  // namespace stagger::testing
