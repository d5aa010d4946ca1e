// SPDX-License-Identifier: Apache-2.0
//
// Calls that look at files, names and directories, and change nothing but perhaps an offset: stat
// and access and their kin, readlink, lseek, readdir. What they find may be old a moment later,
// which is how files are raced for. Runs in the task that calls. stat(2), access(2), readdir(3).
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/agent/calls/names.hpp"
#include "harness/agent/identity.hpp"
#include "harness/agent/real.hpp"

namespace stagger::agent {
namespace {

using control::Call;

Path::Links links_of(int flags) {
    return (flags & AT_SYMLINK_NOFOLLOW) != 0 ? Path::Links::Keep : Path::Links::Follow;
}

// The size of a file is read, say, which those who write to it change.
template <typename Real>
auto look_at_descriptor(int descriptor, Real real) {
    if (!controlled()) return real();
    EngineCode engine;
    spinning_point(Call::Look, descriptor_key(descriptor));
    return settle(engine, real());
}

// AT_EMPTY_PATH, and fstat under another name.
template <typename Real>
auto look_from(int directory, const char* path, int flags, Real real) {
    if (path == nullptr || *path == '\0') return look_at_descriptor(directory, real);
    return look_at({directory, path, links_of(flags)}, real);
}

// Its key is that of the file, as of reading and writing: an offset is shared by all who inherited
// the descriptor.
template <typename Real>
off64_t seek(int descriptor, Real real) {
    if (!controlled()) return real();
    EngineCode engine;
    point(Call::Seek, descriptor_key(descriptor));
    return settle(engine, real());
}

// Where a pointer says that it failed.
template <typename Pointer>
Pointer settle_pointer(EngineCode& engine, Pointer found) {
    if (found == nullptr) engine.adopt_errno();
    return found;
}

// Names come from the kernel some at a time, so any call may be the one that looks. Listing changes
// nothing, but must not commute with those who make names: see listing_key.
template <typename Real>
auto list_next(DIR* directory, Real real) {
    if (!controlled()) return real();
    EngineCode engine;
    point(Call::Read, listing_key(Path(dirfd(directory)).name()));
    return settle_pointer(engine, real());
}

}  // namespace
}  // namespace stagger::agent

using namespace stagger::agent;

STAGGER_INTERCEPTED int stat(const char* path, struct stat* status) noexcept {
    STAGGER_REAL(stat);
    return look_at({AT_FDCWD, path}, [&] { return real(path, status); });
}

STAGGER_INTERCEPTED int stat64(const char* path, struct stat64* status) noexcept {
    STAGGER_REAL(stat64);
    return look_at({AT_FDCWD, path}, [&] { return real(path, status); });
}

STAGGER_INTERCEPTED int lstat(const char* path, struct stat* status) noexcept {
    STAGGER_REAL(lstat);
    return look_at({AT_FDCWD, path, Path::Links::Keep}, [&] { return real(path, status); });
}

STAGGER_INTERCEPTED int lstat64(const char* path, struct stat64* status) noexcept {
    STAGGER_REAL(lstat64);
    return look_at({AT_FDCWD, path, Path::Links::Keep}, [&] { return real(path, status); });
}

STAGGER_INTERCEPTED int fstat(int descriptor, struct stat* status) noexcept {
    STAGGER_REAL(fstat);
    return look_at_descriptor(descriptor, [&] { return real(descriptor, status); });
}

STAGGER_INTERCEPTED int fstat64(int descriptor, struct stat64* status) noexcept {
    STAGGER_REAL(fstat64);
    return look_at_descriptor(descriptor, [&] { return real(descriptor, status); });
}

STAGGER_INTERCEPTED int fstatat(int directory, const char* path, struct stat* status,
                                int flags) noexcept {
    STAGGER_REAL(fstatat);
    return look_from(directory, path, flags, [&] { return real(directory, path, status, flags); });
}

STAGGER_INTERCEPTED int fstatat64(int directory, const char* path, struct stat64* status,
                                  int flags) noexcept {
    STAGGER_REAL(fstatat64);
    return look_from(directory, path, flags, [&] { return real(directory, path, status, flags); });
}

STAGGER_INTERCEPTED int statx(int directory, const char* path, int flags, unsigned mask,
                              struct statx* status) noexcept {
    STAGGER_REAL(statx);
    return look_from(directory, path, flags,
                     [&] { return real(directory, path, flags, mask, status); });
}

STAGGER_INTERCEPTED int access(const char* path, int mode) noexcept {
    STAGGER_REAL(access);
    return look_at({AT_FDCWD, path}, [&] { return real(path, mode); });
}

STAGGER_INTERCEPTED int faccessat(int directory, const char* path, int mode, int flags) noexcept {
    STAGGER_REAL(faccessat);
    return look_from(directory, path, flags, [&] { return real(directory, path, mode, flags); });
}

STAGGER_INTERCEPTED int euidaccess(const char* path, int mode) noexcept {
    STAGGER_REAL(euidaccess);
    return look_at({AT_FDCWD, path}, [&] { return real(path, mode); });
}

STAGGER_INTERCEPTED int eaccess(const char* path, int mode) noexcept {
    return euidaccess(path, mode);
}

STAGGER_INTERCEPTED ssize_t readlink(const char* path, char* target, std::size_t size) noexcept {
    STAGGER_REAL(readlink);
    return look_at({AT_FDCWD, path, Path::Links::Keep}, [&] { return real(path, target, size); });
}

STAGGER_INTERCEPTED ssize_t readlinkat(int directory, const char* path, char* target,
                                       std::size_t size) noexcept {
    STAGGER_REAL(readlinkat);
    return look_from(directory, path, AT_SYMLINK_NOFOLLOW,
                     [&] { return real(directory, path, target, size); });
}

STAGGER_INTERCEPTED ssize_t __readlink_chk(const char* path, char* target, std::size_t size,
                                           std::size_t) {
    return readlink(path, target, size);
}

STAGGER_INTERCEPTED ssize_t __readlinkat_chk(int directory, const char* path, char* target,
                                             std::size_t size, std::size_t) {
    return readlinkat(directory, path, target, size);
}

STAGGER_INTERCEPTED off_t lseek(int descriptor, off_t offset, int whence) noexcept {
    STAGGER_REAL(lseek);
    return seek(descriptor, [&] { return real(descriptor, offset, whence); });
}

STAGGER_INTERCEPTED off64_t lseek64(int descriptor, off64_t offset, int whence) noexcept {
    return lseek(descriptor, offset, whence);
}

STAGGER_INTERCEPTED DIR* opendir(const char* path) {
    STAGGER_REAL(opendir);
    if (!controlled()) return real(path);
    EngineCode engine;
    const FileName name{AT_FDCWD, path};
    point(Call::Open, key_of(name));
    note_found(name);
    return settle_pointer(engine, real(path));
}

STAGGER_INTERCEPTED dirent* readdir(DIR* directory) {
    STAGGER_REAL(readdir);
    return list_next(directory, [&] { return real(directory); });
}

STAGGER_INTERCEPTED dirent64* readdir64(DIR* directory) {
    STAGGER_REAL(readdir64);
    return list_next(directory, [&] { return real(directory); });
}
