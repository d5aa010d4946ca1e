// SPDX-License-Identifier: Apache-2.0
#include "harness/agent/calls/tried.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "harness/agent/real.hpp"
#include "harness/agent/sight.hpp"
#include "harness/agent/virtual_time.hpp"

namespace stagger::agent {

bool is_ready(int descriptor, Direction direction) {
    STAGGER_REAL(poll);
    pollfd entry{descriptor, static_cast<short>(direction == Direction::In ? POLLIN : POLLOUT), 0};
    return real(&entry, 1, 0) != 0;
}

bool may_wait(int descriptor, Direction direction) {
    STAGGER_REAL(fcntl);
    const int flags = real(descriptor, F_GETFL);
    if (flags < 0 || (flags & O_NONBLOCK) != 0) return false;
    const int closed_way = direction == Direction::In ? O_WRONLY : O_RDONLY;
    return (flags & O_ACCMODE) != closed_way;
}

std::int64_t patience_of(int descriptor, Direction direction) {
    timeval limit{};
    socklen_t size = sizeof(limit);
    const int option = direction == Direction::In ? SO_RCVTIMEO : SO_SNDTIMEO;
    const bool found = getsockopt(descriptor, SOL_SOCKET, option, &limit, &size) == 0;
    if (!found || (limit.tv_sec == 0 && limit.tv_usec == 0)) return control::kNoDeadline;
    return deadline_after(nanoseconds({limit.tv_sec, limit.tv_usec * 1000}));
}

bool is_found_full(const DescriptorCall& call, bool patient) {
    if (call.direction != Direction::Out || (patient && !call.disk)) return false;
    if (call.call != control::Call::Write && call.call != control::Call::Send) return false;
    if (!struck_by(FaultKind::Full)) return false;
    errno = call.disk ? ENOSPC : EAGAIN;
    return true;
}

void come_back(void*) {
    regain_token();
    self.in_plugin = true;
}

void regain_token() {
    const int error = errno;
    keep_in_sight();
    errno = error;
}

}  // namespace stagger::agent
