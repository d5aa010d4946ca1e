// SPDX-License-Identifier: Apache-2.0
//
// Files are opened: open and its kin. A file is known by its path, until that is unlinked. Opening
// a FIFO waits for the other end, as fifo(7) says. Runs in the task that calls, and, to learn who
// is who, in the builder.
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "harness/agent/calls/names.hpp"
#include "harness/agent/calls/path.hpp"
#include "harness/agent/calls/tried.hpp"
#include "harness/agent/fault.hpp"
#include "harness/agent/identity.hpp"
#include "harness/agent/real.hpp"

namespace stagger::agent {
namespace {

using control::Call;
using control::NameKind;

struct Opening {
    int directory;
    const char* path;
    int flags;
    mode_t mode;
};

int real_open(const Opening& opening, int more_flags) {
    STAGGER_REAL(openat);
    return real(opening.directory, opening.path, opening.flags | more_flags, opening.mode);
}

// `is_new` from before the call: O_CREAT alone does not say that the file was made by it.
int remember_opened(int descriptor, bool is_new) {
    if (descriptor < 0 || process.segment == nullptr) return descriptor;
    struct stat status {};
    const bool known =
        fstat(descriptor, &status) == 0 && (S_ISREG(status.st_mode) || S_ISFIFO(status.st_mode));
    if (known) {
        remember_descriptor(descriptor, name_id(NameKind::File, Path(descriptor).name(), is_new));
    } else {
        forget_descriptor(descriptor);
    }
    return descriptor;
}

bool would_be_new(const Opening& opening) {
    if ((opening.flags & O_CREAT) == 0 || process.segment == nullptr) return false;
    struct stat status {};
    const int error = errno;
    const bool found = fstatat(opening.directory, opening.path, &status, 0) == 0;
    errno = error;
    return !found;
}

bool is_fifo(const Opening& opening) {
    struct stat status {};
    return fstatat(opening.directory, opening.path, &status, 0) == 0 && S_ISFIFO(status.st_mode);
}

// Without a writer a read of a FIFO that does not block says "end"; with one, "not yet".
bool has_writer(int fifo) {
    if (is_ready(fifo, Direction::In)) return true;
    STAGGER_REAL(read);
    char byte;
    return real(fifo, &byte, 1) == -1 && errno == EAGAIN;
}

// A reader is in at once, and then waits for a writer; a writer gets in only when there is one.
int open_fifo(const Opening& opening) {
    const Path path(opening.directory, opening.path, Path::Links::Follow);
    const auto key = control::make_key(control::KeySpace::Descriptor,
                                       name_id(NameKind::File, path.name(), false));
    const bool reads = (opening.flags & O_ACCMODE) == O_RDONLY;
    int descriptor = -1;
    while ((descriptor = real_open(opening, O_NONBLOCK)) == -1 && errno == ENXIO) {
        if (is_interrupted(true)) {
            errno = EINTR;
            return -1;
        }
        wait_for(&key, 1, control::kNoDeadline);
    }
    if (descriptor < 0) return descriptor;
    remember_opened(descriptor, false);
    touched(key);
    while (reads && !has_writer(descriptor)) wait_for(&key, 1, control::kNoDeadline);
    STAGGER_REAL(fcntl);
    real(descriptor, F_SETFL, opening.flags & ~O_NONBLOCK);
    return descriptor;
}

Path::Links links_of(int flags) {
    const bool keep =
        (flags & O_NOFOLLOW) != 0 || (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL);
    return keep ? Path::Links::Keep : Path::Links::Follow;
}

int open_any(const Opening& opening) {
    if (!controlled()) {
        const bool is_new = would_be_new(opening);
        return remember_opened(real_open(opening, 0), is_new);
    }
    if (has_no_descriptor_left()) return -1;
    EngineCode engine;
    const FileName name{opening.directory, opening.path, links_of(opening.flags)};
    point(Call::Open, key_of(name));
    (opening.flags & O_CREAT) != 0 ? note_changed(name) : note_found(name);
    if ((opening.flags & O_TRUNC) != 0) note_content_changed(name);
    const bool waits = (opening.flags & (O_NONBLOCK | O_PATH)) == 0 &&
                       (opening.flags & O_ACCMODE) != O_RDWR && is_fifo(opening);
    if (waits) return settle(engine, open_fifo(opening));
    const bool is_new = would_be_new(opening);
    return settle(engine, remember_opened(real_open(opening, 0), is_new));
}

// fopen(3). False: a mode that is libc's to judge.
bool flags_of(const char* mode, int& flags) {
    const bool both = std::strchr(mode, '+') != nullptr;
    const int writes = both ? O_RDWR : O_WRONLY;
    if (*mode == 'r')
        flags = both ? O_RDWR : O_RDONLY;
    else if (*mode == 'w')
        flags = writes | O_CREAT | O_TRUNC;
    else if (*mode == 'a')
        flags = writes | O_CREAT | O_APPEND;
    else
        return false;
    if (std::strchr(mode, 'x') != nullptr) flags |= O_EXCL;
    if (std::strchr(mode, 'e') != nullptr) flags |= O_CLOEXEC;
    return std::strchr(mode, ',') == nullptr;  // no character set
}

// Without these flags the mode is not there.
bool takes_mode(int flags) {
    return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

}  // namespace
}  // namespace stagger::agent

using namespace stagger::agent;

#define STAGGER_OPEN(name) \
    STAGGER_INTERCEPTED int name(const char* path, int flags, ...) { \
        std::va_list arguments; \
        va_start(arguments, flags); \
        const mode_t mode = takes_mode(flags) ? va_arg(arguments, mode_t) : 0; \
        va_end(arguments); \
        return open_any({AT_FDCWD, path, flags, mode}); \
    }
#define STAGGER_OPENAT(name) \
    STAGGER_INTERCEPTED int name(int directory, const char* path, int flags, ...) { \
        std::va_list arguments; \
        va_start(arguments, flags); \
        const mode_t mode = takes_mode(flags) ? va_arg(arguments, mode_t) : 0; \
        va_end(arguments); \
        return open_any({directory, path, flags, mode}); \
    }

STAGGER_OPEN(open)
STAGGER_OPEN(open64)
STAGGER_OPENAT(openat)
STAGGER_OPENAT(openat64)

// What programs that are compiled with _FORTIFY_SOURCE call where they give no mode.
STAGGER_INTERCEPTED int __open_2(const char* path, int flags) {
    return open_any({AT_FDCWD, path, flags, 0});
}

STAGGER_INTERCEPTED int __open64_2(const char* path, int flags) {
    return open_any({AT_FDCWD, path, flags, 0});
}

STAGGER_INTERCEPTED int __openat_2(int directory, const char* path, int flags) {
    return open_any({directory, path, flags, 0});
}

STAGGER_INTERCEPTED int __openat64_2(int directory, const char* path, int flags) {
    return open_any({directory, path, flags, 0});
}

STAGGER_INTERCEPTED int creat(const char* path, mode_t mode) {
    return open_any({AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode});
}

STAGGER_INTERCEPTED int creat64(const char* path, mode_t mode) {
    return creat(path, mode);
}

STAGGER_INTERCEPTED int truncate(const char* path, off_t size) noexcept {
    STAGGER_REAL(truncate);
    if (!controlled()) return real(path, size);
    EngineCode engine;
    const FileName name{AT_FDCWD, path};
    point(Call::Resize, key_of(name));
    note_found(name);
    note_content_changed(name);
    return settle(engine, real(path, size));
}

STAGGER_INTERCEPTED int truncate64(const char* path, off64_t size) noexcept {
    return truncate(path, size);
}

// Like open; what goes through the stream's buffer is not seen until a call of the kernel's.
STAGGER_INTERCEPTED FILE* fopen(const char* path, const char* mode) {
    STAGGER_REAL(fopen);
    int flags = 0;
    if (!controlled() || !flags_of(mode, flags)) return real(path, mode);
    const int descriptor = open_any({AT_FDCWD, path, flags, 0666});
    return descriptor >= 0 ? fdopen(descriptor, mode) : nullptr;
}

STAGGER_INTERCEPTED FILE* fopen64(const char* path, const char* mode) {
    return fopen(path, mode);
}
