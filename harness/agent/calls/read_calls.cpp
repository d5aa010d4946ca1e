// SPDX-License-Identifier: Apache-2.0
//
// read and its kin: made once poll says that they can go on. A read makes room, so it may wake
// writers. Runs in the task that calls. read(2), pipe(7).
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

STAGGER_INTERCEPTED ssize_t __read_chk(int descriptor, void* buffer, std::size_t size,
                                       std::size_t) {
    return read(descriptor, buffer, size);
}
