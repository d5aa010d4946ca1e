// SPDX-License-Identifier: Apache-2.0
//
// read and its kin: made once poll says that they can go on. A read makes room, so it may wake
// writers. And what reads and writes at an offset, which is of files and never waits. Runs in the
// task that calls. read(2), pread(2), preadv2(2), pipe(7).
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

#include "harness/agent/calls/timers.hpp"
#include "harness/agent/calls/tried.hpp"
#include "harness/agent/fault.hpp"
#include "harness/agent/identity.hpp"
#include "harness/agent/real.hpp"

namespace stagger::agent {
namespace {

using control::Call;

template <typename Real>
ssize_t read_controlled(int descriptor, Real real) {
    EngineCode engine;
    const auto key = descriptor_key(descriptor);
    return settle(engine, try_when_ready({Call::Read, descriptor, Direction::In, key}, real));
}

// At an offset: files only, which never wait.
template <typename Real>
ssize_t at_offset(Call call, int descriptor, Real real) {
    if (!controlled()) return real();
    EngineCode engine;
    point(call, descriptor_key(descriptor));
    if (call == Call::Write && struck_by(FaultKind::Full)) return engine.fail(ENOSPC);
    return settle(engine, real());
}

}  // namespace
}  // namespace stagger::agent

using namespace stagger::agent;

STAGGER_INTERCEPTED ssize_t read(int descriptor, void* buffer, std::size_t size) {
    STAGGER_REAL(read);
    if (!controlled() || size == 0) return real(descriptor, buffer, size);
    if (find_timer(descriptor_key(descriptor)) != nullptr) {
        EngineCode engine;
        return settle(engine, read_timer(descriptor, buffer, size));
    }
    return read_controlled(descriptor,
                           [&] { return real(descriptor, buffer, shortened(descriptor, size)); });
}

STAGGER_INTERCEPTED ssize_t readv(int descriptor, const iovec* vector, int count) {
    STAGGER_REAL(readv);
    if (!controlled()) return real(descriptor, vector, count);
    if (count == 1) return read(descriptor, vector->iov_base, vector->iov_len);
    return read_controlled(descriptor, [&] { return real(descriptor, vector, count); });
}

STAGGER_INTERCEPTED ssize_t pread(int descriptor, void* buffer, std::size_t size, off_t offset) {
    STAGGER_REAL(pread);
    return at_offset(Call::Read, descriptor,
                     [&] { return real(descriptor, buffer, size, offset); });
}

STAGGER_INTERCEPTED ssize_t pread64(int descriptor, void* buffer, std::size_t size,
                                    off64_t offset) {
    return pread(descriptor, buffer, size, offset);
}

STAGGER_INTERCEPTED ssize_t pwrite(int descriptor, const void* buffer, std::size_t size,
                                   off_t offset) {
    STAGGER_REAL(pwrite);
    return at_offset(Call::Write, descriptor,
                     [&] { return real(descriptor, buffer, size, offset); });
}

STAGGER_INTERCEPTED ssize_t pwrite64(int descriptor, const void* buffer, std::size_t size,
                                     off64_t offset) {
    return pwrite(descriptor, buffer, size, offset);
}

STAGGER_INTERCEPTED ssize_t preadv(int descriptor, const iovec* vector, int count, off_t offset) {
    STAGGER_REAL(preadv);
    return at_offset(Call::Read, descriptor,
                     [&] { return real(descriptor, vector, count, offset); });
}

STAGGER_INTERCEPTED ssize_t preadv64(int descriptor, const iovec* vector, int count,
                                     off64_t offset) {
    return preadv(descriptor, vector, count, offset);
}

STAGGER_INTERCEPTED ssize_t pwritev(int descriptor, const iovec* vector, int count, off_t offset) {
    STAGGER_REAL(pwritev);
    return at_offset(Call::Write, descriptor,
                     [&] { return real(descriptor, vector, count, offset); });
}

STAGGER_INTERCEPTED ssize_t pwritev64(int descriptor, const iovec* vector, int count,
                                      off64_t offset) {
    return pwritev(descriptor, vector, count, offset);
}

// At the offset -1, which stands for the file's own, they are readv and writev, and may wait.
STAGGER_INTERCEPTED ssize_t preadv2(int descriptor, const iovec* vector, int count, off_t offset,
                                    int flags) {
    STAGGER_REAL(preadv2);
    const auto read = [&] { return real(descriptor, vector, count, offset, flags); };
    const bool waits = offset == -1 && (flags & RWF_NOWAIT) == 0;
    return controlled() && waits ? read_controlled(descriptor, read)
                                 : at_offset(Call::Read, descriptor, read);
}

STAGGER_INTERCEPTED ssize_t preadv64v2(int descriptor, const iovec* vector, int count,
                                       off64_t offset, int flags) {
    return preadv2(descriptor, vector, count, offset, flags);
}

STAGGER_INTERCEPTED ssize_t pwritev2(int descriptor, const iovec* vector, int count, off_t offset,
                                     int flags) {
    STAGGER_REAL(pwritev2);
    const bool waits = offset == -1 && (flags & RWF_NOWAIT) == 0;
    if (controlled() && waits) return writev(descriptor, vector, count);
    return at_offset(Call::Write, descriptor,
                     [&] { return real(descriptor, vector, count, offset, flags); });
}

STAGGER_INTERCEPTED ssize_t pwritev64v2(int descriptor, const iovec* vector, int count,
                                        off64_t offset, int flags) {
    return pwritev2(descriptor, vector, count, offset, flags);
}

// libc's own call read, unseen.
STAGGER_INTERCEPTED int eventfd_read(int descriptor, eventfd_t* value) {
    return read(descriptor, value, sizeof(*value)) == sizeof(*value) ? 0 : -1;
}

STAGGER_INTERCEPTED ssize_t __read_chk(int descriptor, void* buffer, std::size_t size,
                                       std::size_t) {
    return read(descriptor, buffer, size);
}

STAGGER_INTERCEPTED ssize_t __pread_chk(int descriptor, void* buffer, std::size_t size,
                                        off_t offset, std::size_t) {
    return pread(descriptor, buffer, size, offset);
}

STAGGER_INTERCEPTED ssize_t __pread64_chk(int descriptor, void* buffer, std::size_t size,
                                          off64_t offset, std::size_t) {
    return pread(descriptor, buffer, size, offset);
}
