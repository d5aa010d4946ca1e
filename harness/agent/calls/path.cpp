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
    const int error = errno;
    if (!take_name_at(directory, path, links == Links::Keep ? O_NOFOLLOW : 0)) {
        take_name_to_be(directory, path);
    }
    errno = error;
}

Path::Path(int descriptor) {
    take_name_of(descriptor);
}

bool Path::take_name_at(int directory, const char* path, int flags) {
    STAGGER_REAL(openat);
    STAGGER_REAL_AS(real_close, close);
    const int descriptor = real(directory, path, O_PATH | O_CLOEXEC | flags);
    if (descriptor < 0) return false;
    const bool taken = take_name_of(descriptor);
    real_close(descriptor);
    return taken;
}

// The name of as much of the way as there is, and the rest as it stands.
void Path::take_name_to_be(int directory, const char* path) {
    char way[sizeof(name_)] = "";
    std::strncpy(way, path, sizeof(way) - 1);
    char* cut = std::strrchr(way, '/');
    while (cut != nullptr && cut != way) {
        *cut = '\0';
        if (take_name_at(directory, way, 0)) break;
        cut = std::strrchr(way, '/');
    }
    const std::size_t rest = cut != nullptr ? static_cast<std::size_t>(cut - way) + 1 : 0;
    if (cut == way) name_[0] = '\0';  // the root
    if (cut == nullptr && !take_name_at(directory, ".", 0)) name_[0] = '\0';
    const std::size_t size = std::strlen(name_);
    std::snprintf(name_ + size, sizeof(name_) - size, "/%s", path + rest);
}

const char* Path::directory() {
    char* end = std::strrchr(name_, '/');
    if (end != nullptr) *(end == name_ ? end + 1 : end) = '\0';
    return name_;
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
