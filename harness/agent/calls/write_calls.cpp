// SPDX-License-Identifier: Apache-2.0
//
// write and writev. A write to a pipe of at most PIPE_BUF bytes is one step, as pipe(7) promises; a
// longer one becomes its partial writes, each a step, since others may write in between. Runs in
// the task that calls. SIGPIPE comes from the kernel's own call.
#include <limits.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>

#include "harness/agent/calls/messages.hpp"
#include "harness/agent/calls/pieces.hpp"
#include "harness/agent/calls/tried.hpp"
#include "harness/agent/fault.hpp"
#include "harness/agent/identity.hpp"
#include "harness/agent/real.hpp"

namespace stagger::agent {
namespace {

using control::Call;

ssize_t real_writev(int descriptor, const iovec* vector, int count) {
    STAGGER_REAL(writev);
    return real(descriptor, vector, count);
}

// Exactly what a pipe has room for. Linux before 6.4 has no RWF_NOWAIT for pipes; then poll says
// whether a page is free, which is room for PIPE_BUF bytes.
ssize_t write_if_room(int descriptor, const iovec* vector, int count) {
    STAGGER_REAL(pwritev2);
    const ssize_t written = real(descriptor, vector, count, -1, RWF_NOWAIT);
    if (written != -1 || errno != EOPNOTSUPP) return written;
    if (is_ready(descriptor, Direction::Out)) return real_writev(descriptor, vector, count);
    errno = EAGAIN;
    return -1;
}

ssize_t write_to_pipe(int descriptor, const iovec* vector, int count) {
    const DescriptorCall call{Call::Write, descriptor, Direction::Out, descriptor_key(descriptor)};
    Pieces pieces(vector, static_cast<std::size_t>(count));
    // Up to PIPE_BUF bytes are written in one piece, or not at all.
    const std::size_t asked = pieces.left();
    const std::size_t most = asked > PIPE_BUF ? shortened(descriptor, asked) : asked;
    if (pieces.left() <= PIPE_BUF || !may_wait(descriptor, Direction::Out)) {
        return try_descriptor(call, [&](bool patient) {
            return patient ? write_if_room(descriptor, vector, count)
                           : real_writev(descriptor, vector, count);
        });
    }
    ssize_t total = 0;
    while (pieces.left() > 0 && static_cast<std::size_t>(total) < most) {
        const Pieces::Part part =
            pieces.first(std::min<std::size_t>(PIPE_BUF, most - static_cast<std::size_t>(total)));
        const ssize_t written = try_descriptor(
            call, [&](bool) { return write_if_room(descriptor, part.vector, part.count); });
        if (written == -1) return total > 0 ? total : -1;
        total += written;
        pieces.advance(static_cast<std::size_t>(written));
    }
    return total;
}

ssize_t write_controlled(int descriptor, const iovec* vector, int count) {
    EngineCode engine;
    struct stat status {};
    const mode_t type = fstat(descriptor, &status) == 0 ? status.st_mode & S_IFMT : 0;
    if (type == S_IFIFO) return settle(engine, write_to_pipe(descriptor, vector, count));
    if (type == S_IFSOCK) {
        msghdr message{};
        message.msg_iov = const_cast<iovec*>(vector);
        message.msg_iovlen = static_cast<std::size_t>(count);
        return settle(engine, send_controlled(Call::Write, descriptor, message, 0));
    }
    const DescriptorCall call{Call::Write,    descriptor,
                              Direction::Out, descriptor_key(descriptor),
                              false,          type == S_IFREG};
    return settle(engine,
                  try_when_ready(call, [&] { return real_writev(descriptor, vector, count); }));
}

}  // namespace
}  // namespace stagger::agent

using namespace stagger::agent;

STAGGER_INTERCEPTED ssize_t write(int descriptor, const void* buffer, std::size_t size) {
    STAGGER_REAL(write);
    if (!controlled()) return real(descriptor, buffer, size);
    const iovec vector{const_cast<void*>(buffer), size};
    return write_controlled(descriptor, &vector, 1);
}

STAGGER_INTERCEPTED ssize_t writev(int descriptor, const iovec* vector, int count) {
    if (!controlled() || count < 0 || count > IOV_MAX) {
        return real_writev(descriptor, vector, count);
    }
    return write_controlled(descriptor, vector, count);
}

STAGGER_INTERCEPTED int eventfd_write(int descriptor, eventfd_t value) {
    return write(descriptor, &value, sizeof(value)) == sizeof(value) ? 0 : -1;
}

STAGGER_INTERCEPTED int fflush(FILE* stream) {
    STAGGER_REAL(fflush);
    if (stream == nullptr || !controlled() || is_stranger(fileno(stream))) return real(stream);
    EngineCode engine;
    const auto key = descriptor_key(fileno(stream));
    point(Call::Write, key);
    const int result = real(stream);
    regain_token();
    touched(key);
    return settle(engine, result);
}
