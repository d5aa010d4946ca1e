// SPDX-License-Identifier: Apache-2.0
#include "harness/agent/calls/path.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "harness/agent/real.hpp"

namespace stagger::agent {

Path::Path(int directory, const char* path, Links links) {
    STAGGER_REAL(openat);
    STAGGER_REAL_AS(real_close, close);
    const int error = errno;
    const int keep = links == Links::Keep ? O_NOFOLLOW : 0;
    const int descriptor = real(directory, path, O_PATH | O_CLOEXEC | keep);
    if (descriptor < 0 || !take_name_of(descriptor)) {
        std::strncpy(name_, path, sizeof(name_) - 1);
    }
    if (descriptor >= 0) real_close(descriptor);
    errno = error;
}

Path::Path(int descriptor) {
    take_name_of(descriptor);
}

bool Path::take_name_of(int descriptor) {
    char link[32];
    std::snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
    const ssize_t size = readlink(link, name_, sizeof(name_) - 1);
    if (size <= 0) return false;
    name_[size] = '\0';
    return true;
}

}  // namespace stagger::agent
