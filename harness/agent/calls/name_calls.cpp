// SPDX-License-Identifier: Apache-2.0
//
// Names of files are made, moved and removed: each at once for everybody, which is why locks are
// made of them. Runs in the task that calls. rename(2), link(2), symlink(2), mkdir(2), unlink(2).
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "harness/agent/calls/names.hpp"
#include "harness/agent/identity.hpp"
#include "harness/agent/real.hpp"

namespace stagger::agent {
namespace {

using control::Call;
using control::NameKind;

FileName kept(int directory, const char* path) {
    return {directory, path, Path::Links::Keep};
}

// Does what removes the name, which has to be asked for before.
template <typename Real>
int remove_name(int directory, const char* path, Real real) {
    const FileName name = kept(directory, path);
    return change_name(
        Call::Unlink, name, [&] { note_emptied(name); },
        [&] {
            const Path old(directory, path, Path::Links::Keep);
            const int result = real();
            if (result == 0) name_removed(NameKind::File, old.name());
            return result;
        });
}

// What was there before, if something was, is nobody's any more.
template <typename Real>
int move_name(const FileName& from, const FileName& to, Real real) {
    const auto note = [&] {
        note_changed(from);
        note_emptied(to);
    };
    return change_name(Call::Rename, to, note, [&] {
        const Path old(from.directory, from.path, from.links);
        const int result = real();
        if (result == 0) {
            const Path now(to.directory, to.path, to.links);
            name_moved(NameKind::File, old.name(), now.name());
        }
        return result;
    });
}

template <typename Real>
int link_name(const FileName& from, const FileName& to, Real real) {
    return change_name(
        Call::Create, to, [&] { note_found(from); },
        [&] {
            const int result = real();
            if (result == 0) {
                name_linked(NameKind::File, Path(from.directory, from.path, from.links).name(),
                            Path(to.directory, to.path, to.links).name());
            }
            return result;
        });
}

template <typename Real>
int make_name(int directory, const char* path, Real real) {
    return change_name(
        Call::Create, kept(directory, path), [] {}, real);
}

// A FIFO has an id from its birth: those who open it wait for each other.
template <typename Real>
int make_fifo(int directory, const char* path, Real real) {
    return make_name(directory, path, [&] {
        const int result = real();
        if (result == 0) {
            name_id(NameKind::File, Path(directory, path, Path::Links::Keep).name(), true);
        }
        return result;
    });
}

}  // namespace
}  // namespace stagger::agent

using namespace stagger::agent;

STAGGER_INTERCEPTED int mkfifo(const char* path, mode_t mode) noexcept {
    STAGGER_REAL(mkfifo);
    return make_fifo(AT_FDCWD, path, [&] { return real(path, mode); });
}

STAGGER_INTERCEPTED int mkfifoat(int directory, const char* path, mode_t mode) noexcept {
    STAGGER_REAL(mkfifoat);
    return make_fifo(directory, path, [&] { return real(directory, path, mode); });
}

STAGGER_INTERCEPTED int mkdir(const char* path, mode_t mode) noexcept {
    STAGGER_REAL(mkdir);
    return make_name(AT_FDCWD, path, [&] { return real(path, mode); });
}

STAGGER_INTERCEPTED int mkdirat(int directory, const char* path, mode_t mode) noexcept {
    STAGGER_REAL(mkdirat);
    return make_name(directory, path, [&] { return real(directory, path, mode); });
}

STAGGER_INTERCEPTED int symlink(const char* target, const char* path) noexcept {
    STAGGER_REAL(symlink);
    return make_name(AT_FDCWD, path, [&] { return real(target, path); });
}

STAGGER_INTERCEPTED int symlinkat(const char* target, int directory, const char* path) noexcept {
    STAGGER_REAL(symlinkat);
    return make_name(directory, path, [&] { return real(target, directory, path); });
}

STAGGER_INTERCEPTED int unlink(const char* path) noexcept {
    STAGGER_REAL(unlink);
    return remove_name(AT_FDCWD, path, [&] { return real(path); });
}

STAGGER_INTERCEPTED int unlinkat(int directory, const char* path, int flags) noexcept {
    STAGGER_REAL(unlinkat);
    return remove_name(directory, path, [&] { return real(directory, path, flags); });
}

STAGGER_INTERCEPTED int rmdir(const char* path) noexcept {
    STAGGER_REAL(rmdir);
    return remove_name(AT_FDCWD, path, [&] { return real(path); });
}

STAGGER_INTERCEPTED int remove(const char* path) noexcept {
    STAGGER_REAL(remove);
    return remove_name(AT_FDCWD, path, [&] { return real(path); });
}

STAGGER_INTERCEPTED int rename(const char* from, const char* to) noexcept {
    STAGGER_REAL(rename);
    return move_name(kept(AT_FDCWD, from), kept(AT_FDCWD, to), [&] { return real(from, to); });
}

STAGGER_INTERCEPTED int renameat(int from_directory, const char* from, int to_directory,
                                 const char* to) noexcept {
    STAGGER_REAL(renameat);
    return move_name(kept(from_directory, from), kept(to_directory, to),
                     [&] { return real(from_directory, from, to_directory, to); });
}

STAGGER_INTERCEPTED int renameat2(int from_directory, const char* from, int to_directory,
                                  const char* to, unsigned flags) noexcept {
    STAGGER_REAL(renameat2);
    return move_name(kept(from_directory, from), kept(to_directory, to),
                     [&] { return real(from_directory, from, to_directory, to, flags); });
}

STAGGER_INTERCEPTED int link(const char* from, const char* to) noexcept {
    STAGGER_REAL(link);
    return link_name(kept(AT_FDCWD, from), kept(AT_FDCWD, to), [&] { return real(from, to); });
}

STAGGER_INTERCEPTED int linkat(int from_directory, const char* from, int to_directory,
                               const char* to, int flags) noexcept {
    STAGGER_REAL(linkat);
    const bool follow = (flags & AT_SYMLINK_FOLLOW) != 0;
    return link_name({from_directory, from, follow ? Path::Links::Follow : Path::Links::Keep},
                     kept(to_directory, to),
                     [&] { return real(from_directory, from, to_directory, to, flags); });
}
