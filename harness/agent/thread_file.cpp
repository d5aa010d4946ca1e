// SPDX-License-Identifier: Apache-2.0
#include "harness/agent/thread_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

#include "harness/agent/real.hpp"

namespace stagger::agent {

bool read_thread_file(int pid, int tid, const char* name, char* text, std::size_t size) {
    STAGGER_REAL_AS(real_open, open);
    STAGGER_REAL_AS(real_read, read);
    STAGGER_REAL_AS(real_close, close);
    char path[64];
    std::snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", pid, tid, name);
    const int file = real_open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    const ssize_t got = real_read(file, text, size - 1);
    real_close(file);
    text[got > 0 ? got : 0] = '\0';
    return got > 0;
}

}  // namespace stagger::agent
